"""Hides installed packages, for suites about the errors when packages are missing."""

import sys
from typing import Any

from robot.api.deco import keyword, library


@library(scope="SUITE")
class missing:  # noqa: N801 - Robot imports a library by the name of its file
    """Makes imports fail as if a package were not installed."""

    def __init__(self) -> None:
        self._hidden: dict[str, Any] = {}

    @keyword
    def hide_package(self, name: str) -> None:
        """Make the import of a package fail."""
        self._hidden[name] = sys.modules.get(name)
        sys.modules[name] = None  # type: ignore[assignment]  # the import system's own way

    @keyword
    def show_packages(self) -> None:
        """Make the imports of all hidden packages succeed again."""
        for name, module in self._hidden.items():
            del sys.modules[name]
            if module is not None:
                sys.modules[name] = module
        self._hidden.clear()
