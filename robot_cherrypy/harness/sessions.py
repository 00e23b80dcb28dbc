"""Sessions of an application under test, made and read by the application's own backend."""

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookies import Morsel, SimpleCookie
from typing import Any

import cherrypy
from cherrypy.lib import httputil

from robot_cherrypy.errors import SessionError
from robot_cherrypy.harness.in_process import InProcessServer


@dataclass(frozen=True)
class Cookie:
    """A session's cookie with the attributes that the application gives it."""

    name: str
    value: str
    path: str = "/"
    domain: str = ""
    secure: bool = False
    http_only: bool = False
    same_site: str = ""
    max_age: int | None = None


class Sessions:
    """The sessions that pages of one path have."""

    def __init__(self, server: InProcessServer, path: str, timeout: float) -> None:
        """Take the configuration of a path.

        Args:
            server: Which.
            path: Of a page, from the root of the server.
            timeout: How long a request may hold a session's lock, in seconds.

        Raises:
            SessionError: The page has no sessions.
        """
        self._server, self._path, self._timeout = server, path, timeout
        script_name = server.tree.script_name(path)
        if script_name is None:
            raise SessionError(f"Server '{server.alias}' has no application at {path}.")
        self._application = server.tree.apps[script_name]
        self._tool, self._arguments = self._within_request({}, self._read_configuration)

    @property
    def cookie_name(self) -> str:
        """Name of the cookie that holds the session's id."""
        return str(self._arguments.get("name", "session_id"))

    def seed(self, values: Mapping[str, Any]) -> Cookie:
        """Make a session that holds values; return its cookie."""
        cookie: Cookie = self._in_time({}, lambda: self._make(values))
        return cookie

    def read(self, session_id: str) -> dict[str, Any]:
        """Return what a session holds.

        Raises:
            SessionError: There is none with this id, or no more.
        """
        cookies = {self.cookie_name: session_id}
        held: dict[str, Any] = self._in_time(cookies, lambda: self._load(session_id))
        return held

    def _make(self, values: Mapping[str, Any]) -> Cookie:
        session = self._open()
        session.acquire_lock()
        session.update(values)
        session.save()  # gives the lock back
        return _cookie(cherrypy.serving.response.cookie[self.cookie_name])

    def _load(self, session_id: str) -> dict[str, Any]:
        session = self._open()
        if session.id != session_id:
            raise SessionError(f"There is no session '{session_id[:8]}…' any more.")
        session.acquire_lock()
        try:
            return dict(session.items())
        finally:
            session.release_lock()

    def _open(self) -> Any:
        """Let the tool make the session, as it does before a request's body."""
        self._tool.callable(**self._arguments)
        return cherrypy.serving.session

    def _read_configuration(self) -> tuple[Any, dict[str, Any]]:
        """Find the page handler as CherryPy does, and with it the tool's arguments."""
        request = cherrypy.serving.request
        request.get_resource(request.path_info)
        request.toolmaps = {}
        request.namespaces(request.config)
        if not request.toolmaps.get("tools", {}).get("sessions", {}).get("on"):
            raise SessionError(
                f"Page {self._path} of server '{self._server.alias}' has no sessions:"
                f" tools.sessions.on is not set there.{self._where()}"
            )
        tool = self._application.toolboxes["tools"].sessions
        arguments = tool._merged_args()  # noqa: SLF001 - what its own set-up calls
        for name in ("priority", "locking"):
            arguments.pop(name, None)
        return tool, arguments

    def _where(self) -> str:
        config = self._application.config
        root = self._application.script_name
        paths = [root + one for one in config if config[one].get("tools.sessions.on")]
        return f" Pages below {', '.join(sorted(paths))} have them." if paths else ""

    def _in_time(self, cookies: Mapping[str, str], do: Callable[[], Any]) -> Any:
        """Do something on a thread of its own: a request may hold the session's lock."""
        outcome: Future[Any] = Future()

        def run() -> None:
            try:
                outcome.set_result(self._within_request(cookies, do))
            except BaseException as error:  # noqa: BLE001 - raised by the thread that waits
                outcome.set_exception(error)

        threading.Thread(target=run, name="session", daemon=True).start()
        try:
            return outcome.result(self._timeout)
        except TimeoutError as error:
            raise SessionError(
                f"The session could not be had within {self._timeout:g} s: a request holds it."
            ) from error

    def _within_request(self, cookies: Mapping[str, str], do: Callable[[], Any]) -> Any:
        with _request(self._application, self._path, cookies):
            return do()


@contextmanager
def _request(application: Any, path: str, cookies: Mapping[str, str]) -> Iterator[None]:
    """Be in a request that no client has made (`cherrypy/_cpwsgi.py`, AppResponse.run)."""
    host = httputil.Host("127.0.0.1", 0, "")
    request, _response = application.get_serving(host, host, "http", "HTTP/1.1")
    try:
        request.method = "GET"
        request.script_name = application.script_name
        request.path_info = path[len(application.script_name) :] or "/"
        request.headers = httputil.HeaderMap()
        request.header_list, request.params, request.query_string = [], {}, ""
        request.cookie = SimpleCookie(dict(cookies))
        request.hooks = type(request).hooks.copy()
        yield
    finally:
        application.release_serving()


class HostedSessions:
    """The sessions of a Django project."""

    def __init__(self, application: Any) -> None:
        self._sessions = application.sessions

    @property
    def cookie_name(self) -> str:
        """See `Sessions.cookie_name`."""
        return str(self._sessions.settings.SESSION_COOKIE_NAME)

    def seed(self, values: Mapping[str, Any]) -> Cookie:
        """See `Sessions.seed`; the value `user` names the user to log in."""
        return _cookie(self._sessions.seed(values))

    def read(self, session_id: str) -> dict[str, Any]:
        """See `Sessions.read`."""
        held: dict[str, Any] = self._sessions.read(session_id)
        return held


def sessions_of(server: InProcessServer, path: str, timeout: float) -> Sessions | HostedSessions:
    """Return the sessions of a page, whatever kind of application it belongs to.

    Args: See `Sessions`.

    Raises:
        SessionError: The page has no sessions.
    """
    application = server.tree.apps.get(server.tree.script_name(path))
    if hasattr(application, "sessions"):
        return HostedSessions(application)
    return Sessions(server, path, timeout)


def _cookie(morsel: "Morsel[str]") -> Cookie:
    return Cookie(
        name=morsel.key,
        value=morsel.value,
        path=morsel["path"] or "/",
        domain=morsel["domain"],
        secure=bool(morsel["secure"]),
        http_only=bool(morsel["httponly"]),
        same_site=morsel["samesite"],
        max_age=int(morsel["max-age"]) if morsel["max-age"] else None,
    )
