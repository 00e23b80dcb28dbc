"""What a watched run tells of its tests, and of the files that its suites depend on."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True)
class Plan:
    """A run begins with these suites, by their files."""

    suites: frozenset[Path]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """A test has ended.

    Attributes:
        name: Its full name.
        suite: The file of its suite.
        line: Where it begins there.
        status: Robot's.
        message: Why it failed or was skipped.
        seconds: How long it took.
    """

    name: str
    suite: Path
    line: int
    status: Literal["PASS", "FAIL", "SKIP", "NOT RUN"]
    message: str
    seconds: float


@dataclass(frozen=True)
class Application:
    """An application that a suite has used.

    Attributes:
        module: Its name.
        search_path: The folders in which it was looked for, besides Python's own.
        is_child: Whether its server was a child process, of which no more is known.
    """

    module: str
    search_path: tuple[Path, ...]
    is_child: bool


@dataclass(frozen=True, kw_only=True)
class SuiteRecord:
    """A suite has ended, and these files and applications are what it depends on.

    Attributes:
        suite: Its file.
        files: What it, the folders that it is in and their resources consist of: files of suites,
            resources, libraries, variables, modules that were imported and files that were read.
        applications: What it has used.
        written: Files that were written meanwhile.
        search_path: The folders of the project among those in which Python looks for modules.
    """

    suite: Path
    files: frozenset[Path]
    applications: frozenset[Application]
    written: frozenset[Path]
    search_path: tuple[Path, ...]


@dataclass(frozen=True)
class AllTestsEnded:
    """The last test has ended. The reports follow."""
