"""Acceptance testing for CherryPy applications with Robot Framework."""

from typing import Any

__all__ = ["CherryPyLibrary"]

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Import the keyword library when it is first used, as `robot_cherrypy.aio` needs no Robot.

    `Library    robot_cherrypy` looks for a class with the name of the module (Robot Framework User
    Guide, "Specifying library to import"), so the library class has this name, too.
    """
    if name in {"CherryPyLibrary", "robot_cherrypy"}:
        from robot_cherrypy.library import CherryPyLibrary  # noqa: PLC0415

        return CherryPyLibrary
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
