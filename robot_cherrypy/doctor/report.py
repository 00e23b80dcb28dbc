"""Finds every requirement, installs what is missing if asked to, and prints a report."""

import json
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from robot_cherrypy.doctor.check import open_page
from robot_cherrypy.doctor.installers import Installer, show
from robot_cherrypy.doctor.requirements import Installed, Requirement, requirements
from robot_cherrypy.errors import BrowserError, InstallError

# How wide the table is at most, in columns of a terminal, and how much of them the last cell has.
_WIDTH = 100
_NARROWEST = 24

_HEADINGS = ("", "needed for", "version", "where, or how it gets there")


@dataclass(frozen=True)
class _Finding:
    """The outcome for one requirement.

    Attributes:
        requirement: The requirement.
        installed: What is installed, if it works.
        defect: Why what is installed does not work.
    """

    requirement: Requirement
    installed: Installed | None
    defect: str = ""

    @property
    def lacking(self) -> bool:
        """Whether it is missing, or does not work, and is required."""
        return self.requirement.required and not self.installed


def run(*, install: bool, as_json: bool, check: bool = False) -> int:
    """Print what is there and what is missing.

    Args:
        install: Whether to install before that what is missing.
        as_json: Whether to print JSON in place of a table.
        check: Whether to open a browser with a page.

    Returns:
        The exit code: 0 if all that is required is there and the browser works, else 1.
    """
    errors = _install_missing(requirements()) if install else []
    findings = [_examine(requirement) for requirement in requirements()]
    print(_to_json(findings) if as_json else f"{_to_table(findings)}\n\n{_verdict(findings)}")
    for error in errors:
        show(error)
    is_lacking = any(finding.lacking for finding in findings)
    return int(is_lacking or (check and not _check()))


def _check() -> bool:
    try:
        show(open_page())
    except BrowserError as error:
        show(str(error))
        return False
    return True


def _examine(requirement: Requirement) -> _Finding:
    try:
        return _Finding(requirement, requirement.find())
    except BrowserError as error:  # a program does not run
        return _Finding(requirement, None, str(error))


def _install_missing(candidates: Iterable[Requirement]) -> list[str]:
    """Install what is missing; return a message for each failure."""
    # Requirements with the same installers, as browser and driver, are installed at once.
    groups: dict[tuple[Installer, ...], list[Requirement]] = {}
    for requirement in candidates:
        if _examine(requirement).installed:
            continue
        if requirement.required or requirement.installers:
            groups.setdefault(requirement.installers, []).append(requirement)
    errors = []
    for group in groups.values():
        try:
            _install(group)
        except InstallError as error:
            errors.append(str(error))
    return errors


def _install(group: Sequence[Requirement]) -> None:
    """Try the installers that a group of requirements shares until all of the group is there.

    Raises:
        InstallError: None succeeded; the message has the reason of each, and the remedies.
    """
    names = " and ".join(requirement.name for requirement in group)
    reasons = []
    for install in group[0].installers:
        try:
            install()
        except InstallError as error:
            reasons.append(str(error))
            continue
        findings = [_examine(requirement) for requirement in group]
        if all(finding.installed for finding in findings):
            return
        defects = {finding.defect for finding in findings if finding.defect}
        reasons.append(" ".join(defects) or f"After that there was still no {names}.")
    remedies = dict.fromkeys(requirement.remedy for requirement in group)
    raise InstallError(
        f"Could not install {names}: {' '.join([*reasons, 'You can:'])} {'; '.join(remedies)}."
    )


def _to_json(findings: Iterable[_Finding]) -> str:
    return json.dumps([_to_dict(finding) for finding in findings], indent=2)


def _to_dict(finding: _Finding) -> dict[str, object]:
    requirement, installed = finding.requirement, finding.installed
    return {
        "name": requirement.name,
        "needed_for": requirement.purpose,
        "required": requirement.required,
        "found": bool(installed),
        "version": installed.version if installed else None,
        "path": installed.path if installed else None,
        "fault": finding.defect or None,
        "remedy": None if installed else _remedy(requirement),
    }


def _verdict(findings: Iterable[_Finding]) -> str:
    missing = [finding for finding in findings if not finding.installed]
    required = ", ".join(f.requirement.name for f in missing if f.lacking)
    features = dict.fromkeys(finding.requirement.purpose for finding in missing)
    but = f", except for {', '.join(features)}" if features else ""
    text = f"All that tests need is there{but}."
    if required:
        text = f"Tests cannot run: {required} missing. robot-cherrypy doctor --install may help."
    return textwrap.fill(text, _WIDTH, break_long_words=False, break_on_hyphens=False)


def _to_table(findings: Iterable[_Finding]) -> str:
    rows = [_HEADINGS, *map(_to_row, findings)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)][:-1]
    left = sum(widths) + 2 * len(widths)
    lines = []
    for *cells, last in rows:
        parts = _wrapped(last, max(_WIDTH - left, _NARROWEST))
        start = "".join(f"{cell:<{width}}  " for cell, width in zip(cells, widths, strict=True))
        lines += [f"{start}{parts[0]}".rstrip(), *(f"{'':{left}}{part}" for part in parts[1:])]
    return "\n".join(lines)


def _wrapped(text: str, width: int) -> list[str]:
    """Return the lines of a cell. Of a path that is too long the end is shown, as it says most."""
    if text.startswith("/") and " " not in text and len(text) > width:
        return [f"…{text[1 - width :]}"]
    return textwrap.wrap(text, width, break_long_words=False) or [""]


def _to_row(finding: _Finding) -> tuple[str, ...]:
    """Return as many cells as there are headings."""
    requirement, installed = finding.requirement, finding.installed
    if installed:
        return (requirement.name, requirement.purpose, installed.version, installed.path)
    state = "missing" if requirement.required else "not there"
    how = f"{finding.defect} {_remedy(requirement)}".strip()
    return (requirement.name, requirement.purpose, state, how)


def _remedy(requirement: Requirement) -> str:
    if requirement.installers:
        return f"robot-cherrypy doctor --install, or {requirement.remedy}"
    return requirement.remedy
