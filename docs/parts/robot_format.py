"""From Robot Framework's documentation format to Markdown.

The format: Robot Framework User Guide, "Documentation formatting". Of it, the library uses what is
read here.
"""

import re
from collections.abc import Mapping

_CODE = re.compile(r"(``.+?``|`[^`]+`)")
# What would be markup in Markdown and is none in the docstrings.
_SPECIAL = re.compile(r"([*_<\[\]])")


def to_markdown(text: str, links: Mapping[str, str]) -> str:
    """Return a documentation text as Markdown.

    Args:
        text: The text, in Robot's format: ``code``, `Keyword`, = Heading =, and | steps.
        links: Where each keyword leads to.
    """
    lines: list[str] = []
    steps: list[str] = []
    for line in [*text.strip("\n").splitlines(), ""]:
        if line.startswith("|"):
            steps.append(line[1:].removeprefix(" "))
            continue
        if steps:
            lines += ["```robot", *steps, "```"]
            steps = []
        heading = re.fullmatch(r"(=+) (.+) \1", line)
        lines.append(
            f"{'#' * (len(heading[1]) + 1)} {heading[2]}" if heading else _inline(line, links)
        )
    return "\n".join(lines).strip()


def _inline(line: str, links: Mapping[str, str]) -> str:
    return "".join(_span(part, links) for part in _CODE.split(line))


def _span(part: str, links: Mapping[str, str]) -> str:
    if part.startswith("``"):
        return part
    if part.startswith("`"):
        name = part.strip("`")
        return f"[{name}]({links[name]})" if name in links else part
    return _SPECIAL.sub(r"\\\1", part)
