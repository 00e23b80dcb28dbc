"""A regular expression for many texts at once, which reads a text only once."""

import re
from collections.abc import Iterable
from typing import Any

# The key of a node's dictionary that says that one of the texts ends there.
_END = ""


def alternatives(texts: Iterable[str]) -> str:
    """Return the source of an expression that matches any of these texts, the longest first.

    It branches where the texts do, so that the time for a search does not grow with their number.
    """
    root: dict[str, Any] = {}
    for text in texts:
        node = root
        for character in text:
            node = node.setdefault(character, {})
        node[_END] = {}
    return _source(root)


def _source(node: dict[str, Any]) -> str:
    """Return the expression for what may follow at a node."""
    prefix = ""
    while len(node) == 1 and _END not in node:
        [(character, node)] = node.items()
        prefix += re.escape(character)
    branches = [re.escape(key) + _source(following) for key, following in node.items() if key]
    if not branches:
        return prefix
    return f"{prefix}(?:{'|'.join(branches)}){'?' if _END in node else ''}"
