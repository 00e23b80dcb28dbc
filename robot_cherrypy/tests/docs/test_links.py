"""What the documentation points to is there."""

import re

import pytest

from robot_cherrypy.tests.docs.blocks import DOCUMENTS, ROOT, link_targets


def _anchors(document):
    """Return the anchors that GitHub gives to headings."""
    text = document.read_text("utf-8")
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for heading in headings}


LINKS = [
    pytest.param(document, target, id=f"{document.relative_to(ROOT)} {target}")
    for document in DOCUMENTS
    for target in link_targets(document.read_text("utf-8"))
    if "://" not in target
]


@pytest.mark.parametrize(("document", "target"), LINKS)
def test_link_leads_somewhere(document, target):
    """A link between documents names a file, and a heading in it."""
    path, _, anchor = target.partition("#")
    file = document.parent / path if path else document

    assert file.exists()
    if anchor and "<!-- made: " not in file.read_text("utf-8"):  # else the site's suites see it
        assert anchor in _anchors(file)
