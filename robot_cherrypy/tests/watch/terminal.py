"""A command in a terminal: what it prints is waited for, and keys are pressed."""

import contextlib
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time

# In seconds: far more than anything needs, so that only what never comes takes so long.
PATIENCE = 60

# `python -m robot_cherrypy`, which gives the teardowns of a run that is stopped as long.
COMMAND = f"""\
import sys
import robot_cherrypy.watch.current_run
from robot_cherrypy.command import main

robot_cherrypy.watch.current_run._STOP_TIMEOUT = {PATIENCE}
sys.exit(main())
"""


class Terminal:
    """`robot-cherrypy` with these arguments in a folder, in a pseudo-terminal of its own."""

    def __init__(self, folder, *arguments, **environment):
        """Start the command."""
        self.master, slave = pty.openpty()
        self.text = ""
        self.process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, *arguments],
            cwd=folder,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            env={**os.environ, "NO_COLOR": "1", **environment},
            preexec_fn=make_controlling_terminal,  # noqa: PLW1509 - the tests have no threads then
        )
        os.close(slave)

    def __enter__(self):
        """Return this."""
        return self

    def __exit__(self, *_):
        """Kill the command if it still runs, and close the terminal."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        os.close(self.master)

    def read_until(self, pattern):
        """Return the match of what comes next; what is before it has been read then."""
        deadline = time.monotonic() + PATIENCE
        while not (match := re.search(pattern, self.text, re.DOTALL)):
            left = deadline - time.monotonic()
            if left <= 0 or not self._read(left):
                raise AssertionError(f"{pattern!r} did not come; what came is:\n{self.text}")
        self.text = self.text[match.end() :]
        return match

    def press(self, keys):
        """Press keys."""
        os.write(self.master, keys.encode())

    def wait(self):
        """Wait for the end of the command; return its exit code."""
        while self._read(PATIENCE):
            pass
        return self.process.wait(PATIENCE)

    def _read(self, timeout):
        """Read what is there; return whether there is more to come."""
        if not select.select([self.master], [], [], timeout)[0]:
            return False
        data = b""
        with contextlib.suppress(OSError):  # Linux: the last process has closed the terminal
            data = os.read(self.master, 65536)
        self.text += data.decode(errors="replace").replace("\r\n", "\n")
        return bool(data)


def make_controlling_terminal():
    """Let Ctrl-C reach the command, as in a terminal."""
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
