"""What the documentation points to is there."""

import re

import pytest
from markdown_it import MarkdownIt

from robot_cherrypy.tests.docs.blocks import DOCUMENTS, ROOT


def _tokens(document):
    for token in MarkdownIt("commonmark").enable("table").parse(document.read_text("utf-8")):
        yield token
        yield from token.children or ()


def _targets(document):
    for token in _tokens(document):
        target = token.attrs.get("href") or token.attrs.get("src")
        if target and "://" not in target:
            yield target


def _anchors(document):
    """Return the anchors that GitHub gives to headings."""
    text = document.read_text("utf-8")
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for heading in headings}


LINKS = [
    pytest.param(document, target, id=f"{document.relative_to(ROOT)} {target}")
    for document in DOCUMENTS
    for target in _targets(document)
]


@pytest.mark.parametrize(("document", "target"), LINKS)
def test_link_leads_somewhere(document, target):
    """A link between documents names a file, and a heading in it."""
    path, _, anchor = target.partition("#")
    file = document.parent / path if path else document

    assert file.exists()
    if anchor:
        assert anchor in _anchors(file)
