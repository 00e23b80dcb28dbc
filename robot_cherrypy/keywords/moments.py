"""Dates and times that a test gives as text, with time zones.

Robot's own conversion ignores a zone: 18:00+02:00 would be 18:00 in the local zone.
"""

import re
from contextlib import suppress
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from robot.api import TypeInfo

from robot_cherrypy.errors import ClockError

# A text that ends in letters after a digit, such as `18:00 UTC` or `18:00Z`.
_NAMED_ZONE = re.compile(r"(?P<moment>.*\d)\s*(?P<zone>(?!T\d)[A-Za-z][\w/+-]*)", re.DOTALL)

# What is meant as an offset after a time of day.
_OFFSET = re.compile(r"\+|:.*-")

# Blanks before an offset after a time of day, which ISO 8601 does not have.
_BLANKS_BEFORE_OFFSET = re.compile(r"(?<=\d)\s+(?=[+-]\d\d(:?\d\d)?$)")


def moment(value: str | datetime) -> datetime:
    """Return the moment that a test means; one without a zone is in the local zone.

    Raises:
        ClockError: It is no date and time, or its zone is not known.
    """
    if isinstance(value, datetime):
        return value
    text = _BLANKS_BEFORE_OFFSET.sub("", value.strip())
    match = _NAMED_ZONE.fullmatch(text)
    if match is None:
        return _parse(text)
    zone = _zone(match["zone"], value)
    return _parse(match["moment"]).replace(tzinfo=zone)


def _parse(text: str) -> datetime:
    # Robot knows more formats than ISO 8601, but no offsets.
    readers = [datetime.fromisoformat]
    if not _OFFSET.search(text):
        readers.append(TypeInfo.from_type_hint(datetime).convert)
    for read in readers:
        with suppress(ValueError):
            return read(text)
    raise ClockError(
        f"'{text}' is no date and time such as 2030-12-24 18:00 or 2030-12-24T18:00+01:00."
    )


def _zone(name: str, text: str) -> tzinfo:
    if name.upper() in {"Z", "UTC", "GMT"}:
        return UTC
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError) as error:
        raise ClockError(
            f"'{text}' has an unknown time zone '{name}'. Known are offsets such as +02:00, Z, UTC,"
            " and names such as Europe/Berlin."
        ) from error
