"""What a server elsewhere reports comes into the journal of the test."""

import contextlib
import json
import logging
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from robot_cherrypy.harness.report_receiver import ReportReceiver
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


def post(receiver, path, body, *, token=None, kind="application/json"):
    """Send a document; return the status."""
    url = receiver.environment("127.0.0.1")["OTEL_EXPORTER_OTLP_ENDPOINT"]
    headers = {"Authorization": f"Bearer {token or receiver.token}", "Content-Type": kind}
    request = urllib.request.Request(f"{url}{path}", body.encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as response:
            return response.status
    except urllib.error.HTTPError as error:
        return error.code


@contextlib.contextmanager
def serving(kind, environment, tmp_path):
    """Serve an application in another process, as a container does; yield its URL."""
    with (tmp_path / "output").open("w") as output:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "robot_cherrypy", "serve", "sample_app.faulty:Faulty"),
                *("--server", kind, "--port", "0"),
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


def status_of(url):
    """Request a page; return the status."""
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT) as response:
            return response.status
    except urllib.error.HTTPError as error:
        return error.code


def test_error_is_known_when_its_response_comes(receiver, kind, tmp_path):
    """It has traceback and request, under the name of its service."""
    environment = {**receiver.environment("127.0.0.1"), "OTEL_SERVICE_NAME": "shop"}
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


def test_services_in_other_languages_can_report(receiver):
    """Spans and log records with OpenTelemetry's attributes are exchanges, errors and lines."""
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "orders"}}]}
    spans = [{"resource": resource, "scopeSpans": [{"spans": [SPAN]}]}]
    logs = [{"resource": resource, "scopeLogs": [{"logRecords": [LINE]}]}]
    assert 200 == post(receiver, "/v1/traces", json.dumps({"resourceSpans": spans}))
    assert 200 == post(receiver, "/v1/logs", json.dumps({"resourceLogs": logs}))
    (exchange,), (error,), (line,) = JOURNAL.exchanges, JOURNAL.new_errors, JOURNAL.log_lines
    assert ("POST", "/orders", 500) == (exchange.method, exchange.path, exchange.status)
    assert 0.5 == pytest.approx(exchange.duration, abs=0.001)
    assert ("RangeError: too many", "at orders.js:7") == (error.error, error.traceback)
    assert (exchange, "orders") == (error.exchange, error.server)
    assert "no stock" == line.text


@pytest.mark.parametrize(
    ("path", "body", "options", "status"),
    [
        ("/v1/traces", "{}", {"token": "wrong"}, 401),
        ("/v1/traces", "{", {}, 400),
        ("/v1/traces", '{"resourceSpans": [7]}', {}, 400),
        ("/v1/traces", '["no document"]', {}, 400),
        ("/v1/traces", "", {"kind": "application/x-protobuf"}, 415),
        ("/v1/metrics", "{}", {}, 200),
        ("/secrets", "{}", {}, 404),
    ],
)
def test_what_is_no_report_is_refused(receiver, path, body, options, status):
    """And changes nothing."""
    assert status == post(receiver, path, body, **options)
    assert not JOURNAL.exchanges
