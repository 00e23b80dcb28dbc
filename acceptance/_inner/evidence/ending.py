"""Ends browsers without asking them."""

from robot.api.deco import keyword, library
from robot.libraries.BuiltIn import BuiltIn


@library
class ending:  # noqa: N801 - Robot imports a library by the name of its file
    """Kills."""

    @keyword
    def end_browsers(self) -> None:
        """Kill the drivers of all browsers that are open, and with them the browsers."""
        selenium = BuiltIn().get_library_instance("SeleniumLibrary")
        for driver in selenium._drivers.active_drivers:  # noqa: SLF001
            driver.service.stop()
