"""What containers have printed during a test, and what happened to hosts."""

from typing import NamedTuple

from robot_cherrypy.containers.compose_project import name_of, running_projects
from robot_cherrypy.evidence.run_history import Step
from robot_cherrypy.hosts.cluster import running_clusters

# How many lines the timeline shows, as rows among the keywords. Sections of their own have all of
# them. The last lines say why a test has failed.
_MOST_LINES = 60


class ContainerLine(NamedTuple):
    """A line of a container's log, or what happened to a host; `at` is of `time.monotonic`."""

    kind: str
    name: str
    at: float
    text: str


def container_lines_since(start: float) -> list[ContainerLine]:
    """Return the lines of all projects and hosts since a time, oldest first."""
    lines = [
        ContainerLine("container", name_of(state), at, text)
        for project in running_projects()
        for state in project.containers()
        for at, text in project.engine.log_since(state["Id"], start)
    ]
    lines += [
        ContainerLine(*line)
        for cluster in running_clusters()
        for line in cluster.lines_since(start)
    ]
    return sorted(lines, key=lambda line: line.at)


def logs_of_containers(lines: list[ContainerLine]) -> list[tuple[str, str]]:
    """Return title and text of each container's or host's log."""
    sources = dict.fromkeys((line.kind, line.name) for line in lines)
    return [
        (
            f"Log of {kind} '{name}'",
            "".join(f"{line.text}\n" for line in lines if (line.kind, line.name) == (kind, name)),
        )
        for kind, name in sources
    ]


def steps_of(lines: list[ContainerLine]) -> list[Step]:
    """Return the last lines as steps, for the timeline."""
    return [
        Step(f"{line.kind.title()} {line.name}", (line.text,), 1, line.at, line.at, "PASS")
        for line in lines[-_MOST_LINES:]
    ]
