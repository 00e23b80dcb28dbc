"""Listeners such as other people have them."""

import json
from pathlib import Path
from typing import Any

from robot.libraries.BuiltIn import BuiltIn


class Again:
    """Runs a failed test with the tag `again` once more, as a listener that retries does."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def end_test(self, data: Any, result: Any) -> None:
        """Insert the test after itself."""
        if result.failed and "again" in result.tags and result.name not in self._seen:
            self._seen.add(result.name)
            tests = data.parent.tests
            tests.insert(tests.index(data) + 1, data.deepcopy())


class Told:
    """Writes what it is told of each test, as a listener does that makes a report of its own."""

    ROBOT_LISTENER_API_VERSION = 2

    def __init__(self) -> None:
        self._tests: list[dict[str, str]] = []
        self._folder = Path()

    def library_import(self, _name: str, attributes: dict[str, Any]) -> None:
        """Fail unless a report could have what is imported."""
        json.dumps(attributes)

    def end_test(self, name: str, attributes: dict[str, Any]) -> None:
        """Remember status and message."""
        self._folder = Path(str(BuiltIn().get_variable_value("${OUTPUT_DIR}")))  # type: ignore[no-untyped-call]
        told = {"name": name, "status": attributes["status"], "message": attributes["message"]}
        self._tests.append(told)

    def close(self) -> None:
        """Write the report."""
        (self._folder / "told.json").write_text(json.dumps(self._tests), "utf-8")
