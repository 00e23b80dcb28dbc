"""Counts the checks that come too early after a click."""

from robot.api import logger
from robot.api.deco import keyword, library
from robot.libraries.BuiltIn import BuiltIn


@library
class clicks:  # noqa: N801 - Robot imports a library by the name of its file
    """Keywords that click."""

    @keyword
    def click_and_check(self, times: int) -> None:
        """Click a button some times, and check the page right after each click."""
        builtin = BuiltIn()
        early = 0
        for count in range(1, times + 1):
            builtin.run_keyword("Click Button", "raise")
            passed = builtin.run_keyword_and_return_status("Element Text Should Be", "count", count)
            early += not passed
            if not passed:
                builtin.run_keyword("Wait Until Element Contains", "count", str(count))
        logger.info(f"{early} of {times} checks came too early", also_console=True)
        if early:
            raise AssertionError(f"{early} of {times} checks came too early.")
