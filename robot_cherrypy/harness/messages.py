"""Sentences of error messages about applications."""

import traceback
from pathlib import Path

from robot_cherrypy.traffic.text import text_by

# Frames of the import system and of these rooms say nothing about where an application's error is.
_PACKAGE = Path(__file__).parents[1]
_OWN_FOLDERS = tuple(_PACKAGE / room for room in ("harness", "hosting", "websocket"))


def raised(action: str, subject: str, error: BaseException) -> str:
    """Describe an application's error, with the place in the application that raised it.

    Args:
        action: What was done to the application, such as `Importing`.
        subject: What the test calls the application.
        error: What it raised.
    """
    text = text_by(str, error)
    places = [
        (frame.filename, frame.lineno)
        for frame in traceback.extract_tb(error.__traceback__)
        if _is_of_application(frame.filename)
    ]
    if isinstance(error, SyntaxError) and error.filename:
        text = error.msg
        places.append((error.filename, error.lineno))
    detail = f": {text}" if text else ""
    where = f" ({places[-1][0]}, line {places[-1][1]})" if places else ""
    return f"{action} '{subject}' raised {type(error).__name__}{detail}{where}."


def _is_of_application(file: str) -> bool:
    is_own = any(Path(file).is_relative_to(folder) for folder in _OWN_FOLDERS)
    return "importlib" not in file and not file.startswith("<frozen") and not is_own
