"""Files that keywords are given, relative to the suite."""

from pathlib import Path

from robot.libraries.BuiltIn import BuiltIn


def found(path: Path) -> Path:
    """Return a path from the folder of the suite, or else from the current one."""
    source = BuiltIn().get_variable_value("${SUITE_SOURCE}")
    suite = Path(source) if source else Path.cwd()
    in_suite = (suite if suite.is_dir() else suite.parent) / path
    return in_suite if in_suite.exists() else path
