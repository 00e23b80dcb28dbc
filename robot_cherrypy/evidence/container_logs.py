"""What containers have printed during a test."""

from typing import NamedTuple

from robot_cherrypy.containers.compose_project import name_of, running_projects
from robot_cherrypy.evidence.run_history import Step

# How many lines the timeline shows, as rows among the keywords. Sections of their own have all of
# them. The last lines say why a test has failed.
_MOST_LINES = 60


class ContainerLine(NamedTuple):
    """A line of a container's log; `at` is of `time.monotonic`."""

    container: str
    at: float
    text: str


def container_lines_since(start: float) -> list[ContainerLine]:
    """Return what the containers of all projects have printed since a time, oldest first."""
    lines = [
        ContainerLine(name_of(state), at, text)
        for project in running_projects()
        for state in project.containers()
        for at, text in project.engine.log_since(state["Id"], start)
    ]
    return sorted(lines, key=lambda line: line.at)


def logs_of_containers(lines: list[ContainerLine]) -> list[tuple[str, str]]:
    """Return title and text of each container's log."""
    names = dict.fromkeys(line.container for line in lines)
    return [
        (
            f"Log of container '{name}'",
            "".join(f"{line.text}\n" for line in lines if line.container == name),
        )
        for name in names
    ]


def steps_of(lines: list[ContainerLine]) -> list[Step]:
    """Return the last lines as steps, for the timeline."""
    return [
        Step(f"Container {line.container}", (line.text,), 1, line.at, line.at, "PASS")
        for line in lines[-_MOST_LINES:]
    ]
