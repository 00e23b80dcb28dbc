"""Draws boxes, arrows and text as SVG that takes its colours from the page."""

from html import escape

_TIP = """\
<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8"
orient="auto"><path d="M0 0 8 4 0 8z" class="tip"/></marker></defs>"""


def svg(width: int, height: int, *, title: str, description: str, content: str) -> str:
    """Return Markdown with an SVG that screen readers read as a picture."""
    name = title.lower().replace(" ", "-")
    return "\n".join(
        [
            "```{raw} html",
            f'<div class="diagram-box"><svg class="diagram" viewBox="0 0 {width} {height}"',
            f'role="img" aria-labelledby="{name}-title {name}-text">',
            f'<title id="{name}-title">{escape(title)}</title>',
            f'<desc id="{name}-text">{escape(description)}</desc>',
            _TIP,
            content,
            "</svg></div>",
            "```",
        ]
    )


def box(x: int, y: int, width: int, height: int, label: str, kind: str = "") -> str:
    """Return a box with a label in its middle."""
    return (
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="4" class="{kind}"/>'
        f"{text(x + width // 2, y + height // 2 + 4, label)}"
    )


def text(x: int, y: int, label: str, kind: str = "") -> str:
    """Return a text whose middle is at `x`."""
    return f'<text x="{x}" y="{y}" class="{kind}">{escape(label)}</text>'


def arrow(path: str) -> str:
    """Return an arrow along a path."""
    return f'<path d="{path}" marker-end="url(#tip)" class="arrow"/>'
