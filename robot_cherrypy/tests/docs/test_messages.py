"""The page about messages explains every error that users see."""

import ast
import re
import sys

import pytest

from robot_cherrypy import CherryPyLibrary, errors
from robot_cherrypy.evidence.message_anchors import anchor_of, texts
from robot_cherrypy.tests.docs.blocks import ROOT

PAGE = (ROOT / "docs/reference/messages.md").read_text("utf-8")
MADE = [line.split() for line in re.findall(r"<!-- made: messages (.+) -->", PAGE)]


@pytest.fixture(scope="module")
def messages():
    """The module that makes the lists of the page."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "docs")
        from parts import messages

        yield messages
    for name in [name for name in sys.modules if name.split(".")[0] == "parts"]:
        del sys.modules[name]


def test_every_public_error_has_a_section():
    """The log links to it."""
    assert set(errors.__all__) | {"AssertionError"} == set(
        re.findall("^## (.+)$", PAGE, re.MULTILINE)
    )


def test_errors_that_are_made_of_public_ones_are_listed_with_them(messages):
    """No class of the package that is one of ours is missing on the page."""
    ours = set(errors.__all__)
    sources = list(messages._sources().values())
    for _ in range(2):  # classes of classes
        ours |= {
            node.name
            for source in sources
            for node in ast.walk(source)
            if isinstance(node, ast.ClassDef) and ours & set(map(ast.unparse, node.bases))
        }
    listed = {name for names in MADE for name in names}

    assert ours - {"MissingExtraError"} == listed - {"AssertionError"}


@pytest.mark.parametrize("names", MADE, ids=" ".join)
def test_messages_of_the_source_are_listed(names, messages):
    """Each list has some, and no two have the same anchor."""
    anchors = re.findall(r"^\{#(.+)\}$", messages.messages(*names), re.MULTILINE)

    assert anchors
    assert len(anchors) == len(set(anchors))


def test_values_are_left_out():
    """What differs from case to case is not in a message, nor in its anchor."""
    source = (
        "raise ServerError(f\"No '{name}' within {limit:g} s: \" + reason)\nServerError(reason)"
    )

    assert ["No '…' within … s: …"] == list(texts(ast.parse(source), {"ServerError"}))


@pytest.mark.parametrize(
    ("keyword", "arguments", "anchor"),
    [
        ("switch_server", ["shop"], "servererror-"),
        (
            "stop_load_balancer",
            [],
            "stackerror-no-load-balancer-runs-use-start-load-balancer-first",
        ),
        ("Close WebSocket", [], "websocketerror-there-is-no-websocket-use-connect-websocket-first"),
    ],
)
def test_message_of_a_keyword_has_its_own_anchor(keyword, arguments, anchor, messages):
    """The log links to the message itself, and the page has it."""
    with pytest.raises(errors.RobotCherryPyError) as raised:
        CherryPyLibrary().run_keyword(keyword, arguments)

    found = anchor_of(raised.value)
    assert found.startswith(anchor)
    assert any(f"{{#{found}}}" in messages.messages(*names) for names in MADE)
