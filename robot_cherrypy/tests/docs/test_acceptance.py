"""The README of the acceptance suites is complete."""

import re

from robot_cherrypy.tests.docs.blocks import ROOT

ACCEPTANCE = ROOT / "acceptance"
README = (ACCEPTANCE / "README.md").read_text("utf-8")


def test_readme_lists_every_folder():
    """The table has one row for each folder, and no other row."""
    listed = re.findall(r"^\| `(.+?)/` \|", README, re.MULTILINE)
    folders = [path.name for path in ACCEPTANCE.iterdir() if any(path.rglob("*.r*"))]

    assert sorted(folders) == sorted(listed)


def test_readme_explains_every_tag():
    """The README names each tag that a suite uses."""
    lines = [
        line.split("  ")
        for file in ACCEPTANCE.rglob("*.ro*")
        for line in file.read_text("utf-8").splitlines()
        if re.match(r"\s+\[Tags\]|Test Tags", line)
    ]
    cells = {cell.strip() for line in lines for cell in line}
    tags = cells - {"", "[Tags]", "Test Tags"}

    assert tags
    assert set() == {tag for tag in tags if f"`{tag}`" not in README}
