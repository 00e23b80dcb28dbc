"""Measures by how much clients that wait delay a request of somebody else.

    python benchmarks/aio/waiting.py

Prints the median and the longest time of `GET /`, in ms, while so many clients send a form byte by
byte, wait for the session of one request, or do not read what is streamed to them: first in the two
seconds in which they arrive, then while they wait.
"""

import argparse
import re
import socket
import statistics
import threading
import time
from http.client import HTTPConnection

from measuring import server_process

LENGTH = 200_000
ARRIVING = 2  # seconds
WAITING = 2


def main():
    """Measure, and print the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, default=200)
    clients = parser.parse_args().clients
    for name, act in {
        "nobody else": lambda _port, _clients: time.sleep(ARRIVING + WAITING),
        f"{clients} short uploads that drip": lambda *args: drip(*args, 0),
        f"{clients} long uploads that drip": lambda *args: drip(*args, LENGTH - 100),
        f"{clients} requests of one session": wait_for_session,
        f"{clients} slow readers": read_slowly,
    }.items():
        with server_process("waiting_app.py") as (_process, port):
            times = delays(port, act, clients)
        for part, figures in times.items():
            median, longest = statistics.median(figures), max(figures)
            print(f"{name:32}{part:10}{median:8.1f}{longest:8.1f}", flush=True)


def delays(port, act, clients):
    """Return the times of requests while the clients act, in ms."""
    times = {"arriving": [], "waiting": []}
    acting = threading.Thread(target=act, args=(port, clients))
    begin = time.perf_counter()
    acting.start()
    while (started := time.perf_counter()) < begin + ARRIVING + WAITING:
        request(port, "/")
        part = "arriving" if started < begin + ARRIVING else "waiting"
        times[part].append((time.perf_counter() - started) * 1000)
        time.sleep(0.005)
    acting.join()
    return times


def request(port, path, **headers):
    """Send a request; return its response."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    response.body = response.read()
    connection.close()
    return response


def drip(port, clients, sent_at_once):
    """Send forms, after a first part one byte at a time."""
    rounds = 20 * (ARRIVING + WAITING + 1)
    length = sent_at_once + rounds
    head = (
        f"POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
    )
    connections = [socket.create_connection(("127.0.0.1", port), 30) for _ in range(clients)]
    for connection in connections:
        connection.sendall(head.encode() + b"x" * sent_at_once)
    for _ in range(rounds):
        for connection in connections:
            connection.sendall(b"x")
        time.sleep(0.05)
    for connection in connections:
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")
        connection.close()


def wait_for_session(port, clients):
    """Send requests of one session, the first of which is slow."""
    cookie = re.match("[^;]*", request(port, "/session").headers["Set-Cookie"])[0]
    threads = [
        threading.Thread(target=request, args=(port, "/session"), kwargs={"Cookie": cookie})
        for _ in range(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def read_slowly(port, clients):
    """Request streams, and do not read them."""
    connections = [socket.create_connection(("127.0.0.1", port), 30) for _ in range(clients)]
    for connection in connections:
        connection.sendall(b"GET /stream HTTP/1.1\r\nHost: x\r\n\r\n")
    time.sleep(ARRIVING + WAITING)
    for connection in connections:
        connection.close()


if __name__ == "__main__":
    main()
