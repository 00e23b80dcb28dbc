"""Replaces secrets in the report by dots."""

import functools
import re
from collections.abc import Iterable, Mapping
from typing import Any

from robot_cherrypy.evidence import markup
from robot_cherrypy.evidence.alternatives import alternatives
from robot_cherrypy.evidence.named_secrets import MASK, mask_markup, mask_named, mask_others
from robot_cherrypy.evidence.secret_names import is_secret_name
from robot_cherrypy.evidence.spellings import spellings
from robot_cherrypy.traffic.text import as_text, encodable

# A known secret of at least so many characters is masked wherever it is, in every spelling. A
# shorter one would mask half of every page: it is masked where it stands alone.
_SHORTEST = 4


class Masker:
    """Masks secrets, which it recognises by the names that they have or by their values.

    The time for a text grows with its length, whatever is in it.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        """Mask these values wherever they are.

        Args:
            secrets: Values that are known, such as a password that was typed.
        """
        known = {secret for secret in secrets if secret.strip()}
        # One such as `password` must not hide the name that tells of another.
        names = {secret for secret in known if is_secret_name(secret, of_parameter=True)}
        self._values = _expression(frozenset(known - names))
        self._names = _expression(frozenset(names))

    def text(self, text: str) -> str:
        """Return a text with its secrets masked: known values, and those that have telling names.

        They may be in URLs, forms, JSON, markup, or lines of a log.
        """
        text = self._values.sub(MASK, encodable(text))
        text = mask_markup(mask_named(mask_others(text)))
        return self._names.sub(MASK, text)

    def html(self, text: str) -> str:
        """Return a text as HTML, also for a quoted attribute, with its secrets masked."""
        return markup.text(self.text(text))

    def headers(self, headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Return names and values of headers; values of headers with secrets are masked."""
        return [(self.text(name), self._header(name.title(), value)) for name, value in headers]

    def _header(self, name: str, value: str) -> str:
        if name == "Cookie":
            return ";".join(map(_masked_cookie, value.split(";")))
        if name == "Set-Cookie":
            cookie, semicolon, attributes = value.partition(";")
            return f"{_masked_cookie(cookie)}{semicolon}{self.text(attributes)}"
        return MASK if is_secret_name(name) else self.text(value)

    def values(self, values: Mapping[Any, Any]) -> dict[str, str]:
        """Return names and values as texts; a value is masked if its name is that of a secret."""
        shown = {as_text(name): as_text(value) for name, value in values.items()}
        return {
            self.text(name): MASK if is_secret_name(name, of_parameter=True) else self.text(value)
            for name, value in shown.items()
        }


def _masked_cookie(pair: str) -> str:
    """Return a cookie with its name alone."""
    name, is_there, _value = pair.partition("=")
    return f"{name}={MASK}" if is_there else MASK


@functools.lru_cache(maxsize=10)
def _expression(secrets: frozenset[str]) -> re.Pattern[str]:
    """Return an expression that matches these secrets in all their spellings."""
    sources = []
    long = {secret for secret in secrets if len(secret) >= _SHORTEST}
    if long:
        sources.append(alternatives(form for secret in long for form in spellings(secret)))
    if long != secrets:
        # Nor as the name of a tag, such as `<b>`.
        sources.append(rf"(?<!</)(?<![\w<])(?:{alternatives(secrets - long)})(?!\w)")
    return re.compile("|".join(sources) or r"(?!)")
