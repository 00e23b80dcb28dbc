"""An application that sends every message back exactly as it came.

`Echo` has plain page handlers, `AsyncEcho` has coroutines, and both fill the same template.
"""

import asyncio
import functools
import html
import re
import string
from importlib import resources
from typing import ClassVar

import cherrypy

# The page needs its own style sheet and icon and nothing else, so nothing else may load or run.
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

_ANSWER = """<section aria-labelledby="heading">
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
        return form()

    @cherrypy.expose
    @cherrypy.tools.allow(methods=["POST"])
    def echo(self, message: object = None) -> str:
        """Show the message that was sent, and the form for the next one."""
        return answer(message)


class AsyncEcho:
    """The application with coroutines for page handlers."""

    _cp_config: ClassVar = _CONFIG

    @cherrypy.expose
    @cherrypy.tools.allow(methods=["GET", "HEAD"])
    async def index(self) -> str:
        """Show the form."""
        return form()

    @cherrypy.expose
    @cherrypy.tools.allow(methods=["POST"])
    async def echo(self, message: object = None) -> str:
        """Show the message that was sent, and the form for the next one."""
        await asyncio.sleep(0)  # other requests get a turn, which a plain handler cannot give them
        return answer(message)


def form() -> str:
    """Return the page before anything was sent."""
    return _template().substitute(title="Echo", answer="")


def answer(message: object) -> str:
    """Return the page that shows a message.

    Args:
        message: The form's field as CherryPy parsed it.

    Raises:
        cherrypy.HTTPError: 400, if the request had no such field, several, or a file in it.
    """
    if not isinstance(message, str):
        raise cherrypy.HTTPError(400, "Send one text field named 'message'.")
    heading = "You said" if message else "You said nothing"
    shown = _ANSWER.format(heading=heading, message=_as_text(message))
    return _template().substitute(title=f"{heading} – Echo", answer=shown)


def _as_text(message: str) -> str:
    """Return HTML whose text content is the message.

    A parser turns a carriage return without a line feed into a line break (HTML Standard,
    "Preprocessing the input stream"), unless it comes as a character reference.
    """
    return re.sub(r"\r(?!\n)", "&#13;", html.escape(message))


@functools.cache
def _template() -> string.Template:
    page = resources.files(__name__).joinpath("page.html")
    return string.Template(page.read_text("utf-8"))
