"""What the site makes of the Markdown, and how versions of it are published."""

import sys

import pytest

from robot_cherrypy.tests.docs.blocks import ROOT

DOCS = ROOT / "docs"


@pytest.fixture(autouse=True)
def scripts(monkeypatch):
    """The scripts of the site can be imported, as Sphinx does it."""
    monkeypatch.syspath_prepend(DOCS)
    yield
    for name in [name for name in sys.modules if name.split(".")[0] in {"parts", "publish"}]:
        del sys.modules[name]


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("``code`` and `Stop Server`", "``code`` and [Stop Server](servers.md#stop-server)"),
        ("`other`", "`other`"),
        ("a * b_c <d> [e]", r"a \* b\_c \<d> \[e\]"),
        ("= Servers =", "## Servers"),
        (
            "| Start Server    a:B\n|     Log    *",
            "```robot\nStart Server    a:B\n    Log    *\n```",
        ),
    ],
)
def test_robot_format_becomes_markdown(text, markdown):
    """Each form of the documentation format that docstrings use."""
    from parts.robot_format import to_markdown

    assert markdown == to_markdown(text, {"Stop Server": "servers.md#stop-server"})


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("[a](stack.md#b)", "[a](stack.md#b)"),
        ("[a](https://example.org)", "[a](https://example.org)"),
        ("[a](../CHANGELOG.md#x)", "[a](about/changelog.md#x)"),
        (
            "[a](../README.md#x)",
            "[a](https://github.com/robot-cherrypy/robot-cherrypy/blob/main/README.md#x)",
        ),
        (
            "[a](../sample_app)",
            "[a](https://github.com/robot-cherrypy/robot-cherrypy/tree/main/sample_app)",
        ),
        ("```python\n[a](../README.md)\n```", "```python\n[a](../README.md)\n```"),
        (
            "<!-- file: a.py -->\n\n```python\n1\n```",
            "```{code-block} python\n:caption: a.py\n\n1\n```",
        ),
        ("<!-- asked: a, b -->\n\n## C", "```{index} a, b\n```\n\n## C"),
    ],
)
def test_links_lead_on_the_site(markdown, shown):
    """A link out of docs/ leads to a page of the site or to GitHub; code is as it was."""
    from parts.source import for_site

    assert shown == for_site(markdown, read_in=DOCS, shown_in=DOCS)


def _site(folder):
    (folder / "site").mkdir()
    (folder / "site/index.html").write_text("Welcome")
    (folder / "robot_cherrypy-docs.zip").write_text("all")
    return folder / "site"


def test_versions_are_listed_and_the_newest_release_comes_first(tmp_path):
    """0.10 is newer than 0.9, and a release is shown rather than main."""
    from publish import publish

    site, pages = _site(tmp_path), tmp_path / "pages"
    for version in ("main", "v0.9.0", "v0.10.0"):
        publish(site, pages, version)

    listed = (pages / "versions.html").read_text("utf-8")
    assert listed.index("v0.10.0") < listed.index("v0.9.0") < listed.index("main/")
    assert "url=v0.10.0/" in (pages / "index.html").read_text("utf-8")
    assert "all" == (pages / "v0.9.0/robot_cherrypy-docs.zip").read_text()


def test_version_that_is_none_is_refused(tmp_path):
    """A tag that is no version would otherwise be listed among them."""
    from publish import publish

    with pytest.raises(ValueError, match=r"'nightly': it has to be like 'v1\.2\.0'"):
        publish(_site(tmp_path), tmp_path / "pages", "nightly")
