"""Runs a command where there is a Firefox with its driver.

    python -m robot_cherrypy.tests.firefox COMMAND [ARGUMENT ...]

Where there is none, the command does not run, and the exit code is 0: a machine without Firefox can
run the other environments.
"""

import subprocess
import sys

from robot_cherrypy import browser
from robot_cherrypy.errors import BrowserError


def main():
    """Run the command of the command line; return its exit code."""
    command = sys.argv[1:]
    if not command:
        sys.exit(__doc__)
    try:
        browser.find("firefox")
    except BrowserError as error:
        sys.stderr.write(f"firefox: SKIPPED: {error}\n")
        return 0
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
