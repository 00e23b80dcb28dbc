"""A test says which server errors it expects."""

import time

import pytest

from robot_cherrypy.evidence.expectations import Count, Expectation, Expectations
from robot_cherrypy.tests.evidence.records import error, exchange

PATTERNS = {
    "*": True,
    "ValueError: *": True,
    "ValueError: no more than [0-9] kg": True,
    "ValueError": False,
    "valueerror: *": False,
    "GLOB: Value* kg": True,
    "EQUALS: ValueError: no more than 1 kg": True,
    "EQUALS: ValueError: *": False,
    "STARTS:ValueError: no": True,
    "STARTS: more": False,
    "REGEXP: .*than \\d kg": True,
    "REGEXP: than": False,
}


@pytest.mark.parametrize("pattern", PATTERNS)
def test_patterns_are_those_of_robot(pattern):
    """A pattern has to match the whole text, as in `Run Keyword And Expect Error`."""
    recorded = error(message="no more than 1 kg")
    assert PATTERNS[pattern] == Expectation(pattern).matches(recorded)


CONDITIONS = {
    (): True,
    (("type", "ValueError"),): True,
    (("type", "KeyError"),): False,
    (("status", 500),): True,
    (("status", 200),): False,
    (("type", "ValueError"), ("status", 200)): False,
}


@pytest.mark.parametrize("conditions", CONDITIONS)
def test_all_conditions_have_to_hold(conditions):
    """Type and status are compared if they are given."""
    expectation = Expectation("*", **dict(conditions))
    assert CONDITIONS[conditions] == expectation.matches(error(exchange(status=500)))


def test_errors_that_are_not_expected_are_told():
    """Errors that come more often than expected are among them."""
    expectations = Expectations()
    expectations.add(Expectation("*closed", count=Count(2, 2)))
    first, second, third = (error(message="closed") for _ in range(3))
    other = error(message="burnt down")
    assert [other] == expectations.unexpected([first, other, second])
    assert [third] == expectations.unexpected([third])
    assert [] == expectations.unmet()


def test_an_error_counts_once():
    """The same error may be given in the middle of a test and at its end."""
    expectations = Expectations()
    expectations.add(Expectation("*", count=Count(2, 2)))
    recorded = error()
    assert [] == expectations.unexpected([recorded]) == expectations.unexpected([recorded])
    [unmet] = expectations.unmet()
    assert [recorded] == unmet.errors


def test_several_expectations_share_what_comes():
    """An error counts for one expectation only."""
    expectations = Expectations()
    for pattern in ("ValueError: *", "*"):
        expectations.add(Expectation(pattern))
    errors = [error(), error(type="KeyError"), error()]
    assert [errors[2]] == expectations.unexpected(errors)
    assert [] == expectations.unmet()


def test_expectations_are_of_one_test():
    """The next test expects nothing."""
    expectations = Expectations()
    expectations.add(Expectation("*"))
    expectations.clear()
    assert [] == expectations.unmet()
    assert 1 == len(expectations.unexpected([error()]))


TEXTS = {
    "'KeyError: *'": Expectation("KeyError: *"),
    "'*' (type KeyError)": Expectation("*", "KeyError"),
    "'*' (type KeyError, status 500), 2 times": Expectation("*", "KeyError", 500, Count(2, 2)),
}


@pytest.mark.parametrize("text", TEXTS)
def test_messages_name_what_is_expected(text):
    """A message has the pattern and all other conditions."""
    assert text == str(TEXTS[text])


@pytest.mark.parametrize(
    ("text", "count", "shown"),
    [
        ("1", Count(1, 1), ""),
        (" 3 ", Count(3, 3), ", 3 times"),
        ("0", Count(0, 0), ", 0 times"),
        ("1+", Count(1, None), ", at least 1 time"),
        ("2+", Count(2, None), ", at least 2 times"),
        ("ANY", Count(0, None), ""),
    ],
)
def test_counts_are_read_and_told(text, count, shown):
    """A number, a number or more, or any."""
    assert count == Count.parse(text)
    assert shown == str(count)


@pytest.mark.parametrize("text", ["", "some", "-1", "1.5", "+", "2++"])
def test_other_counts_are_refused(text):
    """The message says what they are."""
    with pytest.raises(
        ValueError, match=r"is no count: it is a number, such as 3, or 2[+], or any"
    ):
        Count.parse(text)


def test_at_least_takes_all_that_come():
    """And any number leaves to others what they need."""
    expectations = Expectations()
    expectations.add(Expectation("*", count=Count(0, None)))
    expectations.add(Expectation("*", count=Count(2, None)))
    errors = [error(), error()]
    assert [] == expectations.unexpected(errors) == expectations.unmet()
    assert [] == expectations.unexpected([error()])


def test_stopped_expectations_take_no_later_request():
    """What came before may still be told later; what has not come is not missed again."""
    expectations = Expectations()
    expectations.add(Expectation("*", count=Count(2, 2)))
    before = exchange(started=time.monotonic())
    expectations.stop()
    late, later = error(before), error(exchange(started=time.monotonic() + 1))
    assert [later] == expectations.unexpected([late, later])
    assert [] == expectations.unmet()
