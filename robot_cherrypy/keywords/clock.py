"""Keywords about time."""

from datetime import datetime, timedelta

from robot.api import logger
from robot.api.deco import keyword

from robot_cherrypy.evidence.owners import Owners
from robot_cherrypy.evidence.page_clock import PageClocks
from robot_cherrypy.harness.clock import CLOCK

_SHOWN = "%Y-%m-%d %H:%M:%S%z"


class ClockKeywords:
    """Moving the time of servers and pages."""

    def __init__(self, pages: PageClocks, owners: Owners) -> None:
        self._pages = pages
        self._owners = owners

    @keyword
    def freeze_time(self, at: datetime | None = None) -> datetime:
        """Stop the clock of the servers in this process and of the pages in open browsers.

        Not the test's own: its waits, time-outs and reports, and the time-outs of connections, go
        by the real time. At the end of the test, time goes on as if nothing had happened; if it was
        stopped in a suite setup, at the end of the suite. The clock of Firefox's pages and that of
        servers in child processes do not stop.

        Args:
            at: Date and time, such as ``2030-12-24 18:00``, in the local time zone unless it has
                one; now by default.

        Returns:
            The time at which it stands.

        Raises:
            MissingExtraError: The package for it is not installed: it comes with the extra
                ``clock``.

        Example:
        | Freeze Time    2030-12-24 18:00
        | Return To Present
        """
        CLOCK.move(at or CLOCK.now(), frozen=True)
        return self._told()

    @keyword
    def travel_to(self, time: datetime) -> datetime:
        """Set the clock, as `Freeze Time` does, and let it go on from there.

        Args:
            time: Date and time, such as ``2030-12-24 18:00``, in the local time zone unless it has
                one.

        Returns:
            The new time.

        Raises:
            MissingExtraError: The package for it is not installed: it comes with the extra
                ``clock``.

        Example:
        | Travel To    2030-12-24 18:00
        | Return To Present
        """
        CLOCK.move(time, frozen=False)
        return self._told()

    @keyword
    def advance_time(self, by: timedelta) -> datetime:
        """Set the clock ahead; one that was stopped stays so.

        Args:
            by: How far, such as ``61 minutes``. A negative time sets it back.

        Returns:
            The new time.

        Raises:
            MissingExtraError: The package for it is not installed: it comes with the extra
                ``clock``.

        Example:
        | Advance Time    61 minutes
        | Return To Present
        """
        CLOCK.shift(by)
        return self._told()

    @keyword
    def return_to_present(self) -> None:
        """Set the clock back to the real time; pass if it is that.

        Example:
        | Freeze Time
        | Return To Present
        """
        if CLOCK.is_moved:
            CLOCK.put_back()
            self._pages.follow()

    def _told(self) -> datetime:
        self._owners.at_the_end(self.return_to_present)
        self._pages.follow()
        now = CLOCK.now()
        logger.info(f"It is {now.strftime(_SHOWN)}{', and stays so' if CLOCK.is_frozen else ''}.")
        return now
