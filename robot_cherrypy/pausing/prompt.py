"""The prompt of a pause: commands, and keywords that are run in the scope of the test."""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from types import FrameType, MappingProxyType
from typing import NoReturn

from robot.errors import ExecutionFailed

from robot_cherrypy.pauses import PAUSES
from robot_cherrypy.pausing.completion import LineCompleter
from robot_cherrypy.pausing.terminal import Terminal, turn

PROMPT = "(pause) "


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
    with _stopped_by_interrupt():
        told = run(line)
    for text in told:
        terminal.write(text)


@contextlib.contextmanager
def _stopped_by_interrupt() -> Iterator[None]:
    """Let Ctrl-C stop what is run, and not the whole run of tests."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handler = signal.signal(signal.SIGINT, _stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    """Stop what is run, also if it is run again when it fails, as Robot does at a signal."""
    raise ExecutionFailed("Stopped by Ctrl-C.", exit=True)
