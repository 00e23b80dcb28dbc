"""The judge assigns server errors to tests and says whether they fail the running one."""

import time

import pytest

from robot_cherrypy.errors import ServerError
from robot_cherrypy.evidence import judge as module
from robot_cherrypy.evidence.expectations import Count, Expectation
from robot_cherrypy.evidence.judge import Judge
from robot_cherrypy.evidence.run_history import RunHistory
from robot_cherrypy.tests.evidence.records import TRACEBACK, error, exchange
from robot_cherrypy.traffic.journal import Journal


class Server:
    """A server that records how it is waited for, and adds errors to the journal then."""

    def __init__(self, *errors, journal=None, raises=None, is_running=True):
        self.errors, self.journal, self.raises = errors, journal, raises
        self.is_running = is_running
        self.waits = []

    def wait_for_end(self, since, timeout):
        self.waits.append((since, timeout))
        for recorded in self.errors:
            self.journal.new_errors.append(recorded)
        if self.raises:
            raise self.raises


class Servers:
    """The servers that are running."""

    def __init__(self):
        self.running = []


@pytest.fixture
def journal(monkeypatch):
    """A journal of the test's own."""
    monkeypatch.setattr(module, "JOURNAL", Journal())
    return module.JOURNAL


@pytest.fixture
def history():
    """A history without tests."""
    return RunHistory()


@pytest.fixture
def servers():
    """The running servers, of which there are none at first."""
    return Servers()


@pytest.fixture
def judge(servers, history, journal):
    """A judge without errors."""
    return Judge(servers, history)


def now(**attributes):
    """A request that comes now."""
    return exchange(started=time.monotonic(), status=500, **attributes)


def test_a_test_without_errors_passes(judge, history):
    """There is no reason to fail and nothing to report."""
    history.start_test("test")
    assert [] == judge.assign_new_errors() == judge.verdict() == judge.pop_unjudged()


def test_equal_errors_are_one_reason(judge, history, journal):
    """A page may connect again and again."""
    history.start_test("test")
    journal.new_errors += [error(now(path="/buy")) for _ in range(3)]
    judge.assign_new_errors()
    [reason] = judge.verdict()
    assert reason.startswith("Server error: GET /buy: ValueError: too much")
    assert reason.endswith(" (3 times)")


def test_an_error_fails_the_test_of_its_request(judge, history, journal):
    """The message names request, error, page handler and status."""
    history.start_test("test")
    recorded = error(now(path="/buy"))
    journal.new_errors.append(recorded)
    assert [recorded] == judge.assign_new_errors()
    assert [] == judge.assign_new_errors()
    message = "Server error: GET /buy: ValueError: too much in shop.Root.buy (answered 500)"
    assert [message] == judge.verdict()
    assert [] == judge.pop_unjudged()


def test_an_error_that_comes_late_fails_no_other_test(judge, history, journal):
    """It is reported once, with its traceback."""
    history.start_test("first")
    request = now(path="/buy")
    history.end_test()
    history.start_test("second")
    journal.new_errors.append(error(request))
    assert [] == judge.assign_new_errors() == judge.verdict()
    [message] = judge.pop_unjudged()
    assert message.startswith("Server error after its test 'first' had ended: GET /buy: ValueError")
    assert message.endswith(TRACEBACK)
    assert [] == judge.pop_unjudged()


def test_an_error_without_a_request_fails_no_test(judge, history, journal):
    """Nobody knows which test led to it."""
    history.start_test("innocent")
    journal.new_errors.append(error())
    assert [] == judge.assign_new_errors() == judge.verdict()
    message = "Server error of no request, during test 'innocent': ValueError: too much"
    message += " in shop.Root.buy"
    assert [f"{message}\n{TRACEBACK}"] == judge.pop_unjudged()


def test_an_exception_replaces_the_status_that_it_explains(judge, history, journal):
    """Some frameworks respond with 500 and raise the exception later: that is one error."""
    history.start_test("test")
    request = now()
    status = error(request, type="HTTP 500", message="", traceback="", handler="")
    journal.new_errors.append(status)
    assert [status] == judge.assign_new_errors()
    journal.new_errors.append(error(request))
    judge.assign_new_errors()
    [reason] = judge.verdict()
    assert "ValueError: too much" in reason


def test_expected_errors_do_not_fail_the_test(judge, history, journal):
    """Other errors of the same test fail it."""
    history.start_test("test")
    judge.expectations.add(Expectation("ValueError: *"))
    for recorded in (error(now()), error(now(), type="KeyError", message="'oolong'")):
        journal.new_errors.append(recorded)
    judge.assign_new_errors()
    [reason] = judge.verdict()
    assert "KeyError: 'oolong'" in reason


def test_expected_errors_have_to_come(judge, history, journal):
    """The message has the errors that came."""
    history.start_test("test")
    judge.expectations.add(Expectation("KeyError: *", status=500, count=Count.parse("2")))
    missing = "Expected server error 'KeyError: *' (status 500), 2 times did not come."
    assert [f"{missing} Server errors of the test: none."] == judge.verdict()
    journal.new_errors.append(error(now(path="/buy")))
    judge.assign_new_errors()
    [unexpected, unmet] = judge.verdict()
    there = unexpected.removeprefix("Server error: ")
    assert f"{missing} Server errors of the test: {there}." == unmet


def test_without_a_test_there_is_no_verdict(judge):
    """A keyword may ask for it in a suite setup."""
    assert [] == judge.verdict()


def test_the_end_of_a_test_is_waited_for(judge, history, servers, journal):
    """All servers together are waited for, and their last errors count."""
    test = history.start_test("test")
    recorded = error(now())
    servers.started = [Server(), Server(recorded, journal=journal)]
    judge.wait_for_end()
    for server in servers.started:
        [(since, timeout)] = server.waits
        assert test.started == since
        assert 0 <= timeout <= 0.15
    assert [recorded] == test.server_errors


def test_records_are_fetched_without_waiting(judge, history, servers, journal):
    """A keyword fetches them in the middle of a test."""
    test = history.start_test("test")
    recorded = error(now())
    servers.started = [Server(recorded, journal=journal)]
    judge.fetch_records()
    [(since, timeout)] = servers.started[0].waits
    assert since >= test.started
    assert 0 == timeout
    assert [recorded] == test.server_errors


def test_a_server_that_has_ended_is_not_waited_for(judge, servers):
    """It cannot report errors any more."""
    lost = ServerError("no connection")
    after = Server()
    servers.started = [Server(raises=lost, is_running=False), after]
    judge.wait_for_end()
    assert 1 == len(after.waits)


def test_a_running_server_that_does_not_respond_is_an_error(judge, servers):
    """Its errors would be lost without a word."""
    lost = ServerError("no connection")
    servers.started = [Server(raises=lost)]
    with pytest.raises(ServerError, match="no connection"):
        judge.fetch_records()
