"""Tests and keywords are recorded, and an error is related to the test of its request."""

import itertools
from types import SimpleNamespace

import pytest

from robot_cherrypy.evidence import run_history
from robot_cherrypy.evidence.run_history import RunHistory
from robot_cherrypy.tests.evidence.records import error, exchange


@pytest.fixture
def history(monkeypatch):
    """A history whose clock advances by a second each time that it is read."""
    clock = SimpleNamespace(monotonic=itertools.count(1).__next__)
    monkeypatch.setattr(run_history, "time", clock)
    return RunHistory()


def test_keywords_are_nested(history):
    """Each step has its depth, its times and its status."""
    test = history.start_test("test")
    history.start_step("Outer", ("a",))
    history.start_step("Inner", ())
    history.end_step("FAIL")
    history.end_step("PASS")
    history.start_step("Next", ())
    assert [
        ("Outer", ("a",), 0, 2, 5, "PASS"),
        ("Inner", (), 1, 3, 4, "FAIL"),
        ("Next", (), 0, 6, None, ""),
    ] == [
        (step.name, step.arguments, step.depth, step.started, step.ended, step.status)
        for step in test.steps
    ]


def test_an_event_is_below_the_running_keyword(history):
    """It starts and ends at the same moment."""
    test = history.start_test("test")
    history.start_step("Send", ())
    history.add_event("WebSocket →", "hello")
    event = test.steps[1]
    assert ("WebSocket →", ("hello",), 1, 3, 3) == (
        event.name,
        event.arguments,
        event.depth,
        event.started,
        event.ended,
    )


def test_keywords_outside_of_tests_belong_to_none(history):
    """Keywords of a suite setup are no steps of a test."""
    history.start_step("Suite Setup", ())
    history.add_event("WebSocket →")
    history.end_step("PASS")
    history.end_step("PASS")
    test = history.start_test("test")
    assert [] == test.steps
    assert test is history.current_test


def test_after_a_test_its_steps_are_removed(history):
    """A run may have thousands of tests, whose steps would take much memory."""
    test = history.start_test("test")
    history.start_step("Look", ())
    history.end_test()
    assert ([], 3, None) == (test.steps, test.ended, history.current_test)
    history.end_test()


def test_an_error_belongs_to_the_test_of_its_request(history):
    """The time of the request counts, not that of the error."""
    first = history.start_test("first")  # at 1
    history.end_test()  # at 2
    second = history.start_test("second")  # at 3
    tests = [history.test_of(error(exchange(started=moment))) for moment in (0, 1, 2, 2.5, 3, 9)]
    assert [None, first, first, None, second, second] == tests


def test_an_error_without_a_request_belongs_to_no_test(history):
    """Nobody knows which test led to it."""
    history.start_test("innocent")
    assert history.test_of(error()) is None
