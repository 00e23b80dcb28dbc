"""Records as JSON, from a server in a child process to the test."""

from dataclasses import fields
from typing import Any

from robot_cherrypy.traffic.exchange import Exchange, LogLine, ServerFailure
from robot_cherrypy.traffic.journal import JOURNAL

_EXCHANGE_FIELDS = (
    *("method", "path", "query", "client", "raw_headers", "websocket", "number", "started"),
    *("responded", "ended", "status", "response_headers", "sent", "received", "kept", "fault"),
)

# An error in a thread comes after the end of the exchange that it belongs to.
_REMEMBERED = 1000


def written(record: Exchange | ServerFailure | LogLine) -> dict[str, Any]:
    """Return a record as JSON can hold it, under the name of its kind."""
    if isinstance(record, Exchange):
        return {"exchange": write_exchange(record)}
    kind = "failure" if isinstance(record, ServerFailure) else "line"
    values: dict[str, Any] = {field.name: getattr(record, field.name) for field in fields(record)}
    if record.exchange is not None:
        values["exchange"] = write_exchange(record.exchange)
    return {kind: values}


def write_exchange(exchange: Exchange) -> dict[str, Any]:
    """Return an exchange as JSON can hold it."""
    values = {name: getattr(exchange, name) for name in _EXCHANGE_FIELDS}
    values["raw_headers"] = list(exchange.headers.items())
    values["response_headers"] = list(exchange.answer_headers.items())
    values["kept"] = exchange.kept.decode("latin-1")
    return values


class Reader:
    """Enters the records of one child process into this process' journal."""

    def __init__(self, server: str) -> None:
        """Enter them under the alias of the server."""
        self._server = server
        # By the numbers that the child gave; ours are others.
        self._exchanges: dict[int, Exchange] = {}

    def read(self, message: dict[str, Any]) -> bool:
        """Take a message of the child's; return whether it was a record."""
        if "exchange" in message:
            self.exchange(message["exchange"])
        elif "failure" in message:
            JOURNAL.add(ServerFailure(**self._linked(message["failure"])))
        elif "line" in message:
            JOURNAL.log(LogLine(**self._linked(message["line"])))
        else:
            return False
        return True

    def exchange(self, values: dict[str, Any]) -> Exchange:
        """Return the exchange with these values, which has been entered."""
        number = values["number"]
        known = self._exchanges.get(number)
        if known is None:
            known = Exchange(values["method"], values["path"], server=self._server)
            self._exchanges[number] = known
            JOURNAL.exchanges.append(known)
        for name in _EXCHANGE_FIELDS:
            if name not in {"number", "kept"}:
                setattr(known, name, values[name])
        known.kept = values["kept"].encode("latin-1")
        if len(self._exchanges) > _REMEMBERED:
            self._exchanges.pop(next(iter(self._exchanges)))
        return known

    def _linked(self, values: dict[str, Any]) -> dict[str, Any]:
        linked = dict(values)
        if values["exchange"] is not None:
            linked["exchange"] = self.exchange(values["exchange"])
        if "server" in linked:
            linked["server"] = self._server
        return linked
