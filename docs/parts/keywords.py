"""The pages about keywords and options of the library, of libdoc's data."""

import inspect
import re
from pathlib import Path
from typing import Any

from robot.libdoc import libdoc
from robot.libdocpkg import LibraryDocumentation

from parts.robot_format import to_markdown
from robot_cherrypy import CherryPyLibrary

_LIBRARY = "robot_cherrypy"
# On a page, this stands for the classes that no other page names.
_OTHERS = "others"
# The pages, each with the title of its group and the classes whose keywords it has.
_FOLDER = Path(__file__).parents[1] / "reference/keywords"
_PAGE = re.compile(
    r"^# (?P<title>.+)$.*^<!-- made: keywords (?P<classes>.+) -->$", re.MULTILINE | re.DOTALL
)


class _Library:
    """What libdoc knows, with the class and the page of each keyword."""

    def __init__(self) -> None:
        data = LibraryDocumentation(_LIBRARY).to_dictionary()
        self.keywords: list[dict[str, Any]] = data["keywords"]
        self.options: dict[str, Any] = data["inits"][0]
        self.introduction: str = data["doc"]
        self.classes = {
            _normal(name): type(method.__self__)
            for name, method in CherryPyLibrary().keywords.items()
        }
        pages = {path.stem: _page(path) for path in sorted(_FOLDER.glob("*.md"))}
        named = {name for _, classes in pages.values() for name in classes}
        self.others = sorted({cls.__name__ for cls in self.classes.values()} - named)
        self.pages = {
            stem: (title, self.others if classes == [_OTHERS] else classes)
            for stem, (title, classes) in pages.items()
        }

    def of_classes(self, *names: str) -> list[dict[str, Any]]:
        """Return the keywords of classes, in the order of the alphabet."""
        return [kw for kw in self.keywords if self._class_of(kw).__name__ in names]

    def links(self) -> dict[str, str]:
        """Return where each keyword is, relative to the folder of the pages."""
        return {
            kw["name"]: f"{stem}.md#{_anchor(kw['name'])}"
            for stem, (_, classes) in self.pages.items()
            for kw in self.of_classes(*classes)
        }

    def introductions(self, *names: str) -> list[str]:
        """Return the docstrings of classes."""
        docs = {cls.__name__: inspect.getdoc(cls) or "" for cls in self.classes.values()}
        return [docs[name] for name in names if name in docs]

    def _class_of(self, kw: dict[str, Any]) -> type:
        return self.classes[_normal(kw["name"])]


_read: list[_Library] = []


def _known() -> _Library:
    """Return what libdoc knows, and ask it once."""
    if not _read:
        _read.append(_Library())
    return _read[0]


def keywords(*classes: str) -> str:
    """Return Markdown about all keywords of classes."""
    known = _known()
    if classes == (_OTHERS,):
        classes = tuple(known.others)
        if not classes:
            return "There are none at present."
    links = known.links()
    introduction = "\n\n".join(known.introductions(*classes))
    sections = [_keyword(kw, links) for kw in known.of_classes(*classes)]
    return "\n\n".join([to_markdown(introduction, links), *sections])


def groups() -> str:
    """Return Markdown with a table of the keywords by group."""
    known = _known()
    rows = []
    for stem, (title, classes) in known.pages.items():
        names = [kw["name"] for kw in known.of_classes(*classes)]
        links = ", ".join(f"[{name}](keywords/{stem}.md#{_anchor(name)})" for name in names)
        if not names:
            continue
        rows.append(f"| [{title}](keywords/{stem}.md) | {links} |")
    return "\n".join(["| group | keywords |", "|---|---|", *rows])


def library() -> str:
    """Return Markdown about importing the library: its introduction and its options."""
    known = _known()
    links = {name: f"keywords/{target}" for name, target in known.links().items()}
    parts = [to_markdown(known.introduction, links), "## Options", _arguments(known.options, links)]
    return "\n\n".join(parts)


def write_libdoc(file: Path) -> None:
    """Write libdoc's page."""
    file.parent.mkdir(parents=True, exist_ok=True)
    libdoc(_LIBRARY, str(file), quiet=True)


def _page(path: Path) -> tuple[str, list[str]]:
    page = _PAGE.search(path.read_text("utf-8"))
    if page is None:
        raise ValueError(f"{path} has no title, or no comment about its keywords.")
    return page["title"], page["classes"].split()


def _normal(name: str) -> str:
    return name.lower().replace(" ", "").replace("_", "")


def _anchor(name: str) -> str:
    return name.lower().replace(" ", "-")


def _keyword(kw: dict[str, Any], links: dict[str, str]) -> str:
    text, _, example = kw["doc"].partition("\nExample:\n")
    parts = [f"## {kw['name']}", to_markdown(text, links)]
    if kw["args"]:
        parts.append(_arguments(kw, links))
    if kw["returnDoc"]:
        parts += ["**Returns**", _definition(_type(kw["returnType"]), kw["returnDoc"], links)]
    if kw["raises"]:
        parts.append("**Errors**")
        parts += [_definition(f"`{name}`", doc, links) for name, doc in kw["raises"].items()]
    if kw["tags"]:
        parts.append(f"**Tags**: {', '.join(kw['tags'])}")
    if example:
        parts += ["**Example**", to_markdown(example, links)]
    return "\n\n".join(parts)


def _arguments(kw: dict[str, Any], links: dict[str, str]) -> str:
    rows = [
        _definition(_argument(argument), argument["doc"], links)
        for argument in kw["args"]
        if argument["name"] and argument["doc"]
    ]
    return "\n\n".join(["**Arguments**", *rows])


_STARS = {"VAR_POSITIONAL": "*", "VAR_NAMED": "**"}


def _argument(argument: dict[str, Any]) -> str:
    """Return the name of an argument, its type and its default."""
    shown = [f"`{_STARS.get(argument['kind'], '')}{argument['name']}`"]
    if argument["type"]:
        shown.append(_type(argument["type"]))
    if argument["defaultValue"] is not None:
        shown.append(f"default: `{argument['defaultValue'] or '(empty)'}`")
    elif argument["required"]:
        shown.append("required")
    return " · ".join(shown)


def _type(kind: dict[str, Any] | None) -> str:
    return f"`{_type_name(kind)}`" if kind else "a value"


def _type_name(kind: dict[str, Any]) -> str:
    nested = [_type_name(part) for part in kind["nested"] or ()]
    if kind["union"]:
        return " | ".join(nested)
    return f"{kind['name']}[{', '.join(nested)}]" if nested else str(kind["name"])


def _definition(term: str, text: str, links: dict[str, str]) -> str:
    first, *rest = to_markdown(text, links).splitlines()
    return "\n".join([term, f": {first}", *(f"  {line}".rstrip() for line in rest)])
