"""Messages below keywords: server errors, and in short what others log and the evidence shows."""

import re

from robot_cherrypy.evidence.markup import folded, text
from robot_cherrypy.evidence.masking import Masker
from robot_cherrypy.traffic.exchange import RecordedError

# The addresses in the driver's own program that chromedriver adds to its messages.
_DRIVER_STACK = re.compile(r"\n?Stacktrace:(?:\n\s*#\d+ 0x[0-9a-f]+ <unknown>)+\n?")

# What Robot Framework says of a value that looks like a named argument, and nothing after that.
_TAKEN_BY_POSITION = re.compile(
    r"ValueError: Argument '[^'\n]+' got value '(\w+)=[^\n]*' that cannot be converted to"
    r" [^.\n]+\.\Z"
)

# A picture that SeleniumLibrary has written to a file (`SeleniumLibrary/keywords/screenshot.py`).
_PICTURE = re.compile(
    r'</td></tr><tr><td colspan="3"><a href="(?P<file>[^"]+\.png)"><img src="(?P=file)"[^>]*></a>'
)

# Keywords that make a picture because the test wants one.
_WANTED = frozenset({"Capture Page Screenshot", "Capture Element Screenshot"})

# In characters: longer messages are none of these.
_LONGEST = 20_000


def server_error(error: RecordedError, masker: Masker) -> str:
    """Return a server error as HTML, with its traceback folded."""
    line = text(masker.text(str(error)))
    if error.traceback:
        line = folded(line, f"<pre>{text(masker.text(error.traceback))}</pre>")
    return f"Server error: {line}"


def without_driver_stack(message: str) -> str:
    """Return a message without the addresses in the driver's program, which have no names."""
    if len(message) > _LONGEST or "<unknown>" not in message:
        return message
    return _DRIVER_STACK.sub("", message)


def explained(message: str) -> str:
    """Return the message of a failure without what nobody can read, and with what it lacks."""
    return _with_misspelt_name(without_driver_stack(message))


def _with_misspelt_name(message: str) -> str:
    """Return a message that says why `sever=async` became the value of another argument."""
    if not (taken := _TAKEN_BY_POSITION.match(message)):
        return message
    return f"{message} The keyword has no argument '{taken[1]}', so it was taken by position."


def with_linked_picture(message: str, keyword: str) -> str:
    """Return the HTML of a message with a link in the place of a picture of a failed keyword.

    Args:
        message: The message.
        keyword: Name of the running keyword; a picture that it is meant to make stays.
    """
    if len(message) > _LONGEST or keyword in _WANTED:
        return message
    return _PICTURE.sub(r'Picture of the page: <a href="\g<file>">\g<file></a>', message)
