"""Observing what is logged, however an application configures logging.

Upstream: Python 3.11 to 3.14, `logging/__init__.py`, `Logger.callHandlers`; `logging/config.py`,
`_handle_existing_loggers`. A handler of ours would see nothing any more where an application sets
the handlers of the root logger, does not propagate, or disables the loggers that are there, which
`dictConfig` and `fileConfig` do by default.
"""

import logging
import logging.config
from collections.abc import Callable
from typing import Any

from robot_cherrypy.patches.replacements import Replacements

# The loggers that tell of errors of the server itself, which an application disables by accident.
_KEPT = ("cherrypy.error", "asyncio")


def observed_records(
    replacements: Replacements, observe: Callable[[logging.LogRecord], None]
) -> None:
    """Call `observe` with each record that a logger gives to its handlers, if it has any.

    Args:
        replacements: How the patch is put in place.
        observe: Called with the record, on the thread that logs it.
    """

    def call_handlers(original: Any, logger: logging.Logger, record: logging.LogRecord) -> None:
        observe(record)
        original(logger, record)

    def handle_existing_loggers(original: Any, existing: list[str], *args: Any) -> None:
        original([name for name in existing if not name.startswith(_KEPT)], *args)

    replacements.wrap(logging.Logger, "callHandlers", call_handlers)
    replacements.wrap(logging.config, "_handle_existing_loggers", handle_existing_loggers)
    for name in _KEPT:
        if logging.getLogger(name).disabled:
            replacements.set(logging.getLogger(name), "disabled", False)
