"""The list of all recipes."""

import re

from parts.source import DOCS

_FOLDER = DOCS / "recipes"


def questions() -> str:
    """Return Markdown with the question of each recipe, by page."""
    names = re.findall(r"^\w+$", (_FOLDER / "index.md").read_text("utf-8"), re.MULTILINE)
    return "\n\n".join(_of_page(name) for name in names)


def _of_page(name: str) -> str:
    text = (_FOLDER / f"{name}.md").read_text("utf-8")
    title, *headings = re.findall(
        r"^#+ (.+)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE
    )
    items = [f"- [{heading}]({name}.md#{_anchor(heading)})" for heading in headings]
    return "\n".join([f"## {title.partition(': ')[2].capitalize()}", "", *items])


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-")
