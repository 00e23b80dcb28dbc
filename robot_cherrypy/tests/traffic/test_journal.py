"""The journal keeps exchanges, errors and log lines, each error once."""

import threading

import cherrypy
import pytest

from robot_cherrypy.traffic import journal as module
from robot_cherrypy.traffic.exchange import Exchange, ExchangeCutError, LogLine, RecordedError
from robot_cherrypy.traffic.journal import Journal


@pytest.fixture
def journal():
    """A journal of its own, besides that of the process."""
    return Journal()


def _exchange(path, started):
    exchange = Exchange("GET", path)
    exchange.started = started
    return exchange


def _raised(error):
    try:
        raise error
    except type(error) as raised:
        return raised


def test_exchanges_are_sorted_by_their_start(journal):
    """A child process reports them when they end; an early one that ends late hides no other."""
    journal.exchanges += [_exchange("/b", 2), _exchange("/a", 1), _exchange("/long", 0)]
    assert ["/a", "/b"] == [exchange.path for exchange in journal.exchanges_since(1)]


def test_old_bodies_are_removed(journal, monkeypatch):
    """The bodies that are kept have a limit in bytes, and also one in number."""
    monkeypatch.setattr(module, "_BODIES", 1000)
    monkeypatch.setattr(module, "_EXCHANGES", 20)
    exchanges = [Exchange("POST", "/") for _ in range(100)]
    for exchange in exchanges:
        exchange.raw_body, exchange.raw_response_body = b"x" * 100, b"y" * 50
        journal.limit_bodies(exchange)
        journal.limit_bodies(exchange)
    kept = [exchange for exchange in exchanges if exchange.raw_body or exchange.raw_response_body]
    assert exchanges[-3:] == kept
    for exchange in exchanges:
        exchange.raw_body, exchange.raw_response_body = b"x", b""
        journal.limit_bodies(exchange)
    assert exchanges[-20:] == [exchange for exchange in exchanges if exchange.raw_body]


def test_log_lines_are_sorted_by_their_time(journal):
    """They may come late, too."""
    for at in (3, 2, 0):
        journal.add_log_line(LogLine(f"line {at}", 40, "shop", at=at))
    assert ["line 2", "line 3"] == [line.text for line in journal.log_lines_since(2)]


def test_an_exception_is_added_once(journal):
    """CherryPy may log it several times, also as the cause of another."""
    cause = _raised(OSError("disk full"))
    error = cherrypy.HTTPError(500, "sorry")
    error.__cause__ = cause
    for exception in (cause, cause, error):
        journal.add_exception(exception)
    [added] = journal.new_errors
    assert "OSError: disk full" == added.error
    assert added.handler.endswith("test_journal._raised")
    assert "OSError: disk full" in added.traceback


@pytest.mark.parametrize(
    "error",
    [
        cherrypy.HTTPRedirect("/"),
        cherrypy.InternalRedirect("/"),
        cherrypy.HTTPError(404),
        ExchangeCutError("the server has stopped"),
        SystemExit(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_way_to_respond_is_no_error(journal, error):
    """Redirects, refusals, and what ends a request on purpose."""
    journal.add_exception(error)
    assert [] == list(journal.new_errors)


def test_an_http_error_has_its_own_message(journal):
    """Its text would be a tuple."""
    journal.add_exception(cherrypy.HTTPError(503, "closed"))
    assert "HTTPError: 503 closed" == journal.new_errors[0].error


def _chain(link):
    error, other = ValueError("first"), KeyError("second")
    setattr(error, link, other)
    setattr(other, link, error)
    return error


def _own_cause():
    error = ValueError("itself")
    error.__cause__ = error
    return error


@pytest.mark.parametrize(
    "error",
    [_own_cause(), _chain("__cause__"), _chain("__context__")],
    ids=["self", "cause", "context"],
)
def test_a_chain_of_exceptions_may_be_a_circle(journal, error):
    """As after `raise error from error`; Python prints each once, too."""
    journal.add_exception(error)
    journal.add_exception(error)
    assert [f"ValueError: {error}"] == [added.error for added in journal.new_errors]


class _MuteError(Exception):
    def __str__(self):
        raise RuntimeError

    __repr__ = __str__


class _ClosedError(Exception):
    def __getattr__(self, name):
        return name

    def __setattr__(self, name, value):
        raise TypeError(name)


def test_an_exception_without_text_keeps_type_and_traceback(journal):
    """Its `__str__` and its `__repr__` raise."""
    journal.add_exception(_raised(_MuteError()))
    [added] = journal.new_errors
    assert "_MuteError: <_MuteError, whose str raises RuntimeError>" == added.error
    assert "raise error" in added.traceback


class _NeitherError(Exception):
    def __bool__(self):
        raise ValueError


def test_an_exception_that_python_cannot_print_is_added(journal):
    """Its `traceback` asks whether an exception is true."""
    journal.add_exception(_raised(_NeitherError("odd")))
    assert ["_NeitherError: odd"] == [added.error for added in journal.new_errors]


def test_an_exception_is_added_whatever_its_class_does_to_attributes(journal):
    """Whether it was added is kept at the exception."""
    error = _ClosedError("closed")
    journal.add_exception(error)
    journal.add_exception(error)
    assert ["_ClosedError: closed"] == [added.error for added in journal.new_errors]


def test_an_exception_that_is_raised_again_is_added_for_each_exchange(journal):
    """Such as that of a future whose result several requests read."""
    error, exchanges = ValueError("kept"), [Exchange("GET", "/1"), Exchange("GET", "/2")]
    for exchange in exchanges:
        journal.add_exception(error, exchange=exchange)
        journal.add_exception(error, exchange=exchange)
    journal.add_exception(error)
    assert exchanges == [added.exchange for added in journal.new_errors]


class _Outcome(BaseException):
    """As the outcomes of pytest, and the time-outs of gevent."""


def test_any_exception_is_an_error(journal):
    """But for those that end a server."""
    for error in (_Outcome("failed"), BaseExceptionGroup("some", [_Outcome()])):
        journal.add_exception(error)
    assert ["_Outcome", "BaseExceptionGroup"] == [added.type for added in journal.new_errors]


def test_an_explained_status_is_replaced(journal):
    """In the exchange always, in the queue unless the judge has taken it out."""
    exchange = _exchange("/", 0)
    status = RecordedError(type="HTTP 500", message="", exchange=exchange)
    cause = RecordedError(type="E", message="", traceback="Traceback", exchange=exchange)
    journal.add_error(status)
    journal.add_error(cause)
    assert [cause] == list(journal.new_errors)
    assert (cause,) == exchange.errors


def test_all_records_are_reported(journal):
    """But for exchanges, which the recorder reports at their end."""
    reported = []
    journal.report = reported.append
    error, line = RecordedError(type="E", message=""), LogLine("line", 40, "shop")
    journal.add_error(error)
    journal.add_log_line(line)
    assert [error, line] == reported


def test_threads_of_recent_requests_are_waited_for(journal):
    """Those of earlier requests are not."""
    early, recent = _exchange("/early", 1), _exchange("/recent", 2)
    journal.work_started(early)
    assert journal.wait_for_work(2, 0)
    journal.work_started(recent)
    assert not journal.wait_for_work(2, 0.01)
    ending = threading.Timer(0.05, journal.work_ended, [recent])
    ending.start()
    assert journal.wait_for_work(2, 60)
    ending.join()
