"""An application that shows every message exactly as it was sent.

`Echo` has plain page handlers and `AsyncEcho` coroutines; both use the same template.
"""

import asyncio
import functools
import html
import re
import string
from importlib import resources
from typing import ClassVar

import cherrypy

# The page may use its own style sheet and icon only.
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_CONFIG = {
    "tools.encode.encoding": "utf-8",
    "tools.response_headers.on": True,
    "tools.response_headers.headers": [
        ("Cache-Control", "no-store"),
        ("Content-Security-Policy", _POLICY),
        ("X-Content-Type-Options", "nosniff"),
    ],
}

_MESSAGE = """<section aria-labelledby="heading">
      <h2 id="heading">{heading}</h2>
      <output id="echo" for="message" dir="auto">{message}</output>
    </section>"""


class Echo:
    """The application with plain page handlers."""

    _cp_config: ClassVar = _CONFIG

    @cherrypy.expose
    @cherrypy.tools.allow(methods=["GET", "HEAD"])
    def index(self) -> str:
        """Show the form."""
        return _form_page()

    @cherrypy.expose
    @cherrypy.tools.allow(methods=["POST"])
    def echo(self, message: object = None) -> str:
        """Show the message that was sent, and the form for the next one."""
        return _message_page(message)


class AsyncEcho:
    """The application with coroutines for page handlers."""

    _cp_config: ClassVar = _CONFIG

    @cherrypy.expose
    @cherrypy.tools.allow(methods=["GET", "HEAD"])
    async def index(self) -> str:
        """Show the form."""
        return _form_page()

    @cherrypy.expose
    @cherrypy.tools.allow(methods=["POST"])
    async def echo(self, message: object = None) -> str:
        """Show the message that was sent, and the form for the next one."""
        await asyncio.sleep(0)  # as a coroutine that waits for something: other requests go on
        return _message_page(message)


def _form_page() -> str:
    """Return the page with the form only."""
    return _template().substitute(title="Echo", message="")


def _message_page(message: object) -> str:
    """Return the page with a message and the form.

    Args:
        message: The form's field as CherryPy parsed it.

    Raises:
        cherrypy.HTTPError: 400, if the request has no such field, several, or a file in it.
    """
    if not isinstance(message, str):
        raise cherrypy.HTTPError(400, "Send one text field named 'message'.")
    heading = "You said" if message else "You said nothing"
    section = _MESSAGE.format(heading=heading, message=_as_text(message))
    return _template().substitute(title=f"{heading} – Echo", message=section)


def _as_text(message: str) -> str:
    """Return HTML whose text content is exactly the message.

    A carriage return without a line feed is written as a character reference, because a parser of
    HTML would turn it into a line break (HTML Standard, "Preprocessing the input stream").
    """
    return re.sub(r"\r(?!\n)", "&#13;", html.escape(message))


@functools.cache
def _template() -> string.Template:
    page = resources.files(__name__).joinpath("page.html")
    return string.Template(page.read_text("utf-8"))
