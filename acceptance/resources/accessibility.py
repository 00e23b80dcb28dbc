"""A keyword that checks the accessibility of a page with the axe-core engine."""

from robot.api.deco import keyword
from robot.libraries.BuiltIn import BuiltIn
from selenium_axe_python import Axe


@keyword
def page_should_be_accessible() -> None:
    """Fail if the axe-core engine finds a violation on the page in the current browser."""
    axe = Axe(BuiltIn().get_library_instance("SeleniumLibrary").driver)
    axe.inject()
    violations = axe.run("document", "{resultTypes: ['violations']}")["violations"]
    if violations:
        raise AssertionError(axe.report(violations))
