"""The axis of time is labelled, and long waits are drawn short."""

import itertools

import pytest

from robot_cherrypy.evidence.axis import Axis
from robot_cherrypy.tests.evidence.parsed import Parsed

LABELS = {
    10: ["0 ms", "2.00 s", "4.00 s", "6.00 s", "8.00 s", "10.00 s"],
    1.05: ["0 ms", "200 ms", "400 ms", "600 ms", "800 ms", "1.05 s"],
    0.0: ["0 ms", "0.2 ms", "0.4 ms", "0.6 ms", "0.8 ms", "1.0 ms"],
}


def labels(axis):
    """The labels from left to right."""
    return Parsed(f"<div>{axis.html()}</div>").texts("span")[1:]


@pytest.mark.parametrize("end", LABELS)
def test_the_axis_has_round_numbers(end):
    """The last label is the end of the test."""
    assert LABELS[end] == labels(Axis(0, end))


def test_a_bar_ends_where_the_axis_ends():
    """A request may begin before the test or end after it."""
    assert "left:min(0.00%, 100% - 3px);width:100.00%" in Axis(0, 10).bar("", -1, 11)


def test_a_long_wait_is_short_and_marked():
    """What happened before and after it has room."""
    axis = Axis(0, 10, [0.5, 1, 9, 9.5])
    assert (0, 1) == (axis.position(0), axis.position(10))
    wait = axis.position(9) - axis.position(1)
    assert 0.1 < wait < 0.12
    assert axis.position(1) == pytest.approx(1 - axis.position(9))
    assert axis.position(5) == pytest.approx(0.5)
    assert ["0 ms", "500 ms", "… 8.00 s …", "9.50 s", "10.00 s"] == labels(axis)
    assert 1 == axis.breaks().count("<i ")


@pytest.mark.parametrize(
    "moments", [[], [1, 2, 3, 4, 5, 6, 7, 8, 9], [4.9, 5.1, 2, 8]], ids=["none", "even", "mixed"]
)
def test_without_a_long_wait_the_axis_is_even(moments):
    """So it is where nothing is known to happen."""
    axis = Axis(0, 10, moments)
    assert (0.25, "") == (axis.position(2.5), axis.breaks())


def test_a_short_test_has_no_waits():
    """Some hundred milliseconds are none."""
    assert not Axis(0, 0.5, [0.01]).breaks()


def test_labels_keep_their_distance():
    """They are read at any width."""
    for wait in range(2, 90, 7):
        axis = Axis(0, 100, [wait, wait + 10, wait + 60 - wait / 2])
        places = sorted(axis._labels())
        distances = [later - earlier for earlier, later in itertools.pairwise(places)]
        assert min(distances) >= 0.15
