"""The page about the command, of its own help."""

import os
import re
import subprocess
import sys

# Characters in a line: what the site shows without scrolling beside its two columns.
_WIDTH = "88"


def help_texts() -> str:
    """Return Markdown with the help of the command and of each sub-command."""
    general = _help()
    names = re.findall(r"^    (\w+) ", general, re.MULTILINE)
    sections = [f"## robot-cherrypy {name}\n\n{_shown(_help(name))}" for name in names]
    return "\n\n".join([_shown(general), *sections])


def _help(*command: str) -> str:
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "robot_cherrypy", *command, "--help"],
        env={**os.environ, "COLUMNS": _WIDTH, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def _shown(text: str) -> str:
    return f"```text\n{text}\n```"
