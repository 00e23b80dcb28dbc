"""Parts of pages that are made of the code when the site is built.

A page says where a part stands by a comment on a line of its own, which who reads the bare Markdown
does not see:

    <!-- made: NAME ARGUMENT ... -->
"""

import re
from pathlib import Path
from typing import Any

from pygments.lexers.robotframework import RobotFrameworkLexer

from parts import (
    accessible,
    code,
    command,
    diagrams,
    differences,
    keywords,
    messages,
    recipes,
    settings,
    source,
)

_MAKERS = {
    "bus-listeners": diagrams.bus_listeners,
    "bus-states": diagrams.bus_states,
    "command": command.help_texts,
    "conformance": differences.conformance,
    "corpus": differences.corpus,
    "file": source.of_repository,
    "groups": keywords.groups,
    "keywords": keywords.keywords,
    "library": keywords.library,
    "messages": messages.messages,
    "pages": source.other_pages,
    "questions": recipes.questions,
    "request-life": diagrams.request_life,
    "settings": settings.server_settings,
}
_OF_FILES = {"code": code.code, "recipe": code.recipe}
_PART = re.compile(r"^<!-- made: ([\w-]+)((?: \S+)*) -->$", re.MULTILINE)


def setup(app: Any) -> dict[str, bool]:
    """Register what pages use (Sphinx, "Sphinx Extensions API")."""
    app.add_lexer("robot", RobotFrameworkLexer)
    app.connect("source-read", _complete)
    app.connect("builder-inited", _write_libdoc)
    app.connect("build-finished", accessible.complete)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _complete(_app: Any, page: str, content: list[str]) -> None:
    """Put the parts into a page that Sphinx has read, and make its links lead on the site."""
    folder = (source.DOCS / page).parent
    text = source.for_site(content[0], read_in=folder, shown_in=folder)

    def make(part: re.Match[str]) -> str:
        if part[1] in _OF_FILES:
            return _OF_FILES[part[1]](folder, *part[2].split())
        return _MAKERS[part[1]](*part[2].split())

    content[0] = _PART.sub(make, text)


def _write_libdoc(app: Any) -> None:
    """Write libdoc's own page, for those who know it from other libraries."""
    keywords.write_libdoc(Path(app.outdir) / "libdoc.html")
