"""What a warm process does: prepare, wait for an order, run Robot Framework, end."""

import contextlib
import io
import multiprocessing
import os
import pickle
import shutil
import signal
import sys
import threading
from collections.abc import Sequence
from multiprocessing.util import get_temp_dir
from pathlib import Path
from typing import TYPE_CHECKING, Any

from robot_cherrypy.browser.prepared import Opening
from robot_cherrypy.running.orders import Finished, MakeListener, Order, Printed, Send

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

# Functions import what takes long, as the process that starts this one need not have it.
# ruff: noqa: PLC0415

# Where a retry writes, so that the results of the attempts before it stay.
_ATTEMPT = "attempt.xml"

# How long a process may take to die after its connections were closed by that, in seconds.
_DEATH = 0.1


def work(
    connection: "Connection[Any, Any]",
    openings: Sequence[Opening],
    listeners: Sequence[MakeListener],
) -> None:
    """Open browsers, wait for an order, and carry it out.

    Without an order the process ends when the other end of the connection is closed, and during a
    run as well: whoever gave the order has died.

    Args:
        connection: To the process that gives the order.
        openings: The browsers to open.
        listeners: What makes the listeners of the run.
    """
    if os.name == "posix":
        # Ctrl-C is for the terminal's own process, which then stops this one.
        os.setsid()
    from robot_cherrypy.browser.prepared import PREPARED
    from robot_cherrypy.running import warm_imports

    assert warm_imports
    _prepare(openings)
    try:
        order = connection.recv()
        threading.Thread(target=_obey, args=(connection,), daemon=True).start()
        lock = threading.Lock()

        def send(message: object) -> None:
            with lock, contextlib.suppress(OSError):  # nobody is there any more
                connection.send(message)

        code = _run(order, send, [make(send) for make in listeners])
        send(Finished(code, tuple(filter(_can_be_prepared, PREPARED.openings))))
    except EOFError:  # no order came
        _clean_up_after_parent()
    finally:
        PREPARED.close()


def _prepare(openings: Sequence[Opening]) -> None:
    from robot_cherrypy.browser.local import open_local
    from robot_cherrypy.browser.prepared import PREPARED

    opened = []
    for opening in openings:
        with contextlib.suppress(Exception):  # the run opens it again, and tells what is wrong
            opened.append((opening, open_local(opening.browser, opening.settings)))
    PREPARED.openings.clear()
    for opening, driver in opened:
        PREPARED.add(opening, driver)


def _obey(connection: "Connection[Any, Any]") -> None:
    """Stop the run when told so; end this process when nobody is there who wants its results."""
    try:
        while connection.recv():
            if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
                os._exit(1)  # no test has begun yet, or the last has ended
            os.kill(os.getpid(), signal.SIGINT)
    except (EOFError, OSError):
        _clean_up_after_parent()
        os._exit(1)


def _clean_up_after_parent() -> None:
    """Delete the folder of the process that has started this one, if it was killed.

    `multiprocessing` makes a folder for sockets, and deletes it if the process ends by itself.
    """
    parent = multiprocessing.parent_process()
    assert parent
    parent.join(_DEATH)
    if not parent.is_alive():
        shutil.rmtree(get_temp_dir(), ignore_errors=True)


def _run(order: Order, send: Send, listeners: Sequence[object]) -> int:
    from robot import run

    from robot_cherrypy.running.arranging import Arrangement

    # As `python -m robot` does. The package itself is found however this process was started.
    if str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    options = dict(order.options)
    options["listener"] = [*options.get("listener", ()), *listeners]
    options["prerunmodifier"] = [*options.get("prerunmodifier", ()), Arrangement(order)]
    if order.selection is not None:
        # Other files need not even be parsed. An option of the user's would add files to these.
        options["parseinclude"] = options.get("parseinclude") or _files(order)
        # Of several folders, some then seem to be empty.
        options["runemptysuite"] = options.get("runemptysuite") or len(order.sources) > 1
    if order.is_retry:
        options |= {"output": _ATTEMPT, "log": "NONE", "report": "NONE", "xunit": "NONE"}
    sys.__stdout__ = sys.__stderr__ = _Lines(send, are_problems=False)  # type: ignore[misc,assignment]
    problems = _Lines(send, are_problems=True)
    code = int(run(*order.sources, **options, console="quiet", stdout=problems, stderr=problems))
    if order.is_retry:
        _merge(order)
    return code


def _merge(order: Order) -> None:
    """Merge the results of a retry into the earlier ones, and report all of them."""
    from robot.rebot import rebot  # type: ignore[import-untyped]

    from robot_cherrypy.running.merging import merge_attempt
    from robot_cherrypy.running.result_options import output_name, settings_of_reports

    folder = Path(order.options["outputdir"])
    output, attempt = folder / output_name(order.options), folder / _ATTEMPT
    if output.is_file() and attempt.is_file():
        merge_attempt(output, attempt)
        attempt.unlink()
        settings = settings_of_reports(order.options)
        rebot(output, **settings, outputdir=str(folder), stdout=io.StringIO())


def _files(order: Order) -> list[str]:
    """Return the files of the selected suites, none if Robot has other names for them."""
    assert order.selection
    is_linked = any(Path(source).resolve() != Path(source).absolute() for source in order.sources)
    return [] if is_linked else [str(path) for path in order.selection.tests]


class _Lines:
    """A stream that sends each line that is written to it."""

    def __init__(self, send: Send, *, are_problems: bool) -> None:
        self._send = send
        self._are_problems = are_problems
        self._line = ""

    def write(self, text: str) -> None:
        """Send the lines that this text ends."""
        *lines, self._line = (self._line + text).split("\n")
        for line in filter(str.strip, lines):
            self._send(Printed(line, self._are_problems))

    def flush(self) -> None:
        """Do nothing, as nothing is kept back."""

    def isatty(self) -> bool:
        """Return that it is no terminal, so that Robot Framework writes no colours."""
        return False


def _can_be_prepared(opening: Opening) -> bool:
    """Whether such a browser may be opened ahead: a window would come while somebody types."""
    if opening.settings.headed:
        return False
    try:
        pickle.dumps(opening)
    except Exception:  # noqa: BLE001 - pickle raises whatever the object does
        return False
    return True
