"""Compares how a page looks with a picture of it."""

from pathlib import Path

from PIL import Image, ImageChops
from robot.api.deco import keyword
from robot.libraries.BuiltIn import BuiltIn


@keyword
def page_should_look_like(picture: Path, allowed: float = 0.001):
    """Fail if more than this part of the pixels differs; `allowed` is from 0 to 1.

    A picture that is not there yet is made: look at it, and put it under version control.
    """
    selenium = BuiltIn().get_library_instance("SeleniumLibrary")
    if not picture.exists():
        selenium.capture_page_screenshot(str(picture))
        return
    now = picture.with_name(f"{picture.stem}-now.png")
    selenium.capture_page_screenshot(str(now))
    with Image.open(picture) as before, Image.open(now) as after:
        if before.size != after.size:
            raise AssertionError(f"{picture.name} was {before.size}, but is {after.size}.")
        difference = ImageChops.difference(before.convert("RGB"), after.convert("RGB"))
    changed = sum(difference.convert("L").point(bool).histogram()[1:])
    part = changed / (difference.width * difference.height)
    if part > allowed:
        raise AssertionError(f"{part:.1%} of {picture.name} look different: see {now.name}.")
    now.unlink()
