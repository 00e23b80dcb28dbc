"""Dates and times with zones are understood or rejected."""

from datetime import UTC, datetime, timedelta

import pytest

from robot_cherrypy.errors import ClockError
from robot_cherrypy.keywords.moments import moment


@pytest.mark.parametrize(
    "text",
    [
        "2030-12-24T18:00:00+02:00",
        "2030-12-24 18:00 +0200",
        "2030-12-24 16:00Z",
        "2030-12-24 16:00 utc",
        "2030-12-24 17:00 Europe/Berlin",
        " 20301224 11:00 America/New_York",
    ],
)
def test_zones_are_understood(text):
    """As offsets and as names."""
    assert datetime(2030, 12, 24, 16, tzinfo=UTC) == moment(text)


@pytest.mark.parametrize("text", ["2030-12-24 18:00", "20301224180000", "2030-12-24T18"])
def test_the_local_zone_is_meant_without_one(text):
    """In Robot's formats, too."""
    assert datetime(2030, 12, 24, 18) == moment(text)  # noqa: DTZ001 - local time


def test_a_datetime_is_taken_as_it_is():
    """It may come from a variable."""
    value = datetime.now(UTC) + timedelta(days=1)
    assert value is moment(value)


@pytest.mark.parametrize(
    "text", ["tomorrow", "", "UTC", "2030-13-13", "2030-12-24 18:00+25:00", "24 Dec 2030"]
)
def test_what_is_no_time_is_told(text):
    """With examples."""
    with pytest.raises(ClockError, match=r"is no date and time such as|unknown time zone"):
        moment(text)


@pytest.mark.parametrize("zone", ["CEST", "PM", "Europe/Atlantis", "Europe"])
def test_unknown_zones_are_told(zone):
    """Guessing would give another time than was meant."""
    with pytest.raises(ClockError, match=f"unknown time zone '{zone}'"):
        moment(f"2030-12-24 06:00 {zone}")
