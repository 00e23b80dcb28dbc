"""What a server elsewhere reports comes into the journal of the test."""

import contextlib
import gzip
import http.client
import json
import logging
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from google.protobuf.json_format import ParseDict
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from robot_cherrypy.harness import report_receiver
from robot_cherrypy.harness.report_receiver import ReportReceiver
from robot_cherrypy.traffic import otlp
from robot_cherrypy.traffic.exchange import Exchange, RecordedError
from robot_cherrypy.traffic.exporter import _Exporter
from robot_cherrypy.traffic.journal import JOURNAL

REPOSITORY = Path(__file__).parents[3]

# How long a server may take to start on a busy machine, in seconds.
TIMEOUT = 60

SPAN = {
    "kind": 2,
    "name": "POST /orders",
    "startTimeUnixNano": "1700000000000000000",
    "endTimeUnixNano": "1700000000500000000",
    "attributes": [
        {"key": "http.request.method", "value": {"stringValue": "POST"}},
        {"key": "url.path", "value": {"stringValue": "/orders"}},
        {"key": "http.response.status_code", "value": {"intValue": "500"}},
    ],
    "events": [
        {
            "name": "exception",
            "timeUnixNano": "1700000000400000000",
            "attributes": [
                {"key": "exception.type", "value": {"stringValue": "RangeError"}},
                {"key": "exception.message", "value": {"stringValue": "too many"}},
                {"key": "exception.stacktrace", "value": {"stringValue": "at orders.js:7"}},
            ],
        }
    ],
}
SPANS = {
    "resourceSpans": [
        {
            "resource": {
                "attributes": [{"key": "service.name", "value": {"stringValue": "orders"}}]
            },
            "scopeSpans": [{"spans": [SPAN]}],
        }
    ]
}
LINE = {
    "timeUnixNano": "1700000000400000000",
    "severityNumber": 17,
    "body": {"stringValue": "no stock"},
}


@pytest.fixture
def receiver():
    """A receiver on loopback, with an empty journal."""
    for records in (JOURNAL.exchanges, JOURNAL.new_errors, JOURNAL.log_lines):
        records.clear()
    receiver = ReportReceiver("127.0.0.1", 0)
    yield receiver
    receiver.stop()
    for records in (JOURNAL.exchanges, JOURNAL.new_errors, JOURNAL.log_lines):
        records.clear()


def post(receiver, path, body, *, token=None, kind="application/json", encoding="identity"):
    """Send a document; return the status."""
    url = receiver.environment("127.0.0.1")["OTEL_EXPORTER_OTLP_ENDPOINT"]
    headers = {
        "Authorization": f"Bearer {token or receiver.token}",
        "Content-Type": kind,
        "Content-Encoding": encoding,
    }
    content = body if isinstance(body, bytes) else body.encode()
    request = urllib.request.Request(f"{url}{path}", content, headers)
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as response:
            return response.status
    except urllib.error.HTTPError as error:
        return error.code


def connected(receiver):
    """A connection to a receiver."""
    url = receiver.environment("127.0.0.1")["OTEL_EXPORTER_OTLP_ENDPOINT"]
    return socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=TIMEOUT)


def connection_threads():
    """The threads of the receivers' connections."""
    return [thread for thread in threading.enumerate() if thread.name == "report connection"]


@contextlib.contextmanager
def serving(kind, environment, tmp_path, *options):
    """Serve an application in another process, as a container does; yield its URL."""
    with (tmp_path / "output").open("w") as output:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "robot_cherrypy", "serve", "sample_app.faulty:Faulty"),
                *("--server", kind, "--port", "0", *options),
            ],
            env={**os.environ, "PYTHONPATH": str(REPOSITORY), **environment},
            stderr=output,
            stdout=output,
        )
    try:
        deadline = time.monotonic() + TIMEOUT
        while "Serving on " not in (said := (tmp_path / "output").read_text()):
            assert time.monotonic() < deadline
            assert process.poll() is None, said
            time.sleep(0.02)
        yield said.partition("Serving on ")[2].split()[0]
    finally:
        process.terminate()
        process.wait(TIMEOUT)


@contextlib.contextmanager
def cherryd(environment, tmp_path):
    """Serve a small application by plain cherryd; yield its URL."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (tmp_path / "shop.py").write_text(CHERRYD_APPLICATION)
    (tmp_path / "server.conf").write_text(f"[global]\nserver.socket_port = {port}\n")
    script = "from cherrypy.daemon import run; run()"
    command = ["-c", "server.conf", "-i", "robot_cherrypy.reporting", "-i", "shop"]
    process = subprocess.Popen(
        [sys.executable, "-c", script, *command],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), **environment},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert any("Bus STARTED" in line for line in process.stderr)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.communicate(timeout=TIMEOUT)
    assert 0 == process.returncode


CHERRYD_APPLICATION = """
import cherrypy

class Shop:
    @cherrypy.expose
    def index(self):
        return "open"

    @cherrypy.expose
    def broken(self):
        raise ValueError("nothing left")

cherrypy.tree.mount(Shop(), "/")
"""


def test_plain_cherryd_reports(receiver, tmp_path):
    """With one more module to import; its exchanges are whole when it has stopped."""
    environment = {**receiver.environment("127.0.0.1"), "OTEL_SERVICE_NAME": "shop"}
    with cherryd(environment, tmp_path) as url:
        assert 500 == status_of(f"{url}/broken")
        (error,) = JOURNAL.new_errors
        assert ("ValueError: nothing left", "shop", "/broken") == (
            error.error,
            error.server,
            error.path,
        )
        assert 200 == status_of(f"{url}/")
    assert [("/broken", 500), ("/", 200)] == [
        (each.path, each.status) for each in JOURNAL.exchanges
    ]


def test_plain_cherryd_reports_nothing_unless_told(receiver, tmp_path):
    """The module may stay in the command of an image."""
    with cherryd({}, tmp_path) as url:
        assert 500 == status_of(f"{url}/broken")
    assert not JOURNAL.exchanges


def status_of(url):
    """Request a page; return the status."""
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT) as response:
            return response.status
    except urllib.error.HTTPError as error:
        return error.code


def test_error_is_known_when_its_response_comes(receiver, kind, tmp_path):
    """It has traceback and request, under the name of its service."""
    environment = {
        **receiver.environment("127.0.0.1"),
        "OTEL_SERVICE_NAME": "shop",
        "http_proxy": "http://127.0.0.1:9",  # as containers have one for the way out
    }
    with serving(kind, environment, tmp_path) as url:
        began = time.monotonic()
        assert 500 == status_of(f"{url}/tea?name=coffee")
        (error,) = JOURNAL.new_errors
        assert ("KeyError", "shop") == (error.type, error.server)
        assert "sample_app" in error.traceback
        assert "/tea" == error.path
        assert began <= error.exchange.started <= error.at <= time.monotonic()
    (exchange,) = JOURNAL.exchanges
    assert (500, "shop") == (exchange.status, exchange.server)
    assert [line for line in JOURNAL.log_lines if line.level >= logging.ERROR]


def test_each_worker_process_reports(receiver, tmp_path):
    """Each counts its requests anew, and the test has all of them."""
    environment = {**receiver.environment("127.0.0.1"), "OTEL_SERVICE_NAME": "shop"}
    with serving("async", environment, tmp_path, "--workers", "2") as url:
        for number in range(1, 21):
            assert 500 == status_of(f"{url}/tea?name=coffee{number}")
            assert number == len(JOURNAL.new_errors)
    assert {f"name=coffee{number}" for number in range(1, 21)} == {
        exchange.query for exchange in JOURNAL.exchanges
    }


def test_nothing_is_reported_unless_switched_on(receiver, kind, tmp_path):
    """An address without its token is not enough."""
    variables = receiver.environment("127.0.0.1")
    del variables["ROBOT_CHERRYPY_REPORT_TOKEN"]
    with serving(kind, variables, tmp_path) as url:
        assert 500 == status_of(f"{url}/tea?name=coffee")
    assert not JOURNAL.exchanges
    assert not JOURNAL.new_errors


def test_test_that_has_ended_stops_no_server(receiver, kind, tmp_path):
    """The application responds though nobody receives its reports."""
    environment = receiver.environment("127.0.0.1")
    receiver.stop()
    with serving(kind, environment, tmp_path) as url:
        assert 500 == status_of(f"{url}/tea?name=coffee")
        assert 200 == status_of(f"{url}/")
    assert "No report reaches the test" in (tmp_path / "output").read_text()


@pytest.mark.parametrize("encoding", ["json", "protobuf"])
def test_services_in_other_languages_can_report(receiver, encoding):
    """Spans and log records with OpenTelemetry's attributes are exchanges, errors and lines."""
    logs = {"resourceLogs": [{"scopeLogs": [{"logRecords": [LINE]}]}]}
    if encoding == "protobuf":
        kind = "application/x-protobuf"
        spans = ParseDict(SPANS, ExportTraceServiceRequest()).SerializeToString()
        lines = ParseDict(logs, ExportLogsServiceRequest()).SerializeToString()
    else:
        kind, spans, lines = "application/json", json.dumps(SPANS), json.dumps(logs)
    assert 200 == post(receiver, "/v1/traces", spans, kind=kind)
    assert 200 == post(receiver, "/v1/logs", lines, kind=kind)
    (exchange,), (error,), (line,) = JOURNAL.exchanges, JOURNAL.new_errors, JOURNAL.log_lines
    assert ("POST", "/orders", 500) == (exchange.method, exchange.path, exchange.status)
    assert 0.5 == pytest.approx(exchange.duration, abs=0.001)
    assert ("RangeError: too many", "at orders.js:7") == (error.error, error.traceback)
    assert (exchange, "orders") == (error.exchange, error.server)
    assert "no stock" == line.text


def test_an_exception_on_several_spans_is_one_error(receiver):
    """It is told of the request; the same one of another request is another error."""
    inner = {**SPAN, "kind": 1, "name": "query", "attributes": []}
    for trace in ("a1", "b2"):
        spans = [{**span, "traceId": trace} for span in (inner, SPAN, inner)]
        document = {"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}
        assert 200 == post(receiver, "/v1/traces", json.dumps(document))
    assert ["/orders", "/orders"] == [error.path for error in JOURNAL.new_errors]
    assert 2 == len(JOURNAL.exchanges)


def test_older_names_of_attributes_are_known(receiver):
    """Many exporters still send those from before 2023."""
    older = [
        {"key": "http.method", "value": {"stringValue": "PUT"}},
        {"key": "http.target", "value": {"stringValue": "/orders/1?really"}},
        {"key": "http.status_code", "value": {"intValue": "409"}},
    ]
    spans = {"resourceSpans": [{"scopeSpans": [{"spans": [{"kind": 2, "attributes": older}]}]}]}
    assert 200 == post(receiver, "/v1/traces", json.dumps(spans))
    (exchange,) = JOURNAL.exchanges
    assert ("PUT", "/orders/1?really", 409) == (exchange.method, exchange.url, exchange.status)


def test_headers_of_requests_are_known(receiver):
    """As OpenTelemetry's conventions name them, each with a list of values."""
    values = [{"stringValue": "application/json"}, {"stringValue": "text/html"}]
    attributes = [
        {"key": "http.request.method", "value": {"stringValue": "GET"}},
        {"key": "http.request.header.accept", "value": {"arrayValue": {"values": values}}},
    ]
    spans = [{"kind": 2, "attributes": attributes}]
    document = {"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}
    assert 200 == post(receiver, "/v1/traces", json.dumps(document))
    (exchange,) = JOURNAL.exchanges
    assert {"Accept": "application/json, text/html"} == dict(exchange.request_headers)


def test_reports_may_be_compressed(receiver):
    """OpenTelemetry's Collector does so by default."""
    body = gzip.compress(json.dumps(SPANS).encode())
    assert 200 == post(receiver, "/v1/traces", body, encoding="gzip")
    assert ["/orders"] == [exchange.path for exchange in JOURNAL.exchanges]


def test_replicas_and_restarts_are_told_apart(receiver, monkeypatch):
    """Each process counts its exchanges from 1, under one name of the service."""
    for path in ("/one", "/two"):
        monkeypatch.setattr(otlp, "_INSTANCE", path)
        exchange = Exchange("GET", path)
        exchange.number = 1
        exchange.ended = time.monotonic()
        target, document = otlp.as_otlp(exchange, "shop")
        assert 200 == post(receiver, target, json.dumps(document))
    assert [("/one", "shop"), ("/two", "shop")] == [
        (exchange.path, exchange.server) for exchange in JOURNAL.exchanges
    ]


def test_refused_record_stops_no_others(receiver, monkeypatch, capsys):
    """The exporter says why one was refused, and sends the next one."""
    url = receiver.environment("127.0.0.1")["OTEL_EXPORTER_OTLP_ENDPOINT"]
    exporter = _Exporter(url, receiver.token, "shop")
    error = RecordedError(type="Error", message="", traceback="", handler="")
    with monkeypatch.context() as context:
        context.setattr(receiver, "receive", lambda *_: (400, "another version"))
        exporter.report(error)
    exporter.report(error)
    exporter.close()
    assert 1 == len(JOURNAL.new_errors)
    assert "another version" in capsys.readouterr().err


def test_protobuf_needs_its_package(receiver, monkeypatch):
    """Without it, services are told to send JSON."""
    assert "http/protobuf" == receiver.environment("test")["OTEL_EXPORTER_OTLP_PROTOCOL"]
    monkeypatch.setattr(report_receiver, "_HAS_PROTOBUF", False)
    assert "http/json" == receiver.environment("test")["OTEL_EXPORTER_OTLP_PROTOCOL"]
    headers = {"authorization": f"Bearer {receiver.token}", "content-type": KINDS["protobuf"]}
    status, text = receiver.receive("/v1/traces", headers, b"")
    assert 415 == status
    assert "pip install 'robotframework-cherrypy[containers]'" in text


KINDS = {"protobuf": "application/x-protobuf", "text": "text/plain"}
DEEP = '{"resourceSpans": ' + "[" * 100_000 + "]" * 100_000 + "}"
ENDLESS = json.dumps(SPANS).replace('"1700000000000000000"', "1e999")


@pytest.mark.parametrize(
    ("path", "body", "options", "status"),
    [
        ("/v1/traces", "{}", {"token": "wrong"}, 401),
        ("/v1/traces", "{", {}, 400),
        ("/v1/traces", '{"resourceSpans": [7]}', {}, 400),
        ("/v1/traces", '["no document"]', {}, 400),
        ("/v1/traces", "{}", {"kind": KINDS["text"]}, 415),
        ("/v1/traces", "{}", {"kind": KINDS["protobuf"]}, 400),
        ("/v1/traces", DEEP, {}, 400),
        ("/v1/traces", ENDLESS, {}, 400),
        ("/v1/traces", "{}", {"encoding": "br"}, 415),
        ("/v1/traces", "{}", {"encoding": "gzip"}, 400),
        ("/v1/traces", gzip.compress(b"{}")[:-9], {"encoding": "gzip"}, 400),
        ("/v1/traces", gzip.compress(b" " * 16_000_001), {"encoding": "gzip"}, 413),
        ("/v1/metrics", "{}", {}, 200),
        ("/secrets", "{}", {}, 404),
    ],
)
def test_what_is_no_report_is_refused(receiver, path, body, options, status):
    """And changes nothing."""
    assert status == post(receiver, path, body, **options)
    assert not JOURNAL.exchanges


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("Content-Length: many", 411),
        ("Content-Length: -1", 411),
        ("Transfer-Encoding: chunked", 411),
        ("Content-Length: 16000001", 413),
        (f"Content-Length: {'9' * 5000}", 413),
    ],
)
def test_body_that_is_not_read_ends_its_connection(receiver, header, status):
    """It is not taken for the next request."""
    with connected(receiver) as client:
        head = f"POST /v1/traces HTTP/1.1\r\nHost: test\r\n{header}\r\n\r\n"
        client.sendall(head.encode())
        response = http.client.HTTPResponse(client)
        response.begin()
        assert (status, "close") == (response.status, response.getheader("Connection"))
        response.read()
        assert b"" == client.recv(1)


def test_report_that_breaks_off_is_none(receiver):
    """Nothing of it is added."""
    body = ParseDict(SPANS, ExportTraceServiceRequest()).SerializeToString()
    head = (
        f"POST /v1/traces HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {receiver.token}\r\n"
        f"Content-Type: {KINDS['protobuf']}\r\nContent-Length: {len(body) * 2}\r\n\r\n"
    )
    with connected(receiver) as client:
        client.sendall(head.encode() + body)
        client.shutdown(socket.SHUT_WR)
        assert b"" == client.recv(1)
    assert not JOURNAL.exchanges


def test_stop_ends_connections_that_are_kept_open(receiver):
    """After the test nothing more is received, and no thread is left."""
    with connected(receiver) as client:
        client.sendall(b"POST /v1/metrics HTTP/1.1\r\nHost: test\r\nContent-Length: 0\r\n\r\n")
        response = http.client.HTTPResponse(client)
        response.begin()
        response.read()
        assert connection_threads()
        receiver.stop()
        assert b"" == client.recv(1)
    assert not connection_threads()
