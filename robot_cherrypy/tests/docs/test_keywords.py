"""The keywords that README and reference promise are those of the library."""

import re

from robot.utils import printable_name

from robot_cherrypy import CherryPyLibrary
from robot_cherrypy.tests.docs.blocks import ROOT


def test_readme_names_keywords_that_there_are():
    """And of each group some."""
    readme = (ROOT / "README.md").read_text("utf-8")
    section = readme.partition("\n## Keywords\n")[2].partition("\n\nThe [reference]")[0]
    named = set(re.findall(r"`(.+?)`", section))
    library = CherryPyLibrary()
    tags = {
        printable_name(name, code_style=True): library.get_keyword_tags(name)[0]
        for name in library.get_keyword_names()
    }

    assert set() == named - set(tags)
    assert set(tags.values()) == {tags[name] for name in named}


def test_each_tag_has_a_page():
    """The reference has a page for each group of keywords, and each keyword has one tag."""
    library = CherryPyLibrary()
    tags = [library.get_keyword_tags(name) for name in library.get_keyword_names()]
    pages = {page.stem for page in (ROOT / "docs/reference/keywords").glob("*.md")}

    assert all(len(own) == 1 for own in tags)
    assert pages == {tag for own in tags for tag in own}
