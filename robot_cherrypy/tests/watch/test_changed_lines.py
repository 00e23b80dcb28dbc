"""What a change of a Python file concerns."""

import pytest

from robot_cherrypy.watch.changed_lines import compare

BEFORE = """\
import os

LIMIT = 3


def price(
    count,
):
    if count > LIMIT:
        return {
            "much": count,
        }
    # a comment

    return 0


class Shop:
    name = "shop"

    def index(self):
        return self.name
"""


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ("LIMIT = 3", "LIMIT = 4", None),
        ('name = "shop"', 'name = "stop"', None),
        ("def index(self)", "def index(self, *, a)", None),
        ("    count,\n", "    count=3,\n", None),
        ("count > LIMIT", "count >= LIMIT", {9}),
        ('"much": count', '"more": count', {10, 11, 12}),  # coverage names the first of these
        ("return 0", "return 1", {15}),
        ("# a comment", "count += 1", {12, 10, 11, 15}),
        ("return self.name", "return self.name\n\n    other = 3", {22}),
        ("# a comment", "# another", set()),
        ("\n\nclass", "\n\ndef f():\n    pass\n\n\nclass", None),
    ],
)
def test_lines_of_a_change(old, new, lines):
    """Of its statements, or of those around what was inserted; None for what an import runs."""
    assert old in BEFORE
    change = compare(BEFORE, BEFORE.replace(old, new))
    assert lines == (None if change.lines is None else set(change.lines))


def test_lines_that_have_moved():
    """What is below a change is found where it is now."""
    change = compare("a\nb\nc\n", "a\nx\ny\nc\n")
    assert {1: 1, 3: 4} == change.moved


def test_file_that_was_no_python():
    """Nothing is known of it."""
    assert compare("def (:", "def f(): pass").lines is None
