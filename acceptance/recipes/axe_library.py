"""A check of a page by axe-core, the engine of many accessibility tools."""

from robot.api.deco import keyword
from robot.libraries.BuiltIn import BuiltIn
from selenium_axe_python import Axe


@keyword
def page_should_be_accessible():
    """Fail if axe-core finds a violation on the page in the current browser."""
    axe = Axe(BuiltIn().get_library_instance("SeleniumLibrary").driver)
    axe.inject()
    if violations := axe.run()["violations"]:
        raise AssertionError(axe.report(violations))
