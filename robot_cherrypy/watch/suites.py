"""What the command line of `robot-cherrypy watch` says."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from robot.errors import DataError, Information
from robot.run import RobotFramework

from robot_cherrypy.coverage import is_measured
from robot_cherrypy.errors import RobotCherryPyError
from robot_cherrypy.running.result_options import output_name
from robot_cherrypy.running.wishes import Wishes, options_for

if TYPE_CHECKING:
    from robot_cherrypy.harness.server_thread import Kind


@dataclass(frozen=True)
class Suites:
    """The suites that are watched, and how they are run.

    Attributes:
        sources: Their files and folders.
        options: Robot's options.
        servers: The kinds of servers on which each test is run, if there are several.
        retries: How often a test that fails is run again.
    """

    sources: tuple[str, ...]
    options: dict[str, Any]
    servers: "tuple[Kind, ...]" = ()
    retries: int = 0

    @classmethod
    def from_wishes(cls, wishes: Wishes) -> "Suites":
        """Read the arguments of `robot`.

        Raises:
            RobotCherryPyError: They are wrong, or a file does not exist.
        """
        kind = wishes.servers[0] if len(wishes.servers) == 1 else None
        arguments = [*options_for(kind, wishes.library), *wishes.robot]
        try:
            options, sources = RobotFramework().parse_arguments(arguments)
        except (DataError, Information) as error:
            raise RobotCherryPyError(str(error)) from error
        for source in sources:
            if not Path(source).exists():
                raise RobotCherryPyError(f"There is no suite '{source}'.")
        given = {name: value for name, value in options.items() if value not in (None, [])}
        given["output"] = output_name(given)
        # Each run's reports take the place of the last one's, which open pages show.
        options = {"outputdir": "results", **given, "timestampoutputs": False}
        servers = () if kind else wishes.servers
        return cls(tuple(sources), options, servers=servers, retries=wishes.retries)

    @property
    def output(self) -> Path:
        """The folder of the reports."""
        return Path(self.options["outputdir"]).resolve()

    @property
    def coverage(self) -> Path | None:
        """The file of the coverage by test; None if the suites are run without its listener."""
        return self.output / ".coverage" if is_measured(self.options) else None

    @property
    def reports(self) -> list[str]:
        """The names of the reports: first the one that has the keywords of each test."""
        names = [str(self.options.get(name, f"{name}.html")) for name in ("log", "report")]
        return [
            name if Path(name).suffix else f"{name}.html"
            for name in names
            if name.upper() != "NONE"
        ]

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders to watch: the current one, and those of suites that are elsewhere."""
        here = Path.cwd().resolve()
        paths = [Path(source).resolve() for source in self.sources]
        others = {path if path.is_dir() else path.parent for path in paths}
        return (here, *sorted(path for path in others if not path.is_relative_to(here)))

    def has(self, path: Path) -> bool:
        """Whether a file is a suite of these."""
        return (
            path.suffix == ".robot"
            and not path.name.startswith("_")  # a folder's own file, or one that Robot ignores
            and any(path.is_relative_to(Path(source).resolve()) for source in self.sources)
        )
