"""Keywords about the clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from robot.api.deco import keyword

from robot_cherrypy.cleanup import Cleanup, Stage
from robot_cherrypy.errors import ClockError
from robot_cherrypy.evidence import logger
from robot_cherrypy.harness.clock import CLOCK
from robot_cherrypy.keywords.moments import moment
from robot_cherrypy.pages.clock import PageClocks

# There is one clock, so one cleanup of it is enough.
_CLOCK = "the clock"
_TIME_FORMAT = "%Y-%m-%d %H:%M:%S%z"


class ClockKeywords:
    """Setting the clock of servers and pages."""

    def __init__(self, page_clocks: PageClocks, cleanup: Cleanup) -> None:
        self._page_clocks = page_clocks
        self._cleanup = cleanup

    @keyword
    def freeze_time(self, at: str | datetime | None = None) -> datetime:
        """Stop the clock of the servers in this process and of the pages in open browsers.

        The application has the new time: the package that `Start Server` named, and what it calls.
        So have expressions in a suite and Robot's library DateTime, by which a test asks for it.
        Waits, time-outs and reports of the test, other libraries, also a project's own, and
        time-outs of connections go on by the real time. The clock is set back to the real time by
        `Return To Present`, or else at the end of the test; if it was stopped in a suite setup, at
        the end of the suite. All windows and frames have the new time, also those that are opened
        later. In Chromium, so have workers; a shared worker or service worker has it shortly after
        its start. Servers with ``isolation=process`` and workers in Firefox keep the real time.

        Args:
            at: Date and time to stop at, such as ``2030-12-24 18:00``, in the local time zone
                unless it ends with one: an offset such as ``+02:00``, ``Z``, ``UTC``, or a name
                such as ``Europe/Berlin``. The current time by default.

        Returns:
            The time at which the clock stands.

        Raises:
            ClockError: ``at`` is no date and time, or its zone is not known.
            MissingExtraError: The extra ``clock`` of this library is not installed.

        Example:
        | Start Server    sample_app.faulty:Faulty
        | Freeze Time    2030-12-24 18:00
        | Open Headless Browser    /clock
        | Page Should Contain    2030-12-24
        """
        _move(CLOCK.now() if at is None else moment(at), frozen=True)
        return self._follow()

    @keyword
    def travel_to(self, time: str | datetime) -> datetime:
        """Set the clock of servers and pages and let it run on; see `Freeze Time`.

        Args:
            time: Date and time, such as ``2030-12-24 18:00``; for zones see `Freeze Time`.

        Returns:
            The new time.

        Raises:
            ClockError: ``time`` is no date and time, or its zone is not known.
            MissingExtraError: The extra ``clock`` of this library is not installed.

        Example:
        | Travel To    2030-12-31 23:59:50
        """
        _move(moment(time), frozen=False)
        return self._follow()

    @keyword
    def advance_time(self, by: timedelta) -> datetime:
        """Set the clock of servers and pages forward; a clock that is stopped stays stopped.

        Args:
            by: How far, such as ``61 minutes``. A negative time sets the clock back.

        Returns:
            The new time.

        Raises:
            ClockError: The new time is out of range.
            MissingExtraError: The extra ``clock`` of this library is not installed.

        Example:
        | Freeze Time    2030-12-24 18:00
        | ${time} =    Advance Time    61 minutes
        | Should Be Equal As Integers    ${time.hour}    19
        """
        with _in_range():
            CLOCK.shift(by)
        return self._follow()

    @keyword
    def return_to_present(self) -> None:
        """Set the clock back to the real time. Pass if it has not been set.

        Example:
        | Travel To    2030-12-24 18:00
        | Return To Present
        """
        self._cleanup.withdraw(_CLOCK)
        if CLOCK.is_moved:
            CLOCK.put_back()
            self._page_clocks.synchronize()

    def _follow(self) -> datetime:
        """Set the pages to the new time and plan the return; return and log the time."""
        self._cleanup.withdraw(_CLOCK)
        self._cleanup.at_end_of_test(_CLOCK, self.return_to_present, Stage.FAULTS_AND_CLOCK)
        self._page_clocks.synchronize()
        now = CLOCK.now()
        logger.info(
            f"It is {now.strftime(_TIME_FORMAT)}{', and stays so' if CLOCK.is_frozen else ''}."
        )
        return now


def _move(to: datetime, *, frozen: bool) -> None:
    with _in_range():
        CLOCK.move(to, frozen=frozen)


@contextmanager
def _in_range() -> Iterator[None]:
    try:
        yield
    except OverflowError as error:
        raise ClockError("The new time is out of range: years go from 1 to 9999.") from error
