"""Runs scripts in all documents and workers of a Chromium, and in those that are opened later."""

from collections.abc import Callable
from typing import Any

from robot_cherrypy.pages.browser_connection import Connection
from robot_cherrypy.pages.observer import ObserverError

_ADD = "Page.addScriptToEvaluateOnNewDocument"
_REMOVE = "Page.removeScriptToEvaluateOnNewDocument"

# What belongs to no window that is attached, and so is attached by the browser itself. Workers of
# several windows are left out: a Chromium ends if they are attached so and their page is kept.
_SEPARATE = [{"type": "page"}]

# These have documents, which a script can be added to; workers run one script each.
_WITH_DOCUMENTS = frozenset({"page", "iframe"})


class EverywhereScript:
    """Scripts by name, such as that which moves the clock.

    While there is any, new windows, frames and workers wait until they have it. Workers of several
    windows have it shortly after they start, and a page with an open dialog when that is closed.

    Args:
        connection: To the browser; its lock guards this as well.
        is_blocked: Whether what has a session runs nothing now, as a dialog is open.
    """

    def __init__(self, connection: Connection, is_blocked: Callable[[str], bool]) -> None:
        self._connection = connection
        self._is_blocked = is_blocked
        self._second: set[str] = set()
        self._kinds: dict[str, str] = {}  # by session
        self._added: dict[str, str] = {}  # identifiers of scripts by session
        self._awaited: set[tuple[str, int]] = set()
        self._scripts: dict[str, str] = {}
        self._version = 0

    @property
    def _script(self) -> str:
        """All that are kept."""
        return ";\n".join(self._scripts.values())

    def attach(self, session: str, kind: str) -> None:
        """Run the script in what was opened, which is a window, a frame or a worker."""
        self._kinds[session] = kind
        if self._scripts:
            self._let_wait(session, autoAttach=True)
            self._run(session, self._script)

    def attach_second(self, session: str, kind: str) -> None:
        """Run the script in what has another session already, or soon will."""
        self._second.add(session)
        self._kinds[session] = kind
        if self._scripts:
            self._run(session, self._script)

    def detach(self, session: str) -> None:
        """Forget what was closed."""
        self._second.discard(session)
        self._kinds.pop(session, None)
        self._added.pop(session, None)
        self._awaited = {awaited for awaited in self._awaited if awaited[0] != session}

    def set(self, name: str, script: str, timeout: float, *, is_kept: bool) -> None:
        """Run a script now; if it is kept, also in all that is opened from now on.

        It replaces the one that had its name.

        Raises:
            ObserverError: A page or worker has not run it in time.
        """
        with self._connection.changed:
            self._version += 1
            self._scripts.pop(name, None)
            if is_kept:
                self._scripts[name] = script
            # Else the browser attaches nothing by itself: a new window would wait for its driver.
            any_kept = bool(self._scripts)
            self._let_wait("", autoAttach=any_kept, filter=_SEPARATE if any_kept else [])
            for session in self._kinds:
                if session not in self._second:
                    self._let_wait(session, autoAttach=True)
                if not is_kept:
                    self._run(session, script, is_kept=False)
                if is_kept or any_kept:
                    self._run(session, self._script)
                else:
                    self._remove(self._added.pop(session, ""), session)
            if not self._connection.changed.wait_for(self._is_done, timeout):
                raise ObserverError("a page or worker is busy")

    def _is_done(self) -> bool:
        waits = any(not self._is_blocked(session) for session, _version in self._awaited)
        return not waits or not self._connection.is_open

    def _let_wait(self, session: str, **values: Any) -> None:
        """Let what is opened in what has a session wait for us, or no longer."""
        self._connection.post(
            session,
            "Target.setAutoAttach",
            waitForDebuggerOnStart=bool(self._scripts),
            flatten=True,
            **values,
        )

    def _run(self, session: str, script: str, *, is_kept: bool = True) -> None:
        awaited = session, self._version
        self._awaited.add(awaited)
        if self._kinds[session] not in _WITH_DOCUMENTS:
            done = lambda _result: self._awaited.discard(awaited)  # noqa: E731
            self._connection.post(session, "Runtime.evaluate", done, expression=script)
            return

        def added(result: dict[str, Any]) -> None:
            self._awaited.discard(awaited)
            identifier = result.get("identifier", "")
            if is_kept and awaited == (session, self._version):
                identifier, self._added[session] = self._added.get(session, ""), identifier
            self._remove(identifier, session)

        self._connection.post(session, _ADD, added, source=script, runImmediately=True)

    def _remove(self, identifier: str, session: str) -> None:
        """Run a script no longer in what is opened."""
        if identifier:
            self._connection.post(session, _REMOVE, identifier=identifier)
