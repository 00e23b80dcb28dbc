"""What idle connections cost, and whether they are still answered."""

import resource
import socket
import statistics
import time

from measuring import serving

REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


def measure(connections):
    """Open keep-alive connections that asked once, and measure the server meanwhile."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + 1000
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, max(hard, wanted)))
    with serving("cherrypy_app.py", "asyncio") as (process, port):
        for _ in range(200):
            _ask(port)
        before = process.memory_info().rss
        clients = [_connect(port, number) for number in range(connections)]
        used = process.memory_info().rss - before
        fresh = [_ask(port) for _ in range(200)]
        answered = sum(_exchange(client) for client in clients)
        for client in clients:
            client.close()
    return {
        "connections": connections,
        "KiB each": round(used / 1024 / connections, 1),
        "still answered": answered,
        "fresh request p50 ms": round(statistics.median(fresh), 2),
    }


def _connect(port, number):
    client = socket.socket()
    client.settimeout(30)
    client.bind((f"127.0.0.{2 + number // 20_000}", 0))
    client.connect(("127.0.0.1", port))
    _exchange(client)
    return client


def _exchange(client):
    client.sendall(REQUEST)
    return client.recv(4096).startswith(b"HTTP/1.1 200")


def _ask(port):
    started = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port), 30) as client:
        _exchange(client)
    return (time.perf_counter() - started) * 1000
