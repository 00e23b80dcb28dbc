"""The page about differences, of the files with which the tests compare."""

import tomllib
from typing import Any

from parts.source import DOCS

_TESTS = DOCS.parent / "robot_cherrypy/tests"
_WAYS = {
    "asyncio": "On the asyncio server",
    "coroutines": "On the asyncio server, with coroutines as page handlers",
    "patched": "On CherryPy's own server, with our patches",
}


def conformance() -> str:
    """Return Markdown with the tests of CherryPy's suite that have another result."""
    parts = []
    for way, tests in _read("conformance").items():
        rows = [f"- `{name}`: {_one_line(reason)}" for name, reason in tests.items()]
        parts += [f"### {_WAYS[way]}", "\n".join(rows) or "None."]
    return "\n\n".join(parts)


def corpus() -> str:
    """Return Markdown with the cases of the corpus that have another result, by reason."""
    reasons: dict[str, list[str]] = {}
    for difference in _read("corpus")["difference"]:
        cases = ", ".join(f"`{case}`" for case in difference["cases"])
        where = ", ".join(difference["where"])
        line = f"- {where}: {difference['gets']} for {cases}"
        reasons.setdefault(_one_line(difference["reason"]), []).append(line)
    return "\n\n".join("\n".join([f"{reason}\n", *lines]) for reason, lines in reasons.items())


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_TESTS / name / "differences.toml").read_text("utf-8"))


def _one_line(text: str) -> str:
    return " ".join(text.split())
