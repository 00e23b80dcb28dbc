"""What the theme leaves out for people who use a screen reader, put into the finished pages."""

from pathlib import Path
from typing import Any

# In furo 2025.12.19: what a page has, and what it should have. axe-core finds each of these.
_EVERY_PAGE = (
    ('role="heading"', 'role="heading" aria-level="2"'),  # the captions of the navigation
    ('<aside class="sidebar-drawer"', '<aside aria-label="All pages" class="sidebar-drawer"'),
    ('<aside class="toc-drawer', '<aside aria-label="This page" class="toc-drawer'),
)
_SEARCH = ('<div id="search-results">', '<h1>Search</h1>\n<div id="search-results">')


def complete(app: Any, error: Exception | None) -> None:
    """Complete all pages that have been written."""
    if error or app.builder.name != "html":
        return
    for file in sorted(Path(app.outdir).rglob("*.html")):
        if file.name != "libdoc.html":
            text = file.read_text("utf-8")
            is_search = file.name == "search.html"
            for old, new in (*_EVERY_PAGE, *([_SEARCH] if is_search else [])):
                if old not in text:
                    raise ValueError(f"{file} has no {old}: the theme has changed.")
                text = text.replace(old, new)
            file.write_text(text, "utf-8")
