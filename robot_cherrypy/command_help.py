"""How the `robot-cherrypy` command explains itself, and ends at a mistake in its arguments."""

import argparse
import contextlib
import sys
from typing import NoReturn

from robot_cherrypy.errors import RobotCherryPyError

# The exit code at a mistake in the arguments, as of other programs (`argparse`).
_MISTAKE = 2


class Parser(argparse.ArgumentParser):
    """A parser whose help keeps the lines of examples.

    Attributes:
        mistake: The exit code at a mistake in the arguments.
    """

    mistake = _MISTAKE

    def format_help(self) -> str:
        """Return the help, with the lines of its end as they are written."""
        epilog, self.epilog = self.epilog, None
        try:
            text = super().format_help()
        finally:
            self.epilog = epilog
        return f"{text}\n{epilog}\n" if epilog else text

    def error(self, message: str) -> NoReturn:
        """Print what is wrong, and end."""
        self.print_usage(sys.stderr)
        self.exit(self.mistake, f"{self.prog}: error: {message}\n")


def failed(error: RobotCherryPyError, code: int = 1) -> int:
    """Print an error; return the exit code."""
    print(f"robot-cherrypy: {error}", file=sys.stderr)  # noqa: T201 - this is the command line
    return code


def count_or_auto(text: str) -> int | str:
    """Return the value of an option: a number from 1, or `auto`."""
    if text == "auto":
        return text
    with contextlib.suppress(ValueError):
        if int(text) >= 1:
            return int(text)
    raise argparse.ArgumentTypeError(f"has to be a whole number, 1 or more, or auto: {text!r}")


INIT = """\
examples:
  robot-cherrypy init                          in the folder of a project, or in an empty one
  robot-cherrypy init --app shop:Shop --yes    without questions, as in a script
  robot-cherrypy init --example chat try-chat  a sample application with its suites

exit codes:
  0  all is written, and the new suite passes
  1  something is in the way, which the message names, or the new suite fails
  2  a mistake in the options"""

RUN = """\
examples:
  robot-cherrypy run acceptance                           as `robot -d results acceptance`
  robot-cherrypy run --server both --retries 2 acceptance
  robot-cherrypy run --last-failed --debug acceptance     pause where a test fails
  robot-cherrypy run --headed --slow 300ms -t "Order*" acceptance
  robot-cherrypy run --include smoke --xunit junit.xml acceptance
  robot-cherrypy run --processes auto acceptance          suites at once
  robot-cherrypy run --shard 2/5 acceptance               a fifth, on one of five machines

exit codes, which are those of robot:
  0         all tests passed, if need be at a retry
  1 to 249  so many tests failed; 250 stands for more
  252       a mistake in the options or suites, or there is no last run
  253       the run was stopped by force, such as by Ctrl-C twice; with --processes by Ctrl-C at all
  255       the process of a suite has died"""

WATCH = """\
examples:
  robot-cherrypy watch acceptance
  robot-cherrypy watch --include smoke --server both --retries 1 acceptance
  robot-cherrypy watch --listener robot_cherrypy.coverage acceptance/basket.robot

keys:
  Enter all tests, f failed tests only, o open the report, q quit

exit codes:
  0    the last run of each test passed
  1    the last run of a test failed
  252  a mistake in the options or suites"""

SERVE = """\
examples:
  robot-cherrypy serve shop:Shop
  robot-cherrypy serve --server async --port 0 --config shop.conf shop:Shop
  robot-cherrypy serve --server async --workers auto --environment production shop:Shop
  robot-cherrypy serve --django bookshop

exit codes:
  0    the server was stopped
  1    it did not start, or its application stopped with an error
  2    a mistake in the options
  130  a second Ctrl-C ended it before its stop had ended"""

DOCTOR = """\
examples:
  robot-cherrypy doctor
  robot-cherrypy doctor --install
  robot-cherrypy doctor --check

exit codes:
  0  all that is required is there and works
  1  something is missing
  2  a mistake in the options"""

COMPLETION = """\
examples:
  source <(robot-cherrypy completion bash)    as a line of ~/.bashrc
  robot-cherrypy completion zsh > ~/.zfunc/_robot-cherrypy
  robot-cherrypy completion fish > ~/.config/fish/completions/robot-cherrypy.fish"""
