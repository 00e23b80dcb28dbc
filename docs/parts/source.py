"""Changes of the Markdown that is also read on GitHub, before Sphinx reads it."""

import os
import re
from pathlib import Path

DOCS = Path(__file__).resolve().parents[1]
_ROOT = DOCS.parent
_REPOSITORY = "https://github.com/robot-cherrypy/robot-cherrypy"

# Files at the top of the repository, and the pages of the site that show them.
_PAGES = {"CHANGELOG.md": "about/changelog.md", "CONTRIBUTING.md": "about/contributing.md"}
_LINK = re.compile(r"(?<=\]\()(?!\w+:|#)([^)#\s]*)(#[^)\s]*)?(?=\))")
_FILE = re.compile(r"<!-- file: (?P<name>\S+) -->\n\n(?P<fence>```+)(?P<language>\w+)\n")
_ASKED = re.compile(r"^<!-- asked: (.+) -->$", re.MULTILINE)
_FENCED = re.compile(r"^(```+)[^`]*?^\1$", re.MULTILINE | re.DOTALL)


def for_site(text: str, *, read_in: Path, shown_in: Path) -> str:
    """Return the Markdown of a page as the site shows it.

    Links that lead out of docs/ lead to GitHub, a code block has the name of its file above it, and
    other words for a section (`<!-- asked: WORDS, WORDS -->` above its heading) become entries of
    the index, which the search finds.

    Args:
        text: The Markdown of the page.
        read_in: The folder to which its links are relative.
        shown_in: The folder of the page that shows it.
    """

    def lead(part: str) -> str:
        return _LINK.sub(lambda link: _target(link[1], link[2] or "", read_in, shown_in), part)

    parts, end = [], 0
    for block in _FENCED.finditer(text):  # there are no links in code
        parts += [lead(text[end : block.start()]), block[0]]
        end = block.end()
    parts.append(lead(text[end:]))
    text = _ASKED.sub(r"```{index} \1\n```", "".join(parts))
    return _FILE.sub(_with_caption, text)


def of_repository(name: str) -> str:
    """Return the Markdown of a file at the top of the repository."""
    text = (_ROOT / name).read_text("utf-8")
    return for_site(text, read_in=_ROOT, shown_in=(DOCS / _PAGES[name]).parent)


def other_pages() -> str:
    """Return the pages at the top of docs/ that the front page does not name, one a line."""
    named = (DOCS / "index.md").read_text("utf-8").split()
    return "\n".join(sorted({page.stem for page in DOCS.glob("*.md")}.difference(named, ["index"])))


def _target(path: str, anchor: str, read_in: Path, shown_in: Path) -> str:
    """Return where a relative link leads to on the site."""
    file = Path(os.path.normpath(read_in / path))
    name = file.relative_to(_ROOT).as_posix()
    if name in _PAGES:
        file = DOCS / _PAGES[name]
    if file.is_relative_to(DOCS):
        return os.path.relpath(file, shown_in) + anchor
    kind = "tree" if file.is_dir() else "blob"
    return f"{_REPOSITORY}/{kind}/main/{name}{anchor}"


def _with_caption(block: re.Match[str]) -> str:
    fence, language, name = block["fence"], block["language"], block["name"]
    return f"{fence}{{code-block}} {language}\n:caption: {name}\n\n"
