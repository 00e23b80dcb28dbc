"""Options of `robot` that are about reports: they hold for the report of all attempts together."""

from collections.abc import Mapping
from typing import Any

# Those that `rebot` has as well (Robot Framework User Guide, 6.3). `--name`, `--doc`, `--metadata`
# and `--settag` have done their work when the tests were run.
_OF_REPORTS = (
    *("log", "report", "xunit", "logtitle", "reporttitle", "reportbackground", "splitlog"),
    *("suitestatlevel", "tagstatinclude", "tagstatexclude", "tagstatcombine", "tagdoc"),
    *("tagstatlink", "expandkeywords", "removekeywords", "flattenkeywords", "timestampoutputs"),
    *("loglevel", "statusrc", "maxerrorlines", "rpa", "consolecolors", "consolelinks"),
)

_OUTPUT = "output.xml"


def report_options(options: Mapping[str, Any]) -> list[str]:
    """Return the arguments for `rebot`.

    Args:
        options: The options of `robot` by their long names, as Robot Framework has parsed them.
    """
    given = settings_of_reports(options)
    return [word for name, value in given.items() for word in _words(name, value)]


def settings_of_reports(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of the options of `robot` that are about reports, by their long names."""
    return {name: options[name] for name in _OF_REPORTS if name in options}


def output_name(options: Mapping[str, Any]) -> str:
    """Return the name of the results' file; also if none is wanted, as the reports need one."""
    name = str(options.get("output", _OUTPUT))
    if name.upper() == "NONE":
        return _OUTPUT
    return name if "." in name else f"{name}.xml"


def _words(name: str, value: Any) -> list[str]:
    if isinstance(value, bool):
        return [f"--{name}" if value else f"--no{name}"]
    values = value if isinstance(value, list) else [value]
    return [word for each in values for word in (f"--{name}", str(each))]
