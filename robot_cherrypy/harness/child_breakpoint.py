"""What `breakpoint()` does in a child process, whose standard input is a pipe and no terminal."""

import sys

# As the variable `PYTHONBREAKPOINT` names it (PEP 553).
NAME = f"{__name__}._ignore_breakpoint"


def _ignore_breakpoint(*_args: object, **_options: object) -> None:
    """Print that a breakpoint was ignored, where a debugger would wait for ever."""
    frame = sys._getframe(1)  # noqa: SLF001 - documented
    place = f"{frame.f_code.co_filename}, line {frame.f_lineno}"
    print(  # noqa: T201 - the log has the output of the process
        f"breakpoint() was ignored ({place}): this server has no terminal; use isolation=thread.",
        file=sys.stderr,
        flush=True,
    )
