"""The servers that the corpus is sent to, each in a process of its own."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from enum import Enum

from robot_cherrypy.tests.corpus import applications

MODULE = applications.__name__
# How long CherryPy's servers wait for a client, in seconds: longer than the slowest case takes that
# has to arrive in time, on a busy machine.
SOCKET_TIMEOUT = 1
# Little, so that requests soon reach it.
MAX_HEAD, MAX_BODY = 4096, 10_000
# How long a server may take to start, in seconds: some times as long as on a busy machine.
_START = 60


class Server(Enum):
    """A server of the corpus."""

    STOCK = "stock"
    THREADED = "threaded"
    ASYNC = "async"
    GUNICORN = "gunicorn"
    UVICORN = "uvicorn"
    HYPERCORN = "hypercorn"


_OURS = (Server.THREADED, Server.ASYNC)
# The applications, those of our servers that serve each, and those of others.
OURS = {
    "cherrypy": _OURS,
    "tls": _OURS,
    "wsgi": _OURS,
    "asgi": _OURS,
    "http2": (Server.ASYNC,),
    "websocket": _OURS,
    "hosted-websocket": (Server.ASYNC,),
}
PEERS = {
    "cherrypy": (Server.STOCK,),
    "tls": (Server.STOCK,),
    "wsgi": (Server.STOCK, Server.GUNICORN),
    "asgi": (Server.UVICORN, Server.HYPERCORN),
    "http2": (Server.HYPERCORN,),
    "websocket": (Server.UVICORN, Server.HYPERCORN),
    "hosted-websocket": (Server.UVICORN, Server.HYPERCORN),
}
# What each application is, for our servers.
_REFERENCES = {
    "cherrypy": f"{MODULE}:Root",
    "tls": f"{MODULE}:Root",
    "wsgi": f"{MODULE}:wsgi",
    "asgi": f"{MODULE}:asgi",
    "http2": f"{MODULE}:asgi",
    "websocket": "robot_cherrypy.tests.corpus.websocket_application:Root",
    "hosted-websocket": f"{MODULE}:asgi",
}
WITH_TLS = {"tls", "http2"}

_COMMANDS = {
    Server.UVICORN: ["uvicorn", "--fd", "{plain}", "--log-level", "critical", f"{MODULE}:asgi"],
    Server.HYPERCORN: [
        *("hypercorn", "--insecure-bind", "fd://{plain}", "--bind", "fd://{tls}"),
        *("--certfile", "{certificate}", "--keyfile", "{key}", f"{MODULE}:asgi"),
    ],
    Server.GUNICORN: [
        *("gunicorn", "--bind", "fd://{plain}", "--worker-class", "gthread", "--threads", "16"),
        *("--log-level", "critical", "--worker-tmp-dir", "/tmp", f"{MODULE}:wsgi"),
    ],
}


@contextlib.contextmanager
def running(certificate, key):
    """Start all servers at once; yield the port of each for each application.

    Args:
        certificate: The file of the certificate of those with TLS.
        key: The file of its key.
    """
    with contextlib.ExitStack() as stack:
        starts = [stack.enter_context(_started(server, certificate, key)) for server in Server]
        yield dict(zip(Server, [ports() for ports in starts], strict=True))


@contextlib.contextmanager
def _started(server, certificate, key):
    """Start a server; yield a function that waits for its ports, by application."""
    with socket.create_server(("127.0.0.1", 0)) as plain, socket.create_server(("", 0)) as tls:
        command = _COMMANDS.get(server, [__name__, server.value, "{certificate}", "{key}"])
        sockets = {"plain": plain.fileno(), "tls": tls.fileno()}
        arguments = [part.format(**sockets, certificate=certificate, key=key) for part in command]
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            pass_fds=sockets.values(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        by_tls = {True: tls.getsockname()[1], False: plain.getsockname()[1]}

    def ports():
        if server in _COMMANDS:
            served = [name for name, peers in PEERS.items() if server in peers]
            return {name: by_tls[name in WITH_TLS] for name in served}
        watch = threading.Timer(_START, process.kill)
        watch.start()
        try:
            return json.loads(process.stdout.readline())
        finally:
            watch.cancel()

    try:
        yield ports
    finally:
        os.killpg(process.pid, signal.SIGKILL)  # gunicorn has a worker
        process.wait(20)
        process.stdin.close()
        process.stdout.close()


def _settings(files=None):
    """Return CherryPy's settings, with the files of a certificate and its key or without."""
    certificate, key = files or (None, None)
    return {
        "server.ssl_certificate": certificate,
        "server.ssl_private_key": key,
        "environment": "production",
        "log.screen": False,
        "server.socket_timeout": SOCKET_TIMEOUT,
        "server.max_request_header_size": MAX_HEAD,
        "server.max_request_body_size": MAX_BODY,
        "server.shutdown_timeout": 1,
        "server.thread_pool": 20,
        "request.show_tracebacks": False,
    }


def _serve_stock(files):
    """Serve with CherryPy's own server; return the ports."""
    import cherrypy
    from cherrypy._cpwsgi_server import CPWSGIServer

    cherrypy.config.update(_settings())
    cherrypy.server.unsubscribe()
    cherrypy.tree.mount(applications.Root())
    ports = {}
    tree = cherrypy.tree
    for name, application in {"cherrypy": tree, "wsgi": applications.wsgi, "tls": tree}.items():
        cherrypy.config.update(_settings(files if name in WITH_TLS else None))
        cherrypy.server.bind_addr = ("127.0.0.1", 0)
        server = CPWSGIServer(cherrypy.server)
        server.wsgi_app = application
        server.prepare()
        threading.Thread(target=server.serve, daemon=True).start()
        ports[name] = server.bind_addr[1]
    cherrypy.engine.start()
    return ports


def _serve_ours(kind, files):
    """Serve with one of our servers; return the ports."""
    # Not at the top, as importing it changes CherryPy, and the stock server has to be as it is.
    from robot_cherrypy.harness.in_process import InProcessServer
    from robot_cherrypy.harness.server import Launch

    ports = {}
    for name in [name for name, ours in OURS.items() if kind in ours]:
        server = InProcessServer(
            Launch(
                application=_REFERENCES[name],
                alias=name,
                kind=kind.value,
                configuration={"global": _settings(files if name in WITH_TLS else None)},
                timeout=_START,
            )
        )
        server.start()
        ports[name] = int(server.url.rpartition(":")[2])
    return ports


def main():
    """Serve until standard input ends."""
    server, files = Server(sys.argv[1]), sys.argv[2:]
    ports = _serve_stock(files) if server is Server.STOCK else _serve_ours(server, files)
    sys.stdout.write(json.dumps(ports) + "\n")
    sys.stdout.flush()
    sys.stdin.read()
    os._exit(0)  # whatever the servers are doing; the test process has ended


if __name__ == "__main__":
    main()
