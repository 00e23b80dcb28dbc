"""The medium for which the current browser shows pages (CDP, Emulation.setEmulatedMedia)."""

from robot.api.deco import keyword
from robot.libraries.BuiltIn import BuiltIn


@keyword
def use_medium(medium: str) -> None:
    """Show pages as on ``print`` or ``screen``; empty for what the browser really has."""
    _emulate({"media": medium})


@keyword
def prefer_colour_scheme(scheme: str) -> None:
    """Set what the reader's system prefers: ``dark`` or ``light``."""
    _emulate({"features": [{"name": "prefers-color-scheme", "value": scheme}]})


def _emulate(medium: dict[str, object]) -> None:
    driver = BuiltIn().get_library_instance("SeleniumLibrary").driver
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", medium)
