"""Django's sessions, made and read from outside of a request."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from http.cookies import Morsel, SimpleCookie
from importlib import import_module
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth import get_user_model, login
from django.db import connections
from django.http import HttpRequest

from robot_cherrypy.errors import SessionError

USER = "user"
"""The value of this name is no part of the session: it names the user to log in."""


T = TypeVar("T")


def seed(values: Mapping[str, Any]) -> "Morsel[str]":
    """Make a session that holds values, and in which the user named by `user` is logged in.

    Returns:
        Its cookie, as Django's middleware would set it.

    Raises:
        SessionError: There is no such user.
    """
    return _apart(lambda: _make(dict(values)))


def read(session_id: str) -> dict[str, Any]:
    """Return what a session holds.

    Raises:
        SessionError: There is none with this id, or no more.
    """
    return _apart(lambda: _load(session_id))


def _apart(do: Callable[[], T]) -> T:
    """Do something on a thread that closes its database connections: the caller may have others."""

    def run() -> T:
        try:
            return do()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1, "django session") as executor:
        return executor.submit(run).result()


def _store(session_id: str | None = None) -> Any:
    return import_module(settings.SESSION_ENGINE).SessionStore(session_id)


def _make(values: dict[str, Any]) -> "Morsel[str]":
    request = HttpRequest()
    request.session = _store()
    name = values.pop(USER, None)
    if name is not None:
        login(request, _user(name), settings.AUTHENTICATION_BACKENDS[0])
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


def _user(name: str) -> Any:
    model = get_user_model()
    try:
        return model._default_manager.get_by_natural_key(name)  # noqa: SLF001 - as Django's backend
    except model.DoesNotExist as error:
        raise SessionError(f"There is no user '{name}' to log in.") from error


def _load(session_id: str) -> dict[str, Any]:
    store = _store(session_id)
    if not store.exists(session_id):
        raise SessionError(f"There is no session '{session_id[:8]}…' any more.")
    return dict(store.items())
