"""Counts how often a page is not yet what it should be when a click has returned."""

from robot.api import logger
from robot.api.deco import keyword, library
from robot.libraries.BuiltIn import BuiltIn


@library
class clicks:  # noqa: N801 - Robot imports a library by the name of its file
    """Clicks and checks."""

    @keyword
    def click_and_check(self, times: int) -> None:
        """Click a button so many times, and look at once whether the page has changed."""
        builtin = BuiltIn()
        flakes = 0
        for count in range(1, times + 1):
            builtin.run_keyword("Click Button", "raise")
            ok = builtin.run_keyword_and_return_status("Element Text Should Be", "count", count)
            flakes += not ok
            if not ok:
                builtin.run_keyword("Wait Until Element Contains", "count", str(count))
        logger.info(f"{flakes} of {times} checks came too early", also_console=True)
        if flakes:
            raise AssertionError(f"{flakes} of {times} checks came too early.")
