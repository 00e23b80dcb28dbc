"""Reads the code blocks and links of the documentation.

A comment right above a block says what the reader is told in prose:

    <!-- file: NAME -->      the block is a file of that name, beside those of the same document
    <!-- fails -->           the block is meant to fail
    <!-- serves: URL -->     the command serves this URL until Ctrl-C
    <!-- output -->          the block is what the block before it prints; `…` stands for anything
    <!-- not run: REASON --> the block is not executed, or is no output, and why

A block with a directive of the site, such as `{toctree}`, shows what is elsewhere.
"""

import re
from dataclasses import dataclass, replace
from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[3]
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/**/*.md"))]

_NOTE = re.compile(r"<!-- (file|fails|serves|output|not run)(?:: (.+?))? -->\s*")


@dataclass(frozen=True, kw_only=True)
class Block:
    """A code block, with what the comment above it says, and what it prints."""

    document: str
    line: int
    language: str
    text: str
    file: str | None = None
    fails: bool = False
    serves: str | None = None
    not_run: str | None = None
    output: str | None = None

    def __str__(self):
        """Return where it stands."""
        return f"{self.document}:{self.line}"


def blocks(document):
    """Return the code blocks of a Markdown file."""
    name = document.relative_to(ROOT).as_posix()
    return blocks_of(name, document.read_text("utf-8"))


def blocks_of(name, markdown):
    """Return the code blocks of a Markdown text, in order."""
    found, notes = [], {}
    for token in MarkdownIt().parse(markdown):
        note = _NOTE.fullmatch(token.content) if token.type == "html_block" else None
        if note:
            notes[note[1].replace(" ", "_")] = note[2] or True
        elif token.type == "fence":
            language = token.info.strip()
            if "output" in notes:
                found[-1] = replace(found[-1], output=token.content)
            elif not language.startswith("{"):
                line = token.map[0] + 1
                found.append(
                    Block(document=name, line=line, language=language, text=token.content, **notes)
                )
            notes = {}
        elif token.nesting == 0 or token.type.endswith("_open"):
            notes = {}
    return found


def link_targets(markdown):
    """Yield where the links and pictures of a Markdown text lead to."""
    for token in MarkdownIt("commonmark").enable("table").parse(markdown):
        for part in (token, *(token.children or ())):
            target = part.attrs.get("href") or part.attrs.get("src")
            if target:
                yield target


ALL = [block for document in DOCUMENTS for block in blocks(document)]
RUN = [block for block in ALL if not block.not_run]
