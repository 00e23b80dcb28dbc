"""Prints which tests failed in the last run of tox, from the results that pytest and Robot wrote."""

import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

RESULTS = Path(__file__).parents[1] / "results"
LINES = 40  # of each message: its last ones, where the error stands


def main():
    """Print a heading and the end of the message for each failed test."""
    for path in sorted(RESULTS.glob("*.xml")):
        try:
            root = ElementTree.parse(path).getroot()
        except ElementTree.ParseError as error:
            print(f"{path.name} is not whole: {error}")
            continue
        for name, message in robot_failures(root) if root.tag == "robot" else failures(root):
            print(f"FAILED in {path.name}: {name}")
            print("\n".join(f"    {line}" for line in message.splitlines()[-LINES:]))


def failures(root):
    """Yield the names and messages of tests that failed in pytest."""
    for case in root.iter("testcase"):
        for result in [*case.findall("failure"), *case.findall("error")]:
            yield f"{case.get('classname')}::{case.get('name')}", result.text or ""


def robot_failures(suite, names=()):
    """Yield the full names and messages of tests that failed in Robot."""
    for child in suite.findall("suite"):
        yield from robot_failures(child, (*names, child.get("name")))
    for test in suite.findall("test"):
        status = test.find("status")
        if status.get("status") == "FAIL":
            yield ".".join([*names, test.get("name")]), status.text or ""


if __name__ == "__main__":
    sys.exit(main())
