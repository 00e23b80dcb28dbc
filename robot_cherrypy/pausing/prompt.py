"""The prompt of a pause: commands, and keywords that are run in the scope of the test."""

import contextlib
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from types import FrameType, MappingProxyType

from robot.errors import ExecutionFailed
from robot.output import listeners
from robot.running.signalhandler import STOP_SIGNAL_MONITOR

from robot_cherrypy.pauses import PAUSES
from robot_cherrypy.pausing.terminal import Terminal, turn

PROMPT = "(pause) "

_STOPPED = "Stopped by Ctrl-C."


class Choice(Enum):
    """What a pause ends with."""

    CONTINUE = "continue"
    STEP = "step"
    NEXT = "next"
    RETRY = "retry"
    QUIT = "quit"


_HELP = """\
Type what could stand in the test, such as
    Get Text    css:h1        two blanks or more between a keyword and its arguments
    ${title} =    Get Title
    ${title}                  shows a variable
or one of
    continue (c)   go on with the test
    step (s)       pause again before the next keyword
    next (n)       the same, without those that the next keyword runs
    retry (r)      run the keyword that failed again; if it passes, the test goes on behind it
    quit (q)       end the run: no further test runs, teardowns do
Tab completes, the arrow keys bring back earlier lines, Ctrl-C stops a keyword that runs."""

_SHORT: Mapping[str, Choice] = MappingProxyType({choice.value[0]: choice for choice in Choice})


def ask(terminal: Terminal, run: Callable[[str], list[str]]) -> Choice:
    """Read and run lines until one of them ends the pause.

    Args:
        terminal: Where they are typed.
        run: Runs a line that is no command, and returns lines about it.
    """
    # It would delay the beginning of each run.
    from robot_cherrypy.pausing.completion import LineCompleter  # noqa: PLC0415

    completer = LineCompleter([choice.value for choice in Choice] + ["help"])
    while True:
        try:
            with turn(), PAUSES.pause():
                line = terminal.read(PROMPT, completer).strip()
        except KeyboardInterrupt:
            terminal.write("(quit ends the run, continue goes on)")
            continue
        except EOFError:
            return Choice.QUIT
        choice = _SHORT.get(line) or next((each for each in Choice if each.value == line), None)
        if choice is not None:
            return choice
        if line in {"help", "h", "?"}:
            terminal.write(_HELP)
        elif line:
            _run(terminal, run, line)


def _run(terminal: Terminal, run: Callable[[str], list[str]], line: str) -> None:
    with stopped_by_interrupt() as interrupt:
        told = run(line)
    for text in [_STOPPED] if interrupt.is_set() else told:
        terminal.write(text)


@contextlib.contextmanager
def stopped_by_interrupt() -> Iterator[threading.Event]:
    """Let Ctrl-C stop what is run, and not the whole run of tests.

    Robot Framework swallows what is raised in a listener, which may wait for a page. There Ctrl-C
    counts as its own does (`robot/running/signalhandler.py`, 7.5): the next keyword is not run.

    Returns:
        What is set when Ctrl-C was typed.
    """
    interrupt = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield interrupt
        return
    monitor = STOP_SIGNAL_MONITOR
    here = sys._getframe(2)  # noqa: SLF001 - documented; the frame of the `with` statement

    def stop(_number: int, frame: FrameType | None) -> None:
        interrupt.set()
        monitor._signal_count = 1  # noqa: SLF001 - the only way that does not print
        if not _is_in_listener(frame, here):
            # A keyword that tries others again gives up at this, as at a signal.
            raise ExecutionFailed(_STOPPED, exit=True)

    count, handler = monitor._signal_count, signal.signal(signal.SIGINT, stop)  # noqa: SLF001
    try:
        yield interrupt
    finally:
        signal.signal(signal.SIGINT, handler)
        monitor._signal_count = count  # noqa: SLF001 - the run goes on


def _is_in_listener(frame: FrameType | None, outside: FrameType) -> bool:
    """Whether a listener is called, in or below a frame that is inside of another one."""
    while frame is not None and frame is not outside:
        if frame.f_globals.get("__name__") == listeners.__name__:
            return True
        frame = frame.f_back
    return False
