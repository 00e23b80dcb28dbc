"""A keyword that checks the accessibility of a page with the axe-core engine."""

import json

from robot.api.deco import keyword
from robot.libraries.BuiltIn import BuiltIn
from selenium_axe_python import Axe


@keyword
def page_should_be_accessible(part: str = "html", *, without: str | None = None) -> None:
    """Fail if the axe-core engine finds a violation on the page in the current browser.

    Args:
        part: What is checked, as a CSS selector.
        without: What of it is not checked, as a CSS selector.
    """
    axe = Axe(BuiltIn().get_library_instance("SeleniumLibrary").driver)
    axe.inject()
    context = {"include": [[part]], "exclude": [[without]] if without else []}
    violations = axe.run(json.dumps(context), "{resultTypes: ['violations']}")["violations"]
    if violations:
        raise AssertionError(axe.report(violations))
