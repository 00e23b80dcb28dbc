"""What pages and workers of a Chromium will still do by themselves."""

from pathlib import Path
from typing import Any

from robot_cherrypy.pages.browser_connection import Connection
from robot_cherrypy.pages.observer import Activity

# Has to be there before any script of a page; see `Observer.run_everywhere`.
ACTIVITY = (Path(__file__).parent / "activity.js").read_text("utf-8").rstrip()

# What is asked: a frame is part of its window or has a session, service workers show nothing.
_ASKED = frozenset({"page", "iframe", "shared_worker", "worker"})

# For how long a page or worker may be silent until it counts as busy, in seconds: 1 ms is usual.
SILENCE = 0.25


class ActivityProbe:
    """Asks all documents and workers of a browser.

    Args:
        connection: To the browser; its lock guards this as well.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        # The worlds of the documents' own scripts by session; a session may have several frames.
        self._contexts: dict[str, set[int]] = {}
        self._kinds: dict[str, str] = {}

    def attach(self, session: str, kind: str) -> None:
        """Know what was opened."""
        if kind in _ASKED:
            self._kinds[session] = kind

    def detach(self, session: str) -> None:
        """Forget what was closed."""
        self._kinds.pop(session, None)
        self._contexts.pop(session, None)

    def handle_event(self, session: str, method: str, values: dict[str, Any]) -> None:
        """Handle an event of the domain Runtime."""
        contexts = self._contexts.setdefault(session, set())
        if method == "Runtime.executionContextCreated":
            context = values["context"]
            if context.get("auxData", {}).get("isDefault"):
                contexts.add(context["id"])
        elif method == "Runtime.executionContextDestroyed":
            contexts.discard(values["executionContextId"])
        elif method == "Runtime.executionContextsCleared":
            contexts.clear()

    def ask(self, within: float, timeout: float) -> Activity:
        """Return what is going on, and what will within a time in seconds."""
        expression = f"globalThis.__robot_cherrypy_activity?.state({round(1000 * within)})"
        states: dict[tuple[str, int], dict[str, Any]] = {}
        with self._connection.changed:
            places = [
                (session, context)
                for session in self._kinds
                for context in self._contexts.get(session) or (0,)
            ]
            for place in places:
                self._ask(place, expression, states)
            self._connection.changed.wait_for(
                lambda: len(states) == len(places) or not self._connection.is_open,
                min(timeout, SILENCE),
            )
        return activity_of([states.get(place) for place in places])

    def _ask(
        self, place: tuple[str, int], expression: str, states: dict[tuple[str, int], dict[str, Any]]
    ) -> None:
        session, context = place

        def told(result: dict[str, Any]) -> None:
            states[place] = result.get("result", {}).get("value") or {}

        values: dict[str, Any] = {"contextId": context} if context else {}
        self._connection.post(
            session, "Runtime.evaluate", told, expression=expression, returnByValue=True, **values
        )


def activity_of(states: list[dict[str, Any] | None]) -> Activity:
    """Return what all have told; one that told nothing is busy, or was just opened or left."""
    activity = Activity()
    for state in states:
        if not state:
            busy = "a script that runs" if state is None else "a page that is not known"
            activity.changing.append(busy)
            activity.pending.append(busy)
        else:
            activity.changing += state["changing"]
            activity.pending += state["pending"]
            activity.version.append((state["began"], state["version"]))
    return activity
