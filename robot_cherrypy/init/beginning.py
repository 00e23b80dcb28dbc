"""Beginning acceptance tests for a project: what `robot-cherrypy init` does, step by step."""

import contextlib
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from robot_cherrypy import browser
from robot_cherrypy.errors import ApplicationError, BrowserError
from robot_cherrypy.init.containers import add_containers
from robot_cherrypy.init.detection import Candidate, find_candidates
from robot_cherrypy.init.examples import copy_example
from robot_cherrypy.init.files import Changes, install_command
from robot_cherrypy.init.front_page import FrontPage, request_front_page

# Characters that mean something to Robot Framework in an argument.
_SPECIAL = re.compile(r"[\\#=]|[$@&%](?=\{)")

_OPTIONS = "acceptance/robot.args"
_RUN = f"robot --argumentfile {_OPTIONS} acceptance"


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What the command line says.

    Attributes:
        application: The application, as for `Start Server`; looked for if None.
        path: The path of the page that the first test opens; a usual one if None.
        ci: `github`, `gitlab` or `none`; what the project seems to use if None.
        example: The name of a sample application to copy, or None.
        choice: What to do with several applications: `ask` the user, use the `first`, or `refuse`.
        containers: Whether only what containers need is added, and no tests.
        is_running: Whether the new suite is run. Those of examples are not: they need packages.
    """

    application: str | None = None
    path: str | None = None
    ci: str | None = None
    example: str | None = None
    choice: Literal["ask", "first", "refuse"] = "refuse"
    containers: bool = False
    is_running: bool = True


def begin(project: Path, wishes: Wishes, say: Callable[[str], None] = print) -> int:
    """Add acceptance tests to a project, and run them; return the exit code.

    Args:
        project: The project's folder, which is made if it is not there.
        wishes: What the command line says.
        say: Shows a line to the user.

    Raises:
        ApplicationError: There is no application, or several and nobody to ask.
        ServerError: The application does not start.
    """
    project.mkdir(parents=True, exist_ok=True)
    project = project.resolve()
    changes = Changes(project)
    pythonpath = "."
    if wishes.containers:
        candidate = _application(changes, wishes, say)
        say(f"The application is {candidate.application} ({candidate.framework}).")
        add_containers(changes, candidate)
        _show(changes, say)
        say("Build and run it in the project's folder: docker compose up --build")
        return 0
    if wishes.example:
        copy_example(wishes.example, changes)
    else:
        pythonpath = _add_suite(changes, wishes, say)
    option = "" if pythonpath == "." else f"--pythonpath {pythonpath}"
    changes.add_template("robot.args", _OPTIONS, pythonpath=option)
    _add_job(changes, wishes.ci)
    changes.ignore_results()
    _show(changes, say)
    if wishes.example:
        say("Install what its suites need: pip install -r acceptance/requirements.txt")
    return _run(project, say) if wishes.is_running and not wishes.example else _show_next(say)


def _is_empty(project: Path) -> bool:
    return not any(path.suffix in {".py", ".toml"} or path.is_dir() for path in _visible(project))


def _visible(project: Path) -> list[Path]:
    return [path for path in project.iterdir() if not path.name.startswith(".")]


def _application(changes: Changes, wishes: Wishes, say: Callable[[str], None]) -> Candidate:
    """Return the application of the project; an empty one gets a small one."""
    project = changes.project
    if _is_empty(project) and wishes.application is None:
        changes.add_template("app.txt", "app.py")
    if wishes.application:
        folder = project / "src" if (project / "src").is_dir() else project
        named = Candidate(wishes.application, "named by --app", folder)
        with contextlib.suppress(ApplicationError):  # too many files to look for more about it
            found = find_candidates(project)
            named = next((c for c in found if c.application == named.application), named)
        return named
    candidates = find_candidates(project)
    if not candidates:
        raise ApplicationError(
            f"No application was found in {project}: name it with --app module:attribute."
        )
    if len(candidates) == 1 or wishes.choice == "first":
        return candidates[0]
    if wishes.choice == "ask":
        return _ask(candidates, say)
    names = ", ".join(candidate.application for candidate in candidates)
    raise ApplicationError(f"{project} has several applications: choose with --app from {names}.")


def _ask(candidates: list[Candidate], say: Callable[[str], None]) -> Candidate:
    say("Which application do you want to test?")
    for number, candidate in enumerate(candidates, 1):
        say(f"  {number}  {candidate.application} ({candidate.framework})")
    while True:
        typed = input(f"Number (1 to {len(candidates)}): ").strip()
        if typed.isdecimal() and 0 < int(typed) <= len(candidates):
            return candidates[int(typed) - 1]


def _add_suite(changes: Changes, wishes: Wishes, say: Callable[[str], None]) -> str:
    """Add a suite that the application passes; return the folder in which Python finds it."""
    project = changes.project
    candidate = _application(changes, wishes, say)
    page = request_front_page(candidate, project, wishes.path)
    say(f"The application is {candidate.application} ({candidate.framework}).")
    changes.add_template(
        "application.resource",
        "acceptance/resources/application.resource",
        application=candidate.application,
        server=candidate.server,
    )
    changes.add_template(
        "front_page.robot",
        "acceptance/front_page.robot",
        path=_argument(page.path),
        check=_check(page),
    )
    changes.add_requirements(("robotframework-cherrypy[async]",))
    return candidate.folder.relative_to(project).as_posix()


def _check(page: FrontPage) -> str:
    if page.title:
        return f"Title Should Be    {_argument(page.title)}"
    if page.heading:
        return f"Page Should Contain    {_argument(page.heading)}"
    return f"Server Should Have Received    GET    {_argument(page.path)}"


def _argument(text: str) -> str:
    """Return a text as Robot Framework reads it literally."""
    return _SPECIAL.sub(r"\\\g<0>", text)


def _add_job(changes: Changes, ci: str | None) -> None:
    project = changes.project
    git = project / ".git/config"
    has_jobs = (project / ".gitlab-ci.yml").exists()
    if ci is None:
        is_gitlab = git.is_file() and "gitlab" in git.read_text("utf-8", "replace")
        ci = "gitlab" if is_gitlab or has_jobs else "github"
    install = install_command(project)
    if ci == "github":
        changes.add_template("github.yml", ".github/workflows/acceptance.yml", install=install)
    elif ci == "gitlab":
        place = "acceptance/gitlab-ci.yml" if has_jobs else ".gitlab-ci.yml"
        changes.add_template("gitlab.yml", place, install=install)


def _show(changes: Changes, say: Callable[[str], None]) -> None:
    for title, places in (("Added", changes.written), ("Kept as it was", changes.kept)):
        for place in places:
            say(f"{title}: {place}")
    if "acceptance/gitlab-ci.yml" in changes.written:
        say("To run that job, name it in .gitlab-ci.yml: include: acceptance/gitlab-ci.yml")


def _run(project: Path, say: Callable[[str], None]) -> int:
    try:
        browser.find()
    except BrowserError:
        say("There is no headless browser yet: robot-cherrypy doctor --install installs one.")
        return _show_next(say)
    say(f"Running: {_RUN}")
    command = [sys.executable, "-m", "robot", *_RUN.split()[1:]]
    return subprocess.run(command, cwd=project, check=False).returncode  # noqa: S603 - as shown


def _show_next(say: Callable[[str], None]) -> int:
    say(f"Run the tests in the project's folder: {_RUN}")
    return 0
