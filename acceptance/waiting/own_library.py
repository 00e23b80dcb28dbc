"""A SeleniumLibrary of a project, with keywords of its own."""

from robot.api.deco import keyword
from selenium.webdriver.common.by import By
from SeleniumLibrary import SeleniumLibrary


class own_library(SeleniumLibrary):  # noqa: N801 - Robot imports a library by the name of its file
    """Adds keywords to those of SeleniumLibrary."""

    @keyword
    def press(self, locator: str) -> None:
        """Click an element as Selenium does it."""
        self.find_element(locator).click()

    @keyword
    def click_in_shadow_root(self, host: str, identifier: str) -> None:
        """Click an element of a shadow root."""
        self.find_element(host).shadow_root.find_element(By.ID, identifier).click()
