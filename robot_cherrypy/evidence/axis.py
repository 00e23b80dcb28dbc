"""The axis of time: turns moments into horizontal positions, and shortens long waits."""

import itertools
import math
from collections.abc import Iterable, Iterator

from robot_cherrypy.evidence.markup import duration, text
from robot_cherrypy.evidence.timeline import Row, Timeline

# The most labels on the axis: more would overlap in a narrow window.
_MOST_LABELS = 6

# How near labels may be to each other, as a part of the axis, so that they do not overlap in a
# window of 800 px.
_LABEL_DISTANCE = 0.15

# A time in which nothing starts or ends is drawn shorter if it is a third of the test at least, as
# all else would have little room, and so many seconds.
_LEAST_SHARE, _LEAST_WAIT = 1 / 3, 0.5

# How much of the axis such a wait is, in relation to all else.
_BREAK = 0.12


class Axis:
    """From the start of a test to its end."""

    def __init__(self, start: float, end: float, moments: Iterable[float] = ()) -> None:
        """Make an axis.

        Args:
            start: The first moment.
            end: The last moment.
            moments: When something happens: between them may be waits.
        """
        self._start, self.end = start, max(end, start + 0.001)
        self._waits = list(_waits(self._start, self.end, moments))
        active = self.end - self._start - sum(later - earlier for earlier, later in self._waits)
        self._wait_length = max(active, 0.001) * _BREAK
        self._length = self._drawn(self.end)

    @classmethod
    def of(cls, timeline: Timeline) -> "Axis":
        """Return the axis of a timeline."""
        moments = [moment for row in timeline.rows for moment in _moments(row)]
        return cls(timeline.start, timeline.end, moments)

    def position(self, moment: float) -> float:
        """Return where a moment is, from 0 to 1."""
        return min(max(self._drawn(moment) / self._length, 0.0), 1.0)

    def bar(self, classes: str, start: float, end: float | None, tip: str = "") -> str:
        """Return a bar from one moment to another; without an end, to the end of the axis."""
        left = self.position(start) * 100
        right = 100.0 if end is None else max(self.position(end) * 100, left)
        open_end = " open" if end is None else ""
        title = f" title='{text(tip)}'" if tip else ""
        return (
            f"<span class='bar {classes}{open_end}'{title} style='"
            f"left:min({left:.2f}%, 100% - 3px);width:{right - left:.2f}%'></span>"
        )

    def html(self) -> str:
        """Return the axis, labelled with round numbers of seconds or milliseconds."""
        labels = "".join(
            f"<span style='left:{place * 100:.2f}%'>{label}</span>"
            for place, label in sorted(self._labels().items())
        )
        return f"<div class=axis><span></span><div class=track>{labels}</div></div>"

    def breaks(self) -> str:
        """Return a layer over all rows that marks the waits; nothing if there are none."""
        marks = "".join(
            f"<i style='left:{left * 100:.2f}%;width:{(right - left) * 100:.2f}%'></i>"
            for left, right in (map(self.position, wait) for wait in self._waits)
        )
        track = f"<span></span><div class=track>{marks}</div>"
        return f"<div class=breaks>{track}</div>" if marks else ""

    def _labels(self) -> dict[float, str]:
        """Return labels by their places: both ends, waits, and round times between them."""
        length = self.end - self._start
        labels = {0.0: duration(0), 1.0: duration(length)}
        waits = [
            (self.position((earlier + later) / 2), f"… {duration(later - earlier)} …")
            for earlier, later in self._waits
        ]
        distance = _round_up(self._length / _MOST_LABELS)
        rounds = (
            (self.position(self._start + time), duration(time))
            for time in itertools.takewhile(
                lambda time: time < length, (distance * index for index in itertools.count(1))
            )
            if not self._is_in_wait(self._start + time)
        )
        for place, label in [*waits, *rounds]:
            if all(abs(place - other) >= _LABEL_DISTANCE for other in labels):
                labels[place] = label
        return labels

    def _is_in_wait(self, moment: float) -> bool:
        return any(earlier < moment < later for earlier, later in self._waits)

    def _drawn(self, moment: float) -> float:
        """Return how far a moment is from the start, in seconds, waits as long as drawn."""
        length = moment - self._start
        for earlier, later in self._waits:
            if moment > earlier:
                waited = min(moment, later) - earlier
                length += waited * (self._wait_length / (later - earlier) - 1)
        return length


def _moments(row: Row) -> Iterator[float]:
    for member in row.members:
        for side in (member, member.exchange, member.request):
            if side is not None:
                yield side.started
                if side.ended is not None:
                    yield side.ended


def _waits(start: float, end: float, moments: Iterable[float]) -> Iterator[tuple[float, float]]:
    """Yield the times in which nothing happens and which are long."""
    least = max((end - start) * _LEAST_SHARE, _LEAST_WAIT)
    inside = sorted(moment for moment in moments if start < moment < end)
    for earlier, later in itertools.pairwise([start, *inside, end]):
        if inside and later - earlier >= least:
            yield earlier, later


def _round_up(number: float) -> float:
    """Return the next number that is 1, 2 or 5 times a power of ten."""
    power: float = 10.0 ** math.floor(math.log10(number))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= number)
