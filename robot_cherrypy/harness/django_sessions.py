"""Sessions of a Django project under test, made and read by Django's own session backend."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from http.cookies import Morsel, SimpleCookie
from importlib import import_module
from typing import Any, TypeVar
from urllib.parse import urlsplit
from wsgiref.util import setup_testing_defaults

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model, load_backend, login
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage import default_storage
from django.core.handlers.wsgi import WSGIRequest
from django.db import connections

from robot_cherrypy.errors import SessionError
from robot_cherrypy.harness.sessions import Cookie, cookie_of

# The value of this name does not go into the session: it names the user to log in.
_USER = "user"

_T = TypeVar("_T")


class DjangoSessions:
    """The sessions of a Django project, which are the same for all its pages.

    Args:
        url: The server's URL.
    """

    def __init__(self, url: str) -> None:
        self._url = url

    @property
    def cookie_name(self) -> str:
        """See `Sessions.cookie_name`."""
        return str(settings.SESSION_COOKIE_NAME)

    def seed(self, values: Mapping[str, Any]) -> Cookie:
        """Make a session that holds values, and in which the user named by `user` is logged in.

        Returns:
            The session's cookie, as Django's middleware would set it.

        Raises:
            SessionError: There is no such user.
        """
        return cookie_of(_on_own_thread(lambda: _make(dict(values), self._url)))

    def read(self, session_id: str) -> dict[str, Any]:
        """See `Sessions.read`."""
        return _on_own_thread(lambda: _load(session_id))


def _on_own_thread(function: Callable[[], _T]) -> _T:
    """Call a function on a thread whose database connections are closed after it.

    Django keeps connections by thread, so those of the calling thread are left alone.
    """

    def run() -> _T:
        try:
            return function()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1, "django session") as executor:
        return executor.submit(run).result()


def _store(session_id: str | None = None) -> Any:
    return import_module(settings.SESSION_ENGINE).SessionStore(session_id)


def _make(values: dict[str, Any], url: str) -> "Morsel[str]":
    request = _request(url)
    name = values.pop(_USER, None)
    if name is not None:
        user = _user(name)
        login(request, user, _backend_of(user))
    request.session.update(values)
    request.session.save()
    cookie = SimpleCookie({settings.SESSION_COOKIE_NAME: request.session.session_key})
    morsel = cookie[settings.SESSION_COOKIE_NAME]
    morsel["path"] = settings.SESSION_COOKIE_PATH
    morsel["domain"] = settings.SESSION_COOKIE_DOMAIN or ""
    morsel["secure"] = settings.SESSION_COOKIE_SECURE
    morsel["httponly"] = settings.SESSION_COOKIE_HTTPONLY
    morsel["samesite"] = settings.SESSION_COOKIE_SAMESITE or ""
    if not settings.SESSION_EXPIRE_AT_BROWSER_CLOSE:
        morsel["max-age"] = str(settings.SESSION_COOKIE_AGE)
    return morsel


def _request(url: str) -> WSGIRequest:
    """Return a request to a server, as receivers of Django's signals about a login expect it."""
    address = urlsplit(url)
    environ = {
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": address.netloc,
        "wsgi.url_scheme": address.scheme,
    }
    setup_testing_defaults(environ)
    request = WSGIRequest(environ)
    request.session, request.user = _store(), AnonymousUser()
    if apps.is_installed("django.contrib.messages"):
        request._messages = default_storage(request)  # noqa: SLF001 - as its middleware does
    return request


def _backend_of(user: Any) -> str:
    """Return the path of the first authentication backend that will know a user again.

    Some only give permissions, and have no users.

    Raises:
        SessionError: None does.
    """
    for path in settings.AUTHENTICATION_BACKENDS:
        get_user = getattr(load_backend(path), "get_user", None)
        if get_user is not None and get_user(user.pk) == user:
            return str(path)
    raise SessionError(
        f"None of AUTHENTICATION_BACKENDS knows user '{user}': is the account active?"
    )


def _user(name: str) -> Any:
    model = get_user_model()
    try:
        return model._default_manager.get_by_natural_key(name)  # noqa: SLF001 - as Django's backend
    except model.DoesNotExist as error:
        raise SessionError(f"There is no user '{name}' to log in.") from error


def _load(session_id: str) -> dict[str, Any]:
    store = _store(session_id)
    values = dict(store.items())
    # Backends that do not find a session begin a new one. `exists` is no help: it is always false
    # where the server keeps nothing, as with signed cookies.
    if store.session_key != session_id or store.modified:
        raise SessionError(f"There is no session '{session_id[:8]}…' any more.")
    return values
