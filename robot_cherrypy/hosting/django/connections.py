"""The database connections that the server's threads have opened."""

import threading
import weakref
from typing import Any

from django.db import connections


class Connections:
    """Closes connections of threads that serve requests. Django keeps its connections by thread.

    Django itself closes them at the end of each request, unless `CONN_MAX_AGE` keeps them open.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._open: weakref.WeakSet[Any] = weakref.WeakSet()

    def add_current(self) -> None:
        """Add the connections of the current thread."""
        with self._guard:
            self._open.update(connections.all(initialized_only=True))

    def close(self) -> None:
        """Close all connections that were added, from whichever thread this is called."""
        with self._guard:
            added = list(self._open)
            self._open.clear()
        for connection in added:
            connection.inc_thread_sharing()
            try:
                connection.close()
            finally:
                connection.dec_thread_sharing()
