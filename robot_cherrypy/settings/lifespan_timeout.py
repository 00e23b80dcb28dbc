"""How long an ASGI application may take to start up and to shut down."""

from typing import Any

# In seconds. Connecting to databases takes a few; an application that hangs must not block the
# engine for ever (hypercorn waits for 60 s).
_DEFAULT = 30.0


def lifespan_timeout(settings: Any) -> float:
    """Return the limit in seconds: `server.lifespan_timeout`, 30 by default."""
    timeout: float = getattr(settings, "lifespan_timeout", _DEFAULT)
    return timeout
