"""The access log.

The original formats a line for each request, with a date, a UUID and the escapes of a dozen fields,
and passes it to `logging`, even if no handler will write it. Here the handlers are asked first.

Tested with a handler and without one. CherryPy's own tests, which pass with the patches, read the
lines.
"""

import logging
from typing import Any

import cherrypy
from cherrypy import _cplogging

from robot_cherrypy.patches.replacements import Replacements
from robot_cherrypy.patches.source_check import patch

# Handlers that write nothing.
_SILENT = frozenset({_cplogging.NullHandler, logging.NullHandler})


@patch("cherrypy._cplogging:LogManager.access")
def access_log(replacements: Replacements) -> None:
    """Do not format a line that no handler would write (`_cplogging.py`, `LogManager.access`)."""
    original = _cplogging.LogManager.access

    def access(self: Any) -> None:
        if _has_readers(self.access_log):
            original(self)

    replacements.set(_cplogging.LogManager, "access", access)


@patch("cherrypy:_GlobalLogManager.access")
def access_log_of_the_application(replacements: Replacements) -> None:
    """Find the application's log without the proxy `cherrypy.request`.

    In `cherrypy/__init__.py`, `_GlobalLogManager.access`.
    """
    manager = cherrypy._GlobalLogManager  # noqa: SLF001

    def access(self: Any) -> None:
        try:
            cherrypy.serving.request.app.log.access()
        except AttributeError:
            _cplogging.LogManager.access(self)

    replacements.set(manager, "access", access)


def _has_readers(logger: Any) -> bool:
    """Return whether a handler would write a record of level INFO."""
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
