"""Runs suites in a pseudo-terminal, in which the tests type."""

import os
import re
import sys

import pexpect
import pytest
from robot.api import ExecutionResult

# What a terminal is told when a prompt begins: to tell text that is pasted from keys.
_PROMPT = re.escape("\x1b[?2004h")

_CONTROL = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\r")

# How long a run may take to its next prompt, in seconds; it needs about two on a quiet machine.
_TIMEOUT = 60


class Terminal:
    """A run in a terminal.

    Attributes:
        shown: What the terminal has shown.
    """

    def __init__(self, folder, module, *arguments):
        environment = {
            **os.environ,
            "PROMPT_TOOLKIT_NO_CPR": "1",  # the test does not tell where the cursor is
            "TERM": "xterm",
            "PYTHONPATH": os.pathsep.join(map(os.path.abspath, filter(None, sys.path))),
        }
        self.folder = folder
        self.shown = ""
        self._child = pexpect.spawn(
            sys.executable,
            ["-m", module, *arguments],
            cwd=folder,
            env=environment,
            encoding="utf-8",
            timeout=_TIMEOUT,
            dimensions=(50, 200),
        )

    def wait_for_prompt(self):
        """Wait for the next prompt; return what was shown before it."""
        return self._wait_for(_PROMPT)

    def type(self, line):
        """Type a line; return what was shown until the next prompt."""
        self._child.sendline(line)
        return self.wait_for_prompt()

    def press(self, keys):
        """Press keys."""
        self._child.send(keys)

    def wait_until_shown(self, text):
        """Wait for a text."""
        self._wait_for(re.escape(text))

    def finish(self, line):
        """Type a line that is followed by no prompt; return the tests by their names."""
        self._child.sendline(line)
        self._wait_for(pexpect.EOF)
        self._child.close()
        result = ExecutionResult(self.folder / "results" / "output.xml")
        return {test.name: test for test in result.suite.all_tests}

    def close(self):
        """End the run if it has not ended."""
        self._child.close(force=True)

    @property
    def exit_code(self):
        """Of the run."""
        return self._child.exitstatus

    def _wait_for(self, pattern):
        self._child.expect(pattern)
        shown = _CONTROL.sub("", self._child.before)
        self.shown += shown
        return shown


@pytest.fixture
def run(tmp_path):
    """Run a suite in a terminal, with the text of its tests and modules beside it."""
    terminals = []

    def start(suite, *options, module="robot", **modules):
        (tmp_path / "suite.robot").write_text(suite)
        for name, source in modules.items():
            (tmp_path / f"{name}.py").write_text(source)
        before = ["run"] if module == "robot_cherrypy" else []
        arguments = [*before, "--outputdir", "results", *options, "suite.robot"]
        terminals.append(Terminal(tmp_path, module, *arguments))
        return terminals[-1]

    yield start
    for terminal in terminals:
        terminal.close()
