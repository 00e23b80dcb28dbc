"""An application that says what reports, logs and browsers do not expect."""

import json
import sys

import cherrypy

HALF = "\ud83d"


class OddError(Exception):
    """An exception without a text."""

    def __str__(self) -> str:
        raise RuntimeError("no text")


class Odd:
    """A value without a `repr`."""

    def __repr__(self) -> str:
        raise RuntimeError("no repr")


class Texts:
    """Each page handler says something odd."""

    @cherrypy.expose
    def index(self) -> str:
        """Return a page at once."""
        return "fine"

    @cherrypy.expose
    def greet(self) -> None:
        """Raise an error with a text of the client."""
        name = json.loads(cherrypy.request.body.read())["name"]
        raise ValueError("bad name " + name)

    @cherrypy.expose
    def http_error(self) -> None:
        """Answer 500 with an odd reason."""
        raise cherrypy.HTTPError(500, f"half {HALF}")

    @cherrypy.expose
    def system_exit(self) -> None:
        """End the server."""
        sys.exit(f"half {HALF}")

    @cherrypy.expose
    def log(self) -> str:
        """Log an odd text, and return a page."""
        cherrypy.log(f"half {HALF}")
        return "logged"

    @cherrypy.expose
    def session(self) -> str:
        """Keep odd values in the session, and return a page."""
        cherrypy.session["name"] = HALF
        cherrypy.session[7] = Odd()
        return "kept"

    @cherrypy.expose
    def without_text(self) -> None:
        """Raise an error without a text."""
        raise OddError

    @cherrypy.expose
    def long(self) -> None:
        """Raise an error with a long text."""
        raise ValueError("x" * 1_000_000)

    @cherrypy.expose
    def question_marks(self) -> None:
        """Raise an error whose text is hard to read."""
        raise ValueError("?" * 200_000)

    @cherrypy.expose
    def markup(self) -> None:
        """Raise an error whose text is markup."""
        raise ValueError("<img src=x onerror=alert(1)>")

    @cherrypy.expose
    def controls(self) -> None:
        """Raise an error with control characters."""
        raise ValueError("".join(map(chr, range(0x20))) + "\x7f\x85\u2028\ufffe\uffff")
