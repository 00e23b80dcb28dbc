"""CherryPy configuration as a test gives it: a file, a dictionary by path, or flat entries."""

import ast
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cherrypy.lib import reprconf

from robot_cherrypy.errors import ApplicationError

Configuration = dict[str, dict[str, Any]]

# Namespaces that CherryPy reads for the whole process; every other one belongs to a path (CherryPy
# documentation, "Configure", global configuration).
_GLOBAL_NAMESPACES = frozenset({"server", "engine", "log", "checker", "tree"})

# CherryPy's own tools whose names can mean nothing else as a key of the configuration.
_TOOLS = frozenset({"sessions", "staticdir", "staticfile", "gzip", "json_in", "json_out"})


def read(source: str | Path | Mapping[str, Any] | None) -> Configuration:
    """Return the configuration in sections: "global" and one for each path.

    Args:
        source: The name of a CherryPy configuration file, a dictionary of sections, or a dictionary
            of entries such as `tools.sessions.on`, which then hold for the whole application.

    Raises:
        ApplicationError: The file is missing or is no CherryPy configuration, or an entry cannot
            mean what it says.
    """
    if not source:
        return {}
    if isinstance(source, Mapping):
        return _from_mapping(source)
    return _from_file(Path(source))


def _from_file(file: Path) -> Configuration:
    if not file.is_file():
        raise ApplicationError(f"Configuration file '{file}' does not exist.")
    try:
        parsed: Configuration = reprconf.Parser.load(str(file))
    except Exception as error:
        # CherryPy raises ValueError with further values, which its text repeats as a tuple.
        text = error.args[0] if isinstance(error, ValueError) and error.args else error
        raise ApplicationError(
            f"Configuration file '{file}' is not valid: {type(error).__name__}: {text}"
        ) from error
    return parsed


def _from_mapping(source: Mapping[str, Any]) -> Configuration:
    if all(isinstance(value, Mapping) for value in source.values()):
        return {section: _entries(values) for section, values in source.items()}
    if any(isinstance(value, Mapping) for value in source.values()):
        loose = sorted(key for key, value in source.items() if not isinstance(value, Mapping))
        raise ApplicationError(
            f"Configuration mixes sections with entries outside of any: {', '.join(loose)}."
        )
    sections: Configuration = {"global": {}, "/": {}}
    for key, value in _entries(source).items():
        namespace = key.partition(".")[0]
        is_global = namespace in _GLOBAL_NAMESPACES or key == "environment"
        sections["global" if is_global else "/"][key] = value
    return sections


def _entries(source: Mapping[str, Any]) -> dict[str, Any]:
    entries = {str(key): _value(value) for key, value in source.items()}
    for key, value in entries.items():
        if key in _TOOLS:
            raise ApplicationError(f"'{key}' is a tool: write 'tools.{key}.on' instead.")
        if key.startswith("tools.") and key.endswith(".on") and isinstance(value, str):
            raise ApplicationError(f"'{key}' has to be True or False, not '{value}'.")
    return entries


def _value(value: Any) -> Any:
    """Evaluate a text as in a configuration file, so that `False` from a Robot suite is false."""
    if not isinstance(value, str):
        return value
    try:
        return ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return value
