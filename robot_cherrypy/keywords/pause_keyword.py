"""The keyword that pauses a test."""

from robot.api.deco import keyword

from robot_cherrypy.pausing.pausing_listener import PausingListener


class PauseKeywords:
    """Pausing a test, so that a person can look around."""

    def __init__(self, listener: PausingListener) -> None:
        self._listener = listener

    @keyword
    def pause(self, message: str = "") -> None:
        """Pause the test in the terminal, with its browsers and servers open.

        Any keyword can be typed there. It is run as if it stood in the test at this place, with the
        variables of the test, and in the log it stands below this keyword. A variable alone is
        shown. The Tab key completes, and the arrow keys bring back earlier lines. ``continue`` goes
        on, ``step`` pauses again before the next keyword, ``next`` does so without those that the
        next keyword runs, and ``quit`` ends the run.

        No time-out of the test counts meanwhile. Where the run has no terminal, as in continuous
        integration, a warning says so and the test goes on.

        Args:
            message: Text that is shown.

        Example:
        | Start Server    sample_app.echo:Echo
        | Open Headless Browser
        | Pause    Is the form there?
        """
        self._listener.pause_after_keyword(message)
