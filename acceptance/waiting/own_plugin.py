"""A plugin of SeleniumLibrary."""

from robot.api.deco import keyword
from SeleniumLibrary.base import LibraryComponent


class own_plugin(LibraryComponent):  # noqa: N801 - SeleniumLibrary finds it by the name of the file
    """Adds a keyword."""

    @keyword
    def press_by_plugin(self, locator: str) -> None:
        """Click an element."""
        self.find_element(locator).click()
