"""Headers of requests and responses, with every value of a header that comes several times."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self


class Headers(Mapping[str, str]):
    """Maps names of headers, in upper or lower case, to their values.

    Values of headers with the same name are joined (RFC 9110, section 5.3); `get_all` returns each,
    as `Set-Cookie` needs it. `pairs` are all names, such as `Content-Type`, and values, in order.
    """

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self.pairs = [(name.title(), value) for name, value in pairs]
        self._values: dict[str, list[str]] = {}
        for name, value in self.pairs:
            self._values.setdefault(name, []).append(value)

    @classmethod
    def from_raw(cls, raw: Any) -> Self:
        """Return headers from what a server has: a WSGI environ, or pairs of bytes or text."""
        if isinstance(raw, dict):
            return cls(_of_environ(raw))
        return cls((_text(name), _text(value)) for name, value in raw)

    def __getitem__(self, name: str) -> str:
        """Return the value of a header; several are joined."""
        name = name.title()
        separator = "; " if name == "Cookie" else ", "  # HTTP/2 splits it (RFC 9113, 8.2.3)
        return separator.join(self._values[name])

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names."""
        return iter(self._values)

    def __len__(self) -> int:
        """Return the number of names."""
        return len(self._values)

    def __repr__(self) -> str:
        """Show names and values in order."""
        return f"Headers({self.pairs})"

    def get_all(self, name: str) -> list[str]:
        """Return all values of a header, in order; none if there is no such header."""
        return list(self._values.get(name.title(), ()))


def _of_environ(environ: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the headers of a WSGI environ, which names them as CGI does (PEP 3333)."""
    for name, value in environ.items():
        if name.startswith("HTTP_"):
            yield name.removeprefix("HTTP_").replace("_", "-"), value
    if "CONTENT_TYPE" in environ:
        yield "Content-Type", environ["CONTENT_TYPE"]


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
