"""Keeps secrets out of reports."""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

MASK = "•••"

_SECRET_HEADERS = frozenset(
    {"Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie", "X-Api-Key"}
)
_SECRET_NAME = re.compile(
    r"pass(word|wd|phrase)?|secret|token|api_?key|credential|card|cvc|\bpin\b|csrf", re.IGNORECASE
)
# The value of such a name in a query, a form, JSON, or in what `repr` makes of a dictionary.
_IN_QUERY = re.compile(r"(?<=[?&])([^=&#\s]+)=([^&#\s]+)")
_IN_TEXT = re.compile(r"""(["'])([^"']+)\1(\s*:\s*)(["'])(.*?)\4""")
_USER_INFO = re.compile(r"(?<=://)[^/@\s]+(?=@)")

# Shorter ones would mask half of every page.
_SHORTEST = 4


class Masker:
    """Replaces secrets in texts, by their names and, where these are known, by their values."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        """Know some secrets by their values."""
        self._secrets = {
            form
            for secret in secrets
            if len(secret) >= _SHORTEST
            for form in (secret, quote(secret, safe=""), quote_plus(secret))
        }

    def text(self, text: str) -> str:
        """Mask a text."""
        for secret in sorted(self._secrets, key=len, reverse=True):
            text = text.replace(secret, MASK)
        text = _USER_INFO.sub(MASK, text)
        text = _IN_QUERY.sub(_query_value, text)
        return _IN_TEXT.sub(_text_value, text)

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Mask the values of headers that carry secrets."""
        return {
            name: MASK if name.title() in _SECRET_HEADERS else self.text(value)
            for name, value in headers.items()
        }

    def values(self, values: Mapping[str, Any]) -> dict[str, str]:
        """Mask the values that their names call secret."""
        return {
            name: MASK if is_secret_name(name) else self.text(_shown(value))
            for name, value in values.items()
        }


def is_secret_name(name: str) -> bool:
    """Whether a parameter, field or key of this name holds a secret."""
    return _SECRET_NAME.search(name) is not None


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else repr(value)


def _query_value(found: re.Match[str]) -> str:
    return f"{found[1]}={MASK}" if is_secret_name(found[1]) else found[0]


def _text_value(found: re.Match[str]) -> str:
    if not is_secret_name(found[2]):
        return found[0]
    return f"{found[1]}{found[2]}{found[1]}{found[3]}{found[4]}{MASK}{found[4]}"
