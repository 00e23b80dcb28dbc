"""Ends browsers without asking them."""

from robot.api.deco import keyword, library

from robot_cherrypy.pages.selenium import open_browsers


@library
class ending:  # noqa: N801 - Robot imports a library by the name of its file
    """Keywords that end browsers."""

    @keyword
    def end_browsers(self) -> None:
        """Kill the drivers of all browsers that are open, and with them the browsers."""
        for driver in open_browsers():
            driver.service.stop()  # type: ignore[attr-defined]  # a local driver has one
