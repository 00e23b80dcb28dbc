"""The records of a server in a child process as JSON, on their way to the test process."""

import threading
from dataclasses import asdict, fields
from typing import Any

from robot_cherrypy.traffic.exchange import Exchange, LogLine, Record, RecordedError
from robot_cherrypy.traffic.handler import Handler
from robot_cherrypy.traffic.journal import JOURNAL

_EXCHANGE_FIELDS = (
    *("method", "path", "query", "client", "raw_request_headers", "websocket", "number", "started"),
    *("responded", "ended", "status", "raw_response_headers", "sent", "received", "raw_body"),
    *("raw_response_body", "refusal", "fault"),
)

_BODIES = ("raw_body", "raw_response_body")
_HANDLERS = ("handler", "stand_in")

# How many exchanges are remembered, as an error in a thread may come after the end of its exchange.
# A thread that is still at work a thousand exchanges later is none of a test's.
_REMEMBERED = 1000


def as_json(record: Record) -> dict[str, Any]:
    """Return a record as JSON can hold it, under the name of its kind."""
    if isinstance(record, Exchange):
        return {"exchange": exchange_as_json(record)}
    kind = "server_error" if isinstance(record, RecordedError) else "line"
    values: dict[str, Any] = {field.name: getattr(record, field.name) for field in fields(record)}
    if record.exchange is not None:
        values["exchange"] = exchange_as_json(record.exchange)
    return {kind: values}


def exchange_as_json(exchange: Exchange) -> dict[str, Any]:
    """Return an exchange as JSON can hold it."""
    values = {name: getattr(exchange, name) for name in _EXCHANGE_FIELDS}
    values["raw_request_headers"] = exchange.request_headers.pairs
    values["raw_response_headers"] = exchange.response_headers.pairs
    for name in _BODIES:
        values[name] = getattr(exchange, name).decode("latin-1")
    for name in _HANDLERS:
        handler = getattr(exchange, name)
        values[name] = handler and asdict(handler)
    return values


class Receiver:
    """Adds the records of one child process to the journal of this process.

    An exchange comes several times: when somebody asks for those in flight, with an error, and when
    it has ended. All of these make a single `Exchange` here. Any thread may call.
    """

    def __init__(self, server: str) -> None:
        """Add the records under the alias of their server."""
        self._server = server
        self._guard = threading.Lock()
        # By the numbers that the child gave; ours are others.
        self._exchanges: dict[int, Exchange] = {}

    def receive(self, message: dict[str, Any]) -> bool:
        """Add the record in a message of the child; return whether it was a record."""
        if "exchange" in message:
            self.receive_exchange(message["exchange"])
        elif "server_error" in message:
            JOURNAL.add_error(RecordedError(**self._linked(message["server_error"])))
        elif "line" in message:
            JOURNAL.add_log_line(LogLine(**self._linked(message["line"])))
        else:
            return False
        return True

    def receive_exchange(self, values: dict[str, Any]) -> Exchange:
        """Return the exchange that has these values; add it to the journal if it is new."""
        with self._guard:
            exchange = self._exchanges.get(values["number"])
            if exchange is None:
                exchange = self._add(values)
            # Two threads of the child may send an exchange, so its state in flight may arrive last.
            if exchange.ended is None or values["ended"] is not None:
                for name in _EXCHANGE_FIELDS:
                    if name not in {"number", *_BODIES}:
                        setattr(exchange, name, values[name])
                for name in _BODIES:
                    setattr(exchange, name, values[name].encode("latin-1"))
                for name in _HANDLERS:
                    handler = values[name]
                    setattr(exchange, f"raw_{name}", handler and Handler(**handler))
                JOURNAL.limit_bodies(exchange)
        return exchange

    def _add(self, values: dict[str, Any]) -> Exchange:
        exchange = Exchange(values["method"], values["path"], server=self._server)
        self._exchanges[values["number"]] = exchange
        JOURNAL.exchanges.append(exchange)
        if len(self._exchanges) > _REMEMBERED:
            ended = (number for number, other in self._exchanges.items() if other.ended is not None)
            self._exchanges.pop(next(ended, 0), None)
        return exchange

    def _linked(self, values: dict[str, Any]) -> dict[str, Any]:
        linked = dict(values)
        if values["exchange"] is not None:
            linked["exchange"] = self.receive_exchange(values["exchange"])
        if "server" in linked:
            linked["server"] = self._server
        return linked
