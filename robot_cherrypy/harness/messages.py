"""Sentences of error messages about applications."""

import traceback
from pathlib import Path

from robot_cherrypy.traffic.text import text_by

# Frames of the import system and of this folder say nothing about where an application's error is.
_OWN_FOLDER = Path(__file__).parent


def raised(action: str, subject: str, error: BaseException) -> str:
    """Describe an application's error, with the place in the application that raised it.

    Args:
        action: What was done to the application, such as `Importing`.
        subject: What the test calls the application.
        error: What it raised.
    """
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if "importlib" not in frame.filename
        and not frame.filename.startswith("<frozen")
        and Path(frame.filename).parent != _OWN_FOLDER
    ]
    where = f" ({frames[-1].filename}, line {frames[-1].lineno})" if frames else ""
    text = text_by(str, error)
    detail = f": {text}" if text else ""
    return f"{action} '{subject}' raised {type(error).__name__}{detail}{where}."
