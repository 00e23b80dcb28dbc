"""What uvicorn's connections are configured with, by the settings of `cherrypy.server`."""

import importlib.util
import ssl
from typing import Any

import uvicorn

from robot_cherrypy.settings import tls


def uvicorn_config(application: Any, settings: Any) -> uvicorn.Config:
    """Make the configuration that uvicorn's connections read.

    `X-Forwarded-For` and its like are left to `tools.proxy`, as on CherryPy's own server.
    """
    config = uvicorn.Config(
        application,
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        proxy_headers=False,
    )
    config.load()
    config.ssl = _ssl_context(settings)
    return config


def _ssl_context(settings: Any) -> ssl.SSLContext | None:
    """Return the TLS context that the settings contain or describe, if any.

    It offers HTTP/2 where the packages of that extra are installed, unless it is the user's own.
    """
    context = tls.context_for(settings)
    if context is not None and context is not settings.ssl_context:
        has_http2 = importlib.util.find_spec("h2") is not None
        context.set_alpn_protocols(["h2", "http/1.1"] if has_http2 else ["http/1.1"])
    return context
