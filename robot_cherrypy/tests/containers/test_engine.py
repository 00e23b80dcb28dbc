"""Commands of an engine, by programs that say what an engine would."""

import signal
import time

import pytest

from robot_cherrypy.containers.engine import Engine, find_engine
from robot_cherrypy.containers.guarded_command import as_podman_ends, run_guarded
from robot_cherrypy.errors import ContainerError


@pytest.fixture
def engine_that(tmp_path, monkeypatch):
    """Puts an engine on the path that runs a script."""

    def make(script, name="docker"):
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
        return Engine(name, program)

    return make


def test_failure_has_what_the_engine_said(engine_that):
    """And the command."""
    engine = engine_that("echo no space left >&2; exit 1")
    with pytest.raises(ContainerError, match="`docker pause` failed: no space left"):
        engine.run("pause", "shop")


def test_engine_that_hangs(engine_that):
    """No command waits for ever."""
    with pytest.raises(ContainerError, match=r"docker did not answer within 0.2 s\."):
        engine_that("sleep 60").run("ps", timeout=0.2)


def test_no_engine_answers(engine_that):
    """The message has the reason."""
    engine_that("echo is the daemon running? >&2; exit 1")
    with pytest.raises(
        ContainerError,
        match=r"There is no container engine: docker says 'is the daemon running\?'\.",
    ):
        find_engine("docker")


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("tcp://engine.example:2375", "engine.example"),
        ("ssh://me@engine.example", "engine.example"),
        ("unix:///run/docker.sock", "127.0.0.1"),
        ("", "127.0.0.1"),
    ],
)
def test_ports_are_published_where_the_engine_is(engine_that, monkeypatch, url, host):
    """Docker's may be on another machine."""
    monkeypatch.setenv("DOCKER_HOST", url)
    assert host == engine_that("").host


@pytest.mark.parametrize(
    ("gateway", "address"), [("127.0.0.2", "127.0.0.2"), ("192.0.2.1", "0.0.0.0"), ("", "0.0.0.0")]
)
def test_reports_come_to_the_bridge(engine_that, gateway, address):
    """Unless its address is not one of this machine."""
    assert address == engine_that(f"echo {gateway}").address_for_containers()


def test_lines_of_a_log_have_times(engine_that):
    """Those since a moment, in order; a line without a time is left out."""
    engine = engine_that(
        "echo 2026-11-30T08:00:02Z second; echo no time; echo 2026-11-30T08:00:01Z first >&2"
    )
    lines = engine.log_since("shop", time.monotonic())
    assert ["first", "second"] == [text for _, text in lines]
    assert 1 == pytest.approx(lines[1][0] - lines[0][0])


def test_long_command():
    """It has an exit code and an output."""
    command = ["/bin/sh", "-c", "echo built; exit 3"]
    assert (3, "built\n") == run_guarded("Build", command, timeout=60)
    podman = as_podman_ends(command)
    assert (3, "built\n") == run_guarded("B", podman, timeout=60, stop_signal=signal.SIGTERM)


def test_long_command_that_takes_too_long():
    """It is ended."""
    code, output = run_guarded("Build", ["/bin/sh", "-c", "echo on; sleep 600"], timeout=3)
    assert code is None
    assert output in {"on\n", ""}
