"""A transport without a socket, for the connections of the asyncio server."""

import re


class Transport:
    """A transport that keeps what is written."""

    def __init__(self):
        self.written = b""
        self.calls = []
        self.tls = None

    def __getattr__(self, name):
        """Record calls of methods that have no result."""
        return lambda *_args: self.calls.append(name)

    def write(self, data):
        if not self.is_closing():
            self.written += data

    def get_extra_info(self, name, default=None):
        return self.tls if name == "ssl_object" else default

    def is_closing(self):
        return not {"close", "abort"}.isdisjoint(self.calls)

    def can_write_eof(self):
        return True

    @property
    def statuses(self):
        """The statuses of the responses that were written."""
        return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", self.written)]
