"""Checks that a tag can be released, and prints what is new in it: `python .github/release.py TAG`.

The tag, the version of the package and the newest section of the changelog have to agree.
"""

import re
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]
_SECTION = re.compile(
    r"^## \[(?P<version>[\d.]+)\] - \d{4}-\d\d-\d\d\n(?P<text>.*?)(?=^## |\Z)",
    re.MULTILINE | re.DOTALL,
)


def notes(tag: str, package: str, changelog: str) -> str:
    """Return what the changelog says of a release.

    Args:
        tag: The tag, such as v1.2.3.
        package: The source of `robot_cherrypy/__init__.py`.
        changelog: The text of `CHANGELOG.md`.

    Raises:
        SystemExit: They do not agree.
    """
    version = re.search(r'^__version__ = "(.+)"$', package, re.MULTILINE)
    if version is None or tag != f"v{version[1]}":
        sys.exit(f"The tag is {tag!r}, but the package is version {version and version[1]}.")
    section = _SECTION.search(changelog)
    if section is None or section["version"] != version[1]:
        newest = section["version"] if section else "none"
        sys.exit(f"The newest release in CHANGELOG.md is {newest}, not {version[1]}.")
    return section["text"].strip()


if __name__ == "__main__":
    print(
        notes(
            sys.argv[1],
            (_ROOT / "robot_cherrypy/__init__.py").read_text("utf-8"),
            (_ROOT / "CHANGELOG.md").read_text("utf-8"),
        )
    )
