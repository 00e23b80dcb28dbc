"""One WSGI application for each sentence of PEP 3333, chosen by the first segment of the path."""

import io
import sys
import threading
from collections import defaultdict
from wsgiref.util import FileWrapper
from wsgiref.validate import validator

# What an application has noted, and events that a test sets for it, by its name.
NOTES = defaultdict(list)
EVENTS = defaultdict(threading.Event)

TIMEOUT = 60
PLAIN = [("Content-Type", "text/plain")]

_APPLICATIONS = {}


def application_of(name):
    """Add an application that keeps the rules, so that the validator watches it."""

    def add(function):
        _APPLICATIONS[name] = validator(function)
        return function

    return add


def breaks_rules(name):
    """Add an application that the validator would stop."""

    def add(function):
        _APPLICATIONS[name] = function
        return function

    return add


def application(environ, start_response, /):
    """Call the application that the path names; positional arguments only."""
    name = environ["PATH_INFO"].strip("/").partition("/")[0]
    return _APPLICATIONS[name](environ, start_response)


class Body:
    """A body that notes when it is closed."""

    def __init__(self, name, parts):
        self.name, self.parts = name, iter(parts)

    def __iter__(self):
        return self

    def __next__(self):
        part = next(self.parts)
        if isinstance(part, Exception):
            raise part
        return part

    def close(self):
        NOTES[self.name].append("closed")


@application_of("environ")
def note_environ(environ, start_response):
    """Note the environ."""
    NOTES["environ"].append(dict(environ))
    NOTES["type"].append(type(environ))
    environ["mine"] = object()  # the application may modify it in any way
    start_response("200 OK", PLAIN)
    return [b"noted"]


class NotedFile(io.BytesIO):
    """A file that notes when it is closed."""

    def close(self):
        NOTES["file"].append("closed")
        super().close()


@application_of("file")
def send_file(environ, start_response):
    """Send a file as PEP 3333 has it, "Optional Platform-Specific File Handling"."""
    start_response("200 OK", PLAIN)
    file = NotedFile(b"x" * 100_000)
    wrapper = environ.get("wsgi.file_wrapper", FileWrapper)
    return wrapper(file, 8192)


@application_of("input")
def read_input(environ, start_response):
    """Read the body in the way that the query names."""
    stream = environ["wsgi.input"]
    how = environ["QUERY_STRING"]
    if how == "read":
        content = [stream.read(2), stream.read(100_000), stream.read(1)]
    elif how == "lines":
        content = [stream.readline(), *stream.readlines()]
    elif how == "hint":
        content = [*stream.readlines(1), *stream]
    else:
        content = list(stream)
    start_response("200 OK", PLAIN)
    return [b"|".join(content)]


@application_of("errors")
def write_errors(environ, start_response):
    """Use the error stream."""
    errors = environ["wsgi.errors"]
    errors.write("")
    errors.writelines(["", ""])
    errors.flush()
    start_response("200 OK", PLAIN)
    return [b"fine"]


@application_of("late-start")
def start_with_first_piece(_environ, start_response):
    """Call start_response when the first piece is asked for."""
    start_response("200 OK", PLAIN)
    yield b"late"


@application_of("empty")
def return_nothing(_environ, start_response):
    """Return no piece at all."""
    start_response("404 Not Found", PLAIN)
    return []


@application_of("empties")
def return_empty_pieces(_environ, start_response):
    """Return pieces of which some are empty."""
    start_response("200 OK", PLAIN)
    return [b"", b"a", b"", b"b", b""]


@application_of("pieces")
def wait_between_pieces(_environ, start_response):
    """Send the second piece when the client has the first."""
    start_response("200 OK", PLAIN)
    yield b"one"
    EVENTS["pieces"].wait(TIMEOUT)
    yield b"two"


@application_of("write")
def wait_after_write(_environ, start_response):
    """Go on when the client has what was written."""
    write = start_response("200 OK", PLAIN)
    write(b"one")
    EVENTS["write"].wait(TIMEOUT)
    write(b"two")
    return [b"three"]


@application_of("close")
def return_body(environ, start_response):
    """Return a body that has to be closed; the query says how it ends."""
    start_response("200 OK", PLAIN)
    ends = [LookupError("in the body")] if environ["QUERY_STRING"] == "error" else []
    return Body("close", [b"a" * 10, *ends])


@application_of("endless")
def return_endless_body(_environ, start_response):
    """Return a body without an end, which has to be closed."""
    start_response("200 OK", PLAIN)
    return Body("endless", iter(lambda: b"x" * 65536, None))


@application_of("replaced")
def replace_after_empty_piece(_environ, start_response):
    """Replace status and headers after an empty piece: nothing was sent by it."""
    start_response("200 OK", [*PLAIN, ("X-First", "1")])
    yield b""
    try:
        raise LookupError("not yet sent")  # noqa: TRY301 - as frameworks do
    except LookupError:
        start_response("503 Busy", PLAIN, sys.exc_info())
    yield b"replaced"


@application_of("too-late")
def replace_after_piece(_environ, start_response):
    """Try to replace status and headers after a piece."""
    start_response("200 OK", PLAIN)
    yield b"sent"
    try:
        raise LookupError("too late")  # noqa: TRY301 - as frameworks do
    except LookupError:
        try:
            start_response("503 Busy", PLAIN, sys.exc_info())
        except LookupError as error:
            NOTES["too-late"].append(error)
            raise
    yield b"never"


@breaks_rules("empty-then-start")
def start_after_empty_piece(_environ, start_response):
    """Call start_response after an empty piece."""
    yield b""
    start_response("200 OK", PLAIN)
    yield b"started"


@breaks_rules("empty-then-raise")
def raise_after_empty_piece(_environ, start_response):
    """Raise when nothing is sent."""
    start_response("200 OK", PLAIN)
    yield b""
    raise LookupError("nothing was sent")


@breaks_rules("twice")
def start_twice(_environ, start_response):
    """Call start_response twice without exc_info, which is a fatal error."""
    start_response("200 OK", PLAIN)
    try:
        start_response("201 Created", PLAIN)
    except Exception as error:
        NOTES["twice"].append(error)
        raise
    return [b"twice"]


@breaks_rules("never")
def never_start(_environ, _start_response):
    """Do not call start_response."""
    return [b"never"]


@breaks_rules("never-empty")
def never_start_empty(_environ, _start_response):
    """Do not call start_response, and return nothing."""
    return []


@breaks_rules("text")
def return_text(_environ, start_response):
    """Return text."""
    start_response("200 OK", PLAIN)
    return ["text"]


WRONG_HEADERS = {
    "line break": ("200 OK", [("X-A", "b\r\nX-Evil: 1")]),
    "line feed": ("200 OK", [("X-A", "b\nX-Evil: 1")]),
    "name": ("200 OK", [("X-A: 1\r\nX-Evil", "b")]),
    "null": ("200 OK", [("X-A", "b\0")]),
    "status": ("200 OK\r\nX-Evil: 1", []),
    "bytes": ("200 OK", [("X-A", b"b")]),
    "bytes name": ("200 OK", [(b"X-A", "b")]),
    "bytes status": (b"200 OK", []),
    "number": (200, []),
    "no number": ("OK", []),
    "not latin-1": ("200 OK", [("X-A", "\u20ac")]),
}


@breaks_rules("headers")
def send_wrong_headers(environ, start_response):
    """Call start_response with what is not allowed."""
    status, headers = WRONG_HEADERS[environ["QUERY_STRING"].replace("+", " ")]
    try:
        start_response(status, headers)
    except Exception as error:
        NOTES["headers"].append(error)
        raise
    return [b"sent"]


@breaks_rules("length")
def send_other_length(environ, start_response):
    """Send a body of another length than declared."""
    start_response("200 OK", [*PLAIN, ("Content-Length", "4")])
    for _ in range(int(environ["QUERY_STRING"])):
        yield b"12"


@breaks_rules("bodiless")
def send_body_with_status(environ, start_response):
    """Send a body with a status that has none."""
    start_response(f"{environ['QUERY_STRING']} None", [("Content-Length", "4")])
    return [b"null"]


@breaks_rules("thread")
def note_threads(_environ, start_response):
    """Note the thread of each step."""
    NOTES["thread"].append(threading.get_ident())
    start_response("200 OK", PLAIN)
    try:
        for _ in range(3):
            NOTES["thread"].append(threading.get_ident())
            yield b"x"
    finally:
        NOTES["thread"].append(threading.get_ident())
