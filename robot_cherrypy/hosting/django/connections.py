"""Closing the database connections that serving opens."""

import threading
import weakref
from typing import Any

from django.db import connections


class Connections:
    """The connections of the server's threads; Django keeps them by thread.

    Django itself closes them at the end of each request, unless `CONN_MAX_AGE` lets them live on.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._open: weakref.WeakSet[Any] = weakref.WeakSet()

    def note(self) -> None:
        """Take note of this thread's connections."""
        with self._guard:
            self._open.update(connections.all(initialized_only=True))

    def close(self) -> None:
        """Close all that were noted, whichever thread they belong to."""
        with self._guard:
            leaving = list(self._open)
            self._open.clear()
        for connection in leaving:
            connection.inc_thread_sharing()
            try:
                connection.close()
            finally:
                connection.dec_thread_sharing()
