"""Prints which tests failed in the last run of tox, by the results that pytest and Robot wrote."""

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

RESULTS = Path(__file__).parents[1] / "results"
LINES = 40  # of each message: its last ones, where the error stands


def main() -> None:
    """Print the name and the end of the message of each failed test."""
    for path in sorted(RESULTS.glob("*.xml")):
        try:
            root = ET.parse(path).getroot()  # noqa: S314 - written by this very run
        except ET.ParseError as error:
            print(f"{path.name} is not whole: {error}")
            continue
        for name, message in _of_robot(root) if root.tag == "robot" else _of_pytest(root):
            print(f"FAILED in {path.name}: {name}")
            print("\n".join(f"    {line}" for line in message.splitlines()[-LINES:]))
    for path in sorted(RESULTS.glob("*.txt")):
        for line in path.read_text().splitlines():
            print(f"FAILED in {path.name}: {line}")


def _of_pytest(root: ET.Element) -> Iterator[tuple[str, str]]:
    for case in root.iter("testcase"):
        for result in [*case.findall("failure"), *case.findall("error")]:
            yield f"{case.get('classname')}::{case.get('name')}", result.text or ""


def _of_robot(suite: ET.Element, *names: str) -> Iterator[tuple[str, str]]:
    for child in suite.findall("suite"):
        yield from _of_robot(child, *names, child.get("name", ""))
    for test in suite.findall("test"):
        for status in test.findall("status[@status='FAIL']"):
            yield ".".join([*names, test.get("name", "")]), status.text or ""


if __name__ == "__main__":
    main()
