"""The pictures of the documentation are made by `docs/pictures`, from runs."""

import hashlib
import re

from robot_cherrypy.tests.docs.blocks import DOCUMENTS, ROOT, link_targets

IMAGES = ROOT / "docs/images"


def test_each_picture_has_beside_it_what_it_shows():
    """Neither a picture nor its text has been changed without the other."""
    recorded = {
        file.stem: re.search(r"^picture (\w+)$", file.read_text("utf-8"), re.MULTILINE)[1]
        for file in IMAGES.glob("*.txt")
    }

    assert recorded == {
        file.stem: hashlib.sha256(file.read_bytes()).hexdigest()[:16]
        for file in IMAGES.glob("*.png")
    }


def test_each_picture_is_shown():
    """No picture is left of a page that shows it no more."""
    shown = {
        (document.parent / target).resolve()
        for document in DOCUMENTS
        for target in link_targets(document.read_text("utf-8"))
    }

    assert {file for file in IMAGES.iterdir() if file.suffix != ".txt"} <= shown
