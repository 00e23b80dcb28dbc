"""Records as OTLP has them: spans and log records in JSON (OpenTelemetry Protocol 1.x, OTLP/HTTP).

An exchange and its errors are a span with the attributes of OpenTelemetry's semantic conventions
for HTTP and exceptions. A server of ours adds an attribute with the whole record, which the test
prefers to them.
"""

import json
import secrets
import threading
import time
from collections import deque
from collections.abc import Iterator
from typing import Any

from robot_cherrypy.traffic import wire
from robot_cherrypy.traffic.exchange import Exchange, LogLine, Record, RecordedError

TRACES = "/v1/traces"
LOGS = "/v1/logs"

# The attribute with the record of a server of ours, and that of its resource with the time at which
# it was sent, of its own `time.monotonic`.
_RECORD = "robot_cherrypy.record"
_SENT = "robot_cherrypy.sent"

# This process among those that have the name of its service: replicas, and the same one restarted.
_INSTANCE = secrets.token_hex(8)

# What wall clocks show minus `time.monotonic`, in seconds; read before a test can move the clock.
_WALL_CLOCK = time.time() - time.monotonic()

_SERVER = 2  # SPAN_KIND_SERVER
_ERROR = 2  # STATUS_CODE_ERROR
_LEAST_ERROR = 17  # SEVERITY_NUMBER_ERROR

# Attributes of a request, by their names now and those before 2023, which many exporters still use.
_METHOD = ("http.request.method", "http.method")
_STATUS = ("http.response.status_code", "http.status_code")
_HEADER = "http.request.header."

# How many exceptions of services that are none of ours are remembered, to tell them apart.
_REMEMBERED = 1000

# Attributes of a record that are times of `time.monotonic`.
_TIMES = ("started", "responded", "ended", "at")


def as_otlp(record: Record, service: str) -> tuple[str, dict[str, Any]]:
    """Return the path to send a record to, and the document to send.

    Args:
        record: The record.
        service: Name of the service, by which the test knows it.
    """
    of_resource = {
        "service.name": service,
        "service.instance.id": _INSTANCE,
        _SENT: str(time.monotonic()),
    }
    resource = {"attributes": _attributes(of_resource)}
    whole = {_RECORD: json.dumps(wire.as_json(record), default=str)}
    scope = {"name": "robot_cherrypy"}
    if isinstance(record, LogLine):
        line = {
            "timeUnixNano": _nanoseconds(record.at),
            # Python's levels are 10 for DEBUG to 50, OTLP's severities 5 to 21, in steps of 4.
            "severityNumber": record.level // 10 * 4 + 1,
            "body": {"stringValue": record.text},
            "attributes": _attributes({"logger": record.logger, **whole}),
        }
        logs = [{"scope": scope, "logRecords": [line]}]
        return LOGS, {"resourceLogs": [{"resource": resource, "scopeLogs": logs}]}
    spans = [{"scope": scope, "spans": [_span(record, whole)]}]
    return TRACES, {"resourceSpans": [{"resource": resource, "scopeSpans": spans}]}


def _span(record: Exchange | RecordedError, whole: dict[str, str]) -> dict[str, Any]:
    exchange = record if isinstance(record, Exchange) else record.exchange
    error = record if isinstance(record, RecordedError) else None
    at = error.at if error else time.monotonic()
    span: dict[str, Any] = {
        "traceId": secrets.token_hex(16),
        "spanId": secrets.token_hex(8),
        "name": f"{exchange.method} {exchange.path}" if exchange else "background",
        "kind": _SERVER,
        "startTimeUnixNano": _nanoseconds(exchange.started if exchange else at),
        "endTimeUnixNano": _nanoseconds((exchange and exchange.ended) or at),
        "attributes": _attributes({**_of_exchange(exchange), **whole}),
    }
    if error:
        details = {
            "exception.type": error.type,
            "exception.message": error.message,
            "exception.stacktrace": error.traceback,
        }
        event = {"timeUnixNano": _nanoseconds(at), "name": "exception"}
        span["events"] = [{**event, "attributes": _attributes(details)}]
        span["status"] = {"code": _ERROR}
    return span


def _of_exchange(exchange: Exchange | None) -> dict[str, Any]:
    if exchange is None:
        return {}
    values = {
        "http.request.method": exchange.method,
        "url.path": exchange.path,
        "url.query": exchange.query,
        "client.address": exchange.client,
    }
    if exchange.status is not None:
        values["http.response.status_code"] = str(exchange.status)
    return values


class Reader:
    """Adds the records of documents to the journal of this process. Any thread may call."""

    def __init__(self) -> None:
        # By service and its instance: each counts its exchanges from 1, by a clock of its own.
        self._receivers: dict[tuple[str, str], wire.Receiver] = {}
        self._shifts: dict[tuple[str, str], float] = {}
        # Trace, type and message: each span that an exception passes through tells it.
        self._exceptions: deque[tuple[str, str, str]] = deque(maxlen=_REMEMBERED)
        self._guard = threading.Lock()

    def read(self, document: dict[str, Any]) -> None:
        """Add what a document says, of `TRACES` or `LOGS`.

        Raises:
            ValueError: It is none of OTLP; so are `LookupError`, `TypeError` and `AttributeError`.
        """
        for resource in [*document.get("resourceSpans", ()), *document.get("resourceLogs", ())]:
            of_resource = _values(resource.get("resource", {}).get("attributes", ()))
            service = of_resource.get("service.name", "")
            instance = service, of_resource.get("service.instance.id", "")
            with self._guard:
                receiver = self._receivers.setdefault(instance, wire.Receiver(service))
            for item in sorted(_items(resource), key=_is_inner):
                attributes = _values(item.get("attributes", ()))
                if _RECORD in attributes:
                    shift = self._shift(instance, float(of_resource[_SENT]))
                    receiver.receive(_shifted(json.loads(attributes[_RECORD]), shift))
                else:
                    self._receive_foreign(receiver, item, attributes)

    def _receive_foreign(
        self, receiver: wire.Receiver, item: dict[str, Any], attributes: dict[str, str]
    ) -> None:
        """Add a span or log record of a service that is none of ours."""
        if "body" in item:
            if int(item.get("severityNumber", 0)) >= _LEAST_ERROR:
                receiver.receive(wire.as_json(_foreign_line(item, attributes)))
            return
        exchange = None
        if int(item.get("kind", 0)) == _SERVER and _attribute(attributes, _METHOD):
            exchange = _foreign_exchange(item, attributes)
            receiver.receive(wire.as_json(exchange))
        for event in item.get("events", ()):
            if event.get("name") == "exception":
                error = _foreign_error(event, item.get("name", ""), exchange)
                if self._is_new(item.get("traceId", ""), error):
                    receiver.receive(wire.as_json(error))

    def _is_new(self, trace: str, error: RecordedError) -> bool:
        exception = trace, error.type, error.message
        with self._guard:
            is_known = bool(trace) and exception in self._exceptions
            self._exceptions.append(exception)
        return not is_known

    def _shift(self, instance: tuple[str, str], sent: float) -> float:
        """Return what to add to an instance's times: the least delay seen is the nearest."""
        seen = time.monotonic() - sent
        with self._guard:
            shift = self._shifts[instance] = min(seen, self._shifts.get(instance, seen))
        return shift


def _items(resource: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for scope in resource.get("scopeSpans", ()):
        yield from scope["spans"]
    for scope in resource.get("scopeLogs", ()):
        yield from scope["logRecords"]


def _shifted(message: dict[str, Any], shift: float) -> dict[str, Any]:
    for kind, values in message.items():
        for name in _TIMES:
            if values.get(name) is not None:
                values[name] += shift
        if kind != "exchange" and values.get("exchange"):
            values["exchange"] = _shifted({"exchange": values["exchange"]}, shift)["exchange"]
    return message


def _is_inner(item: dict[str, Any]) -> bool:
    """Whether an item is no request, whose span comes first: an exception is told of that."""
    return int(item.get("kind", 0)) != _SERVER


def _foreign_line(item: dict[str, Any], attributes: dict[str, str]) -> LogLine:
    at = _monotonic(item.get("timeUnixNano") or item.get("observedTimeUnixNano"))
    return LogLine(text=_value(item["body"]), level=40, logger=attributes.get("logger", ""), at=at)


def _foreign_error(event: dict[str, Any], span: str, exchange: Exchange | None) -> RecordedError:
    details = _values(event.get("attributes", ()))
    return RecordedError(
        type=details.get("exception.type", "Error"),
        message=details.get("exception.message", ""),
        traceback=details.get("exception.stacktrace", ""),
        handler=span,
        at=_monotonic(event.get("timeUnixNano")),
        exchange=exchange,
    )


def _foreign_exchange(item: dict[str, Any], attributes: dict[str, str]) -> Exchange:
    path, _, query = attributes.get("http.target", "/").partition("?")
    exchange = Exchange(
        _attribute(attributes, _METHOD),
        attributes.get("url.path", path),
        attributes.get("url.query", query),
        client=attributes.get("client.address", ""),
        raw_request_headers=[
            (name.removeprefix(_HEADER), value)
            for name, value in attributes.items()
            if name.startswith(_HEADER)
        ],
    )
    exchange.started = _monotonic(item.get("startTimeUnixNano"))
    exchange.responded = exchange.ended = _monotonic(item.get("endTimeUnixNano"))
    exchange.status = int(_attribute(attributes, _STATUS) or 0) or None
    return exchange


def _attribute(attributes: dict[str, str], names: tuple[str, ...]) -> str:
    return next((attributes[name] for name in names if name in attributes), "")


def _attributes(values: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "value": {"stringValue": value}} for key, value in values.items()]


def _values(attributes: list[dict[str, Any]]) -> dict[str, str]:
    return {attribute["key"]: _value(attribute.get("value", {})) for attribute in attributes}


def _value(value: dict[str, Any]) -> str:
    """Return a value, whichever of its types it has, as text."""
    if "arrayValue" in value:
        return ", ".join(map(_value, value["arrayValue"].get("values", ())))
    return str(next(iter(value.values()), ""))


def _nanoseconds(monotonic: float) -> str:
    return str(int((monotonic + _WALL_CLOCK) * 1e9))


def _monotonic(nanoseconds: str | int | None) -> float:
    """Return a time of `time.monotonic`; now where there is none."""
    return int(nanoseconds) / 1e9 - _WALL_CLOCK if nanoseconds else time.monotonic()
