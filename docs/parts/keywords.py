"""The pages about keywords and options of the library, of libdoc's data."""

import inspect
from pathlib import Path
from typing import Any

from robot.libdoc import libdoc
from robot.libdocpkg import LibraryDocumentation

from parts.robot_format import to_markdown
from robot_cherrypy import CherryPyLibrary

_LIBRARY = "robot_cherrypy"
# The pages: each has the keywords with the tag that is its name.
_FOLDER = Path(__file__).parents[1] / "reference/keywords"


class _Library:
    """What libdoc knows, with the classes and the title of each group of keywords."""

    def __init__(self) -> None:
        data = LibraryDocumentation(_LIBRARY).to_dictionary()
        self.keywords: list[dict[str, Any]] = data["keywords"]
        self.options: dict[str, Any] = data["inits"][0]
        self.introduction: str = data["doc"]
        self.titles = {path.stem: _title(path) for path in sorted(_FOLDER.glob("*.md"))}
        self._classes: dict[str, list[type]] = {}
        library = CherryPyLibrary()
        for name, method in library.keywords.items():
            for tag in library.get_keyword_tags(name):
                self._classes.setdefault(tag, []).append(type(method.__self__))
        if self.titles.keys() != self._classes.keys():
            differ = sorted(self.titles.keys() ^ self._classes.keys())
            raise ValueError(f"{differ}: each tag has a page in {_FOLDER}, and each page a tag.")

    def of_tag(self, tag: str) -> list[dict[str, Any]]:
        """Return the keywords of a group, in the order of the alphabet."""
        return [kw for kw in self.keywords if tag in kw["tags"]]

    def links(self) -> dict[str, str]:
        """Return where each keyword is, relative to the folder of the pages."""
        return {
            kw["name"]: f"{tag}.md#{_anchor(kw['name'])}"
            for tag in self.titles
            for kw in self.of_tag(tag)
        }

    def introduction_of(self, tag: str) -> str:
        """Return the docstrings of the classes of a group."""
        classes = dict.fromkeys(self._classes[tag])
        return "\n\n".join(inspect.getdoc(cls) or "" for cls in classes)


_read: list[_Library] = []


def _known() -> _Library:
    """Return what libdoc knows, and ask it once."""
    if not _read:
        _read.append(_Library())
    return _read[0]


def keywords(tag: str) -> str:
    """Return Markdown about all keywords of a group."""
    known = _known()
    links = known.links()
    sections = [_keyword(kw, links) for kw in known.of_tag(tag)]
    return "\n\n".join([to_markdown(known.introduction_of(tag), links), *sections])


def groups() -> str:
    """Return Markdown with a table of the keywords by group, with its tag."""
    known = _known()
    rows = []
    for tag, title in known.titles.items():
        names = [kw["name"] for kw in known.of_tag(tag)]
        links = ", ".join(f"[{name}](keywords/{tag}.md#{_anchor(name)})" for name in names)
        rows.append(f"| [{title}](keywords/{tag}.md) | `{tag}` | {links} |")
    return "\n".join(["| group | tag | keywords |", "|---|---|---|", *rows])


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


def _title(path: Path) -> str:
    return path.read_text("utf-8").partition("\n")[0].removeprefix("# ")


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
