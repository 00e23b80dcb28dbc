"""Logging."""

import logging
from typing import Any

import cherrypy
from cherrypy import _cplogging

from robot_cherrypy.patches.known import patch
from robot_cherrypy.patches.replacing import Replacements


@patch("cherrypy._cplogging:LogManager.access")
def access_log(replacements: Replacements) -> None:
    """Do not put an access log line together that no handler would write (`_cplogging.py`)."""
    original = _cplogging.LogManager.access

    def access(self: Any) -> None:
        if _has_readers(self.access_log):
            original(self)

    replacements.set(_cplogging.LogManager, "access", access)


@patch("cherrypy:_GlobalLogManager.access")
def access_log_of_the_application(replacements: Replacements) -> None:
    """Find the application's log without detours (`cherrypy/__init__.py`)."""
    manager = cherrypy._GlobalLogManager  # noqa: SLF001

    def access(self: Any) -> None:
        try:
            cherrypy.serving.request.app.log.access()
        except AttributeError:
            _cplogging.LogManager.access(self)

    replacements.set(manager, "access", access)


_SILENT = frozenset({_cplogging.NullHandler, logging.NullHandler})


def _has_readers(logger: Any) -> bool:
    """Tell whether a record of level INFO would get to anybody."""
    if not logger.isEnabledFor(logging.INFO):
        return False
    if logger.filters:
        return True
    while logger:
        for handler in logger.handlers:
            if type(handler) not in _SILENT and handler.level <= logging.INFO:
                return True
        logger = logger.parent if logger.propagate else None
    return False
