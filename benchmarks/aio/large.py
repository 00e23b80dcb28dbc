"""Measure how long others wait while a request with 20 MB is served.

    python benchmarks/aio/large.py

For each kind of work, one client sends such requests, and another asks for a small page all the
time. Printed is the longest that the small page took, in milliseconds: the median of the rounds, on
the asyncio server with coroutine pages and on CherryPy's own server with plain ones, in turns.
"""

import argparse
import json
import multiprocessing
import statistics
import time
from http.client import HTTPConnection

from apps.large_app import ROWS, SIZE
from measuring import server_process

HEAD = b"--B\r\nContent-Disposition: form-data; "
FORM = {"Content-Type": "multipart/form-data; boundary=B"}
FIELDS = b"".join(HEAD + b'name="f%d"\r\n\r\nvalue\r\n' % number for number in range(20_000))
FILE = HEAD + b'name="f"; filename="f"\r\n\r\n' + bytes(SIZE) + b"\r\n"
WORKS = {
    "encoding": ("/text", None, {}),
    "gzip": ("/compressed", None, {"Accept-Encoding": "gzip"}),
    "entity tag": ("/tagged", None, {}),
    "JSON out": ("/json_out", None, {}),
    "JSON in": ("/json_in", json.dumps(ROWS).encode(), {"Content-Type": "application/json"}),
    "one file": ("/upload", FILE + b"--B--\r\n", FORM),
    "20,000 fields": ("/upload", FIELDS + b"--B--\r\n", FORM),
    "file session": ("/session", None, {}),
    "static file": ("/file", None, {}),
    "range of it": ("/file", None, {"Range": "bytes=1-"}),
}


def main():
    """Measure all works on both servers, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    waits = {work: {"asyncio": [], "threaded": []} for work in WORKS}
    for _ in range(options.rounds):
        for kind in "asyncio", "threaded":
            with server_process("large_app.py", kind) as (_process, port):
                for work, request in WORKS.items():
                    waits[work][kind].append(longest_wait(port, *request))
    print("| 20 MB of | asyncio | threaded |\n|---|---|---|")
    for work, kinds in waits.items():
        cells = (f"{statistics.median(kind) * 1000:.0f} ms" for kind in kinds.values())
        print("|", " | ".join((work, *cells)), "|")


def longest_wait(port, path, body, headers):
    """Return how long a small page took at most while a large request was served."""
    is_over = multiprocessing.Event()  # its process has an interpreter lock of its own
    large = multiprocessing.Process(target=send, args=(port, path, body, headers, is_over))
    small = HTTPConnection("127.0.0.1", port, timeout=60)
    send_small(small)
    waits = []
    large.start()
    while not is_over.is_set():
        begin = time.perf_counter()
        send_small(small)
        waits.append(time.perf_counter() - begin)
    large.join()
    small.close()
    return max(waits)


def send_small(connection):
    connection.request("GET", "/")
    connection.getresponse().read()


def send(port, path, body, headers, is_over):
    """Send the large request."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("POST" if body else "GET", path, body, headers)
        response = connection.getresponse()
        response.read()
        assert response.status < 300, response.status
    finally:
        connection.close()
        is_over.set()


if __name__ == "__main__":
    main()
