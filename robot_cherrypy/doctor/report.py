"""Looks at every requirement, installs what is missing if asked to, and prints the outcome."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from robot_cherrypy.doctor.installing import Way, show
from robot_cherrypy.doctor.requirements import Found, Requirement, requirements
from robot_cherrypy.errors import BrowserError, InstallError

HEADINGS = ("", "needed for", "version", "where, or how it gets there")


@dataclass(frozen=True)
class Finding:
    """What came out of looking for a requirement; `fault` says what is wrong with what is there."""

    requirement: Requirement
    found: Found | None
    fault: str = ""

    @property
    def lacking(self) -> bool:
        """Whether it is missing, or does not work, and nothing works without it."""
        return self.requirement.required and not self.found


def run(*, install: bool, as_json: bool) -> int:
    """Print what is there and what is missing.

    Args:
        install: Whether to install what is missing, before that.
        as_json: Whether to print JSON in place of a table.

    Returns:
        The exit code: 0 if all that is required is there, else 1.
    """
    faults = put_there(requirements()) if install else []
    findings = [look(requirement) for requirement in requirements()]
    print(to_json(findings) if as_json else to_table(findings))
    for fault in faults:
        show(fault)
    return int(any(finding.lacking for finding in findings))


def look(requirement: Requirement) -> Finding:
    """Look for a requirement."""
    try:
        return Finding(requirement, requirement.look())
    except BrowserError as error:
        return Finding(requirement, None, str(error))


def put_there(wanted: Iterable[Requirement]) -> list[str]:
    """Install what is missing; return why what could not be installed was not."""
    together: dict[tuple[Way, ...], list[Requirement]] = {}
    for requirement in wanted:
        if look(requirement).found or not (requirement.required or requirement.ways):
            continue
        together.setdefault(requirement.ways, []).append(requirement)
    faults = []
    for group in together.values():
        try:
            install(group)
        except InstallError as error:
            faults.append(str(error))
    return faults


def install(group: Sequence[Requirement]) -> None:
    """Try the ways to these requirements, which they have in common, until one has led there.

    Raises:
        InstallError: None did; it says why of each, and what a person can do.
    """
    names = " and ".join(requirement.name for requirement in group)
    reasons = []
    for way in group[0].ways:
        try:
            way()
        except InstallError as error:
            reasons.append(str(error))
            continue
        findings = [look(requirement) for requirement in group]
        if all(finding.found for finding in findings):
            return
        faults = {finding.fault for finding in findings if finding.fault}
        reasons.append(" ".join(faults) or f"After that there was still no {names}.")
    remedies = dict.fromkeys(requirement.remedy for requirement in group)
    raise InstallError(
        f"Could not install {names}: {' '.join([*reasons, 'You can:'])} {'; '.join(remedies)}."
    )


def to_json(findings: Iterable[Finding]) -> str:
    """Word the findings for a program."""
    return json.dumps([to_dict(finding) for finding in findings], indent=2)


def to_dict(finding: Finding) -> dict[str, object]:
    """Name the parts of a finding."""
    requirement, found = finding.requirement, finding.found
    return {
        "name": requirement.name,
        "needed_for": requirement.purpose,
        "required": requirement.required,
        "found": bool(found),
        "version": found.version if found else None,
        "path": found.path if found else None,
        "fault": finding.fault or None,
        "remedy": None if found else remedy(requirement),
    }


def to_table(findings: Iterable[Finding]) -> str:
    """Word the findings for a person."""
    rows = [HEADINGS, *map(to_row, findings)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def to_row(finding: Finding) -> tuple[str, ...]:
    """Word a finding for a person, in as many cells as there are headings."""
    requirement, found = finding.requirement, finding.found
    if found:
        return (requirement.name, requirement.purpose, found.version, found.path)
    state = "missing" if requirement.required else "not there"
    how = f"{finding.fault} {remedy(requirement)}".strip()
    return (requirement.name, requirement.purpose, state, how)


def remedy(requirement: Requirement) -> str:
    """Say how a requirement gets there."""
    if requirement.ways:
        return f"robot-cherrypy doctor --install, or {requirement.remedy}"
    return requirement.remedy
