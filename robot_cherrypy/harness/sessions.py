"""Sessions of an application under test, made and read by the application's own backend."""

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookies import Morsel, SimpleCookie
from typing import TYPE_CHECKING, Any

import cherrypy
from cherrypy.lib import httputil

from robot_cherrypy.errors import SessionError
from robot_cherrypy.harness.in_process import InProcessServer
from robot_cherrypy.hosting.django.project import is_mounted

if TYPE_CHECKING:
    from robot_cherrypy.harness.django_sessions import DjangoSessions


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
    """The sessions of the page at one path, by CherryPy's sessions tool."""

    def __init__(self, server: InProcessServer, path: str, timeout: float) -> None:
        """Read the configuration of a page.

        Args:
            server: The server of the page.
            path: Path of the page, from the root of the server.
            timeout: How long a request may hold a session's lock, in seconds.

        Raises:
            SessionError: The page has no sessions.
        """
        self._server, self._path, self._timeout = server, path, timeout
        script_name = server.tree.script_name(path)
        application = server.tree.apps.get(script_name)
        if application is None:
            mounted = ", ".join(sorted(name or "/" for name in server.tree.apps))
            raise SessionError(
                f"Server '{server.alias}' has no application at {path}. Mounted: {mounted}."
            )
        # A tree holds whatever was grafted on it: any WSGI callable.
        if not isinstance(application, cherrypy.Application):
            raise SessionError(
                f"The application at {script_name or '/'} of server '{server.alias}' is none of"
                " CherryPy's: its sessions are not known."
            )
        self._application = application
        self._tool, self._arguments = self._within_request({}, self._read_configuration)

    @property
    def cookie_name(self) -> str:
        """The name of the cookie that holds the session's id."""
        return str(self._arguments.get("name", "session_id"))

    def seed(self, values: Mapping[str, Any]) -> Cookie:
        """Make a session that holds values; return its cookie.

        Raises:
            SessionError: A request holds the session's lock for too long.
        """
        cookie: Cookie = self._on_own_thread({}, lambda: self._make(values))
        return cookie

    def read(self, session_id: str) -> dict[str, Any]:
        """Return what a session holds.

        Raises:
            SessionError: There is no session with this id any more, or a request holds its lock for
                too long.
        """
        cookies = {self.cookie_name: session_id}
        held: dict[str, Any] = self._on_own_thread(cookies, lambda: self._load(session_id))
        return held

    def _make(self, values: Mapping[str, Any]) -> Cookie:
        session = self._open()
        session.acquire_lock()
        session.update(values)
        session.save()  # releases the lock
        return cookie_of(cherrypy.serving.response.cookie[self.cookie_name])

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
        """Let the tool open the session, as it does before it reads a request's body."""
        self._tool.callable(**self._arguments)
        return cherrypy.serving.session

    def _read_configuration(self) -> tuple[Any, dict[str, Any]]:
        """Return the sessions tool and its arguments for the page.

        Let the dispatcher look for the page handler, as CherryPy does: it collects the page's
        configuration.
        """
        request = cherrypy.serving.request
        request.get_resource(request.path_info)
        request.toolmaps = {}
        request.namespaces(request.config)
        if not request.toolmaps.get("tools", {}).get("sessions", {}).get("on"):
            raise SessionError(
                f"Page {self._path} of server '{self._server.alias}' has no sessions:"
                f" tools.sessions.on is not set there.{self._other_paths()}"
            )
        tool = self._application.toolboxes["tools"].sessions
        arguments = tool._merged_args()  # noqa: SLF001 - what its own set-up calls
        for name in ("priority", "locking"):
            arguments.pop(name, None)
        return tool, arguments

    def _other_paths(self) -> str:
        """Return the end of a message that names paths with sessions."""
        config = self._application.config
        root = self._application.script_name
        paths = [root + path for path in config if config[path].get("tools.sessions.on")]
        return f" Pages below {', '.join(sorted(paths))} have them." if paths else ""

    def _on_own_thread(self, cookies: Mapping[str, str], function: Callable[[], Any]) -> Any:
        """Call a function in a request, on a thread that nobody waits for longer than the time-out.

        The function may wait for the session's lock, which a request may hold.
        """
        outcome: Future[Any] = Future()

        def run() -> None:
            try:
                outcome.set_result(self._within_request(cookies, function))
            except BaseException as error:  # noqa: BLE001 - raised by the thread that waits
                outcome.set_exception(error)

        threading.Thread(target=run, name="session", daemon=True).start()
        try:
            return outcome.result(self._timeout)
        except TimeoutError as error:
            raise SessionError(
                f"The session could not be had within {self._timeout:g} s: a request holds it."
            ) from error

    def _within_request(self, cookies: Mapping[str, str], function: Callable[[], Any]) -> Any:
        with _request(self._application, self._path, cookies):
            return function()


@contextmanager
def _request(application: Any, path: str, cookies: Mapping[str, str]) -> Iterator[None]:
    """Set `cherrypy.request` and `cherrypy.response` as for a request, without a client.

    Upstream: `cherrypy/_cpwsgi.py`, AppResponse.run.
    """
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
        # The page's own are for requests: at the end of one, a tool may commit what it has begun.
        request.hooks = type(request).hooks.copy()
        application.release_serving()


def sessions_of(server: InProcessServer, path: str, timeout: float) -> "Sessions | DjangoSessions":
    """Return the sessions of a page, whatever kind of application it belongs to.

    Args:
        server: See `Sessions`.
        path: See `Sessions`.
        timeout: See `Sessions`.

    Raises:
        SessionError: The page has no sessions.
    """
    application = server.tree.apps.get(server.tree.script_name(path))
    if is_mounted(application):
        from robot_cherrypy.harness.django_sessions import DjangoSessions  # noqa: PLC0415 - an extra

        return DjangoSessions(server.url)
    return Sessions(server, path, timeout)


def cookie_of(morsel: "Morsel[str]") -> Cookie:
    """Return the cookie that a morsel sets, with its attributes."""
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
