"""Keys that are pressed in a terminal, without waiting for the end of a line."""

import contextlib
import os
import select
import sys
import threading
from collections.abc import Callable
from typing import Self

# How often the thread looks whether it is to end, in seconds.
_STEP = 0.2


class Keys:
    """A thread that calls a function for each key, while standard input is a terminal.

    Ctrl-C stays a signal.
    """

    def __init__(self, pressed: Callable[[str], None]) -> None:
        self._ended = threading.Event()
        self._pressed = pressed
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        """Begin, if there is a terminal."""
        if sys.stdin and sys.stdin.isatty():
            target = self._read_windows if os.name == "nt" else self._read_posix
            self._thread = threading.Thread(target=target, name="keys", daemon=True)
            self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        """Give the terminal back as it was."""
        self._ended.set()
        if self._thread:
            self._thread.join()

    @property
    def are_read(self) -> bool:
        """Whether there is a terminal."""
        return self._thread is not None

    def _read_posix(self) -> None:
        import termios  # noqa: PLC0415 - not on Windows
        import tty  # noqa: PLC0415 - likewise

        terminal = sys.stdin.fileno()
        try:
            before = termios.tcgetattr(terminal)
            tty.setcbreak(terminal)
        except termios.error:  # it is closed, or we are in the background
            return
        try:
            while not self._ended.is_set():
                if select.select([terminal], [], [], _STEP)[0]:
                    key = os.read(terminal, 1).decode(errors="replace")
                    if not key:
                        return
                    self._pressed(key)
        except OSError:  # the terminal was closed
            return
        finally:
            with contextlib.suppress(termios.error):
                termios.tcsetattr(terminal, termios.TCSADRAIN, before)

    def _read_windows(self) -> None:
        import msvcrt  # noqa: PLC0415 - only there

        while not self._ended.wait(_STEP):
            while msvcrt.kbhit():  # type: ignore[attr-defined,unused-ignore]
                self._pressed(msvcrt.getwch())  # type: ignore[attr-defined,unused-ignore]
