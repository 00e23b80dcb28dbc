"""A project's own SeleniumLibrary."""

from SeleniumLibrary import SeleniumLibrary


class own_selenium(SeleniumLibrary):  # type: ignore[misc]  # noqa: N801 - Robot imports a library by the name of its file
    """SeleniumLibrary under another name."""
