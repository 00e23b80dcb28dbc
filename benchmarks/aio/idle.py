"""Measures what idle connections cost, and whether they still get responses."""

import resource
import socket
import statistics
import time

from measuring import server_process

REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


def measure(connections):
    """Send one request on each of many connections, keep them open, and measure the server."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = connections + 1000
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, max(hard, files)))
    with server_process("cherrypy_app.py", "asyncio") as (process, port):
        for _ in range(200):
            _request_on_new_connection(port)
        before = process.memory_info().rss
        clients = [_connect(port, number) for number in range(connections)]
        used = process.memory_info().rss - before
        fresh = [_request_on_new_connection(port) for _ in range(200)]
        responses = sum(_request(client) for client in clients)
        for client in clients:
            client.close()
    return {
        "connections": connections,
        "KiB each": round(used / 1024 / connections, 1),
        "still get a response": responses,
        "request on a new connection p50 ms": round(statistics.median(fresh), 2),
    }


def _connect(port, number):
    client = socket.socket()
    client.settimeout(30)
    client.bind((f"127.0.0.{2 + number // 20_000}", 0))
    client.connect(("127.0.0.1", port))
    _request(client)
    return client


def _request(client):
    client.sendall(REQUEST)
    return client.recv(4096).startswith(b"HTTP/1.1 200")


def _request_on_new_connection(port):
    started = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port), 30) as client:
        _request(client)
    return (time.perf_counter() - started) * 1000
