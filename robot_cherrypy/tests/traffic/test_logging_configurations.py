"""Errors are recorded with their exceptions, however an application configures logging."""

import asyncio
import contextlib
import logging.config
import time

import cherrypy
import flask
import pytest
import requests

from robot_cherrypy.harness.in_process import InProcessServer
from robot_cherrypy.harness.server import Launch
from robot_cherrypy.traffic.journal import JOURNAL

# The first example of Flask's page about logging; and what other applications have.
CONFIGURATIONS = {
    "root": {"version": 1, "root": {"level": "INFO", "handlers": []}},
    "disables": {"version": 1},
    "does not propagate": {
        "version": 1,
        "disable_existing_loggers": False,
        "loggers": {
            name: {"handlers": [], "propagate": False} for name in ("pages", "cherrypy", "asyncio")
        },
    },
}


class Pages:
    """Errors that only a log tells of."""

    @cherrypy.expose
    def logged(self):
        try:
            raise LookupError("only logged")  # noqa: TRY301
        except LookupError:
            cherrypy.log("could not look it up", traceback=True)
        return "fine"

    @cherrypy.expose
    def hook(self):
        cherrypy.request.hooks.attach("on_end_request", self._fail)
        return "fine"

    @staticmethod
    def _fail():
        raise LookupError("in a hook at the end")


class AsyncPages:
    """Has an error that nobody awaits."""

    @cherrypy.expose
    async def task(self):
        async def fail():
            raise LookupError("in a task")

        task = asyncio.ensure_future(fail())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        del task
        return "fine"


# What the next application configures.
configuration = {}


def pages():
    """CherryPy's page handlers."""
    logging.config.dictConfig(configuration)
    return Pages()


def async_pages():
    """Coroutines."""
    logging.config.dictConfig(configuration)
    return AsyncPages()


def flask_pages():
    """An application that has a page for its errors."""
    logging.config.dictConfig(configuration)
    application = flask.Flask("pages")

    @application.get("/view")
    def view():
        raise LookupError("in a view")

    @application.errorhandler(500)
    def sorry(_error):
        return "sorry", 500

    return application


APPLICATIONS = [
    ("pages", "threaded", "/logged"),
    ("pages", "async", "/hook"),
    ("pages", "threaded", "/hook"),
    ("async_pages", "async", "/task"),
    ("flask_pages", "threaded", "/view"),
    ("flask_pages", "async", "/view"),
]


@pytest.fixture(autouse=True)
def logging_as_before():
    """Restore the loggers after the test."""
    loggers = [logging.root, *map(logging.getLogger, logging.root.manager.loggerDict)]
    before = [(logger, dict(vars(logger)), list(logger.handlers)) for logger in loggers]
    yield
    for logger, attributes, handlers in before:
        vars(logger).update(attributes)
        logger.handlers[:] = handlers
    logging.root.manager._clear_cache()


@contextlib.contextmanager
def served(factory, kind):
    """Serve an application of this module."""
    launch = Launch(
        application=f"{__name__}:{factory}",
        alias="pages",
        kind=kind,
        configuration={},
    )
    server = InProcessServer(launch)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def errors_of(server, path):
    """The errors that a request for a page leads to."""
    start = time.monotonic()
    requests.get(server.url + path, timeout=20)
    server.wait_for_end(start, 60)
    return [error for error in JOURNAL.new_errors if error.path == path and error.at >= start]


@pytest.mark.parametrize("name", CONFIGURATIONS)
@pytest.mark.parametrize(("factory", "kind", "path"), APPLICATIONS)
def test_error_has_its_exception(monkeypatch, factory, kind, path, name):
    """And not only a status, or nothing."""
    monkeypatch.setitem(globals(), "configuration", CONFIGURATIONS[name])
    with served(factory, kind) as server:
        errors = errors_of(server, path)
    assert ["LookupError"] == [error.type for error in errors]
    assert "Traceback" in errors[0].traceback


def test_loggers_that_were_disabled_before_are_used(monkeypatch):
    """A library of the suite may have set the application up before any server starts."""
    monkeypatch.setitem(globals(), "configuration", {"version": 1, "incremental": True})
    logging.getLogger("cherrypy.error").disabled = True
    with served("pages", "threaded") as server:
        errors = errors_of(server, "/logged")
    assert ["LookupError"] == [error.type for error in errors]
    assert logging.getLogger("cherrypy.error").disabled
