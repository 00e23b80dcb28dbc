"""By which name of a server a browser has its page open."""

from typing import Any
from urllib.parse import SplitResult, urlsplit

from robot_cherrypy.harness.server import Server
from robot_cherrypy.pages.observer import ObserverError
from robot_cherrypy.pages.observers import observer_of
from robot_cherrypy.traffic.journal import JOURNAL

# How long a browser may take to tell the address of its page, in seconds. It needs 5 ms.
_TIMEOUT = 5.0

_PORTS = {"http": 80, "https": 443}


def base_url_in(driver: Any, server: Server) -> str:
    """Return the base URL of a server with the name by which a browser has a page of it open.

    A server may have several names, such as `localhost` and `shop.localhost`, and a browser keeps
    cookies for each. If the page is not of this server, it is the server's own URL.
    """
    try:
        page = urlsplit(observer_of(driver).windows(_TIMEOUT).shown.url)
    except (ObserverError, ValueError):  # a dialog, or no page at all
        return server.public_url
    own = urlsplit(server.public_url)
    if page.netloc == own.netloc or (page.scheme, _port(page)) != (own.scheme, _port(own)):
        return server.public_url
    host = page.netloc.rpartition("@")[2]
    return f"{page.scheme}://{host}" if _was_asked_as(host, server) else server.public_url


def _port(url: SplitResult) -> int | None:
    return url.port or _PORTS.get(url.scheme)


def _was_asked_as(host: str, server: Server) -> bool:
    """Whether a server has had a request for a host with its port.

    The port alone does not tell it: a page of another machine may have the same.
    """
    return any(
        exchange.server == server.alias and exchange.request_headers.get("Host") == host
        for exchange in reversed(list(JOURNAL.exchanges))
    )
