"""OTLP in protobuf, as most of OpenTelemetry's exporters send it: read into that in JSON."""

from typing import Any

from google.protobuf.json_format import MessageToDict
from google.protobuf.message import DecodeError, Message
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from robot_cherrypy.traffic.otlp import LOGS, TRACES

_MESSAGES: dict[str, type[Message]] = {
    TRACES: ExportTraceServiceRequest,
    LOGS: ExportLogsServiceRequest,
}


def parsed(path: str, document: bytes) -> dict[str, Any]:
    """Return a document as `otlp.Reader` reads it.

    Args:
        path: Where it was sent to: `TRACES` or `LOGS`.
        document: The message.

    Raises:
        ValueError: It is no such message.
    """
    message = _MESSAGES[path]()
    try:
        message.ParseFromString(document)
    except DecodeError as error:
        raise ValueError(str(error)) from error
    as_json: dict[str, Any] = MessageToDict(message, use_integers_for_enums=True)
    return as_json
