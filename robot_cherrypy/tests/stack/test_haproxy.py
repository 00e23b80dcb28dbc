"""The load balancer in front of several instances of an application."""

import contextlib
import ssl
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import requests
import trustme

from robot_cherrypy.errors import StackError
from robot_cherrypy.stack import executables, haproxy
from robot_cherrypy.stack.haproxy import LoadBalancer
from robot_cherrypy.tests.stack.conftest import TIMEOUT, needs, wait_for_end


def ask(balancer, method="GET", path="/", **options):
    """Send a request to the application behind the load balancer."""
    return requests.request(method, balancer.url + path, timeout=TIMEOUT, **options)


def test_both_instances_serve(balancer):
    """Requests go to both instances in turn."""
    assert {"one", "two"} == {ask(balancer).text for _ in range(4)}
    assert {"one": 2, "two": 2} == balancer.request_counts()
    assert {"one": "up", "two": "up"} == balancer.states()


def test_stopped_instance_is_down(balancer, instances):
    """When an instance stops, no request fails, and the load balancer reports it as down."""
    instances["one"].stop()
    assert {"two"} == {ask(balancer).text for _ in range(4)}
    balancer.wait_for_state("one", "down", TIMEOUT)
    instances["one"].__init__("one")  # so that it can be stopped again


@pytest.mark.parametrize(
    ("method", "headers", "repeated"),
    [
        ("GET", {}, True),
        ("PUT", {}, True),
        ("POST", {}, False),
        ("POST", {"Idempotency-Key": "1"}, True),
    ],
)
def test_request_without_response_is_repeated_if_safe(
    balancer, instances, method, headers, repeated
):
    """A request without a response goes to the other instance, a POST only if it has a key."""
    instances["one"].drops = True
    instances["one"].RequestHandlerClass.do_PUT = instances["one"].RequestHandlerClass.do_GET
    statuses = [ask(balancer, method, headers=headers, data="x").status_code for _ in range(2)]
    assert repeated == (statuses == [200, 200])
    assert repeated or 1 == len(instances["one"].seen)


def test_drained_instance_gets_no_new_requests(balancer):
    """An instance in drain gets no requests until it is ready again."""
    balancer.set_state("one", "drain")
    assert {"one": "drain", "two": "up"} == balancer.states()
    assert {"two"} == {ask(balancer).text for _ in range(4)}
    balancer.set_state("one", "ready")
    assert {"one", "two"} == {ask(balancer).text for _ in range(4)}


def test_reload_loses_no_request_and_keeps_states(balancer):
    """While clients send requests, reloads lose none and do not change states."""
    balancer.set_state("one", "maint")
    failures, responses, enough = [], [], threading.Event()

    def client():
        while not enough.is_set():
            try:
                responses.append(ask(balancer).text)
            except requests.RequestException as error:
                failures.append(error)

    threads = [threading.Thread(target=client) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(5):
        balancer.reload()
    enough.set()
    for thread in threads:
        thread.join()
    assert [] == failures
    assert {"two"} == set(responses)
    assert {"one": "maint", "two": "up"} == balancer.states()


def test_reload_with_other_instances(balancer, instances):
    """A reload can change the instances."""
    balancer.reload({"three": instances["two"].url})
    assert {"two"} == {ask(balancer).text for _ in range(4)}
    assert {"three": "up"} == balancer.states()


def test_statistics_page(balancer):
    """The statistics page lists the instances."""
    page = requests.get(balancer.statistics_url, timeout=TIMEOUT).text
    assert "one</a>" in page
    assert "two</a>" in page


def test_stop_leaves_nothing(balancer):
    """After a stop, neither the process nor its folder is left."""
    info = balancer._run("admin.sock", "show info")
    process_id = int(next(line for line in info.splitlines() if line.startswith("Pid"))[5:])
    folder = balancer.program.folder
    balancer.stop()
    wait_for_end(process_id)
    assert not folder.exists()


def test_unknown_instance_is_reported(balancer):
    """The error for an unknown instance has the names of the known ones."""
    with pytest.raises(StackError) as caught:
        balancer.set_state("three", "drain")
    assert "The load balancer has no instance 'three'. It has: 'one', 'two'." == str(caught.value)


def test_wait_for_state_that_does_not_come(balancer):
    """The error has the state that the instance is in."""
    with pytest.raises(AssertionError) as caught:
        balancer.wait_for_state("one", "down", 0.01)
    assert "Instance 'one' should be down within 0.01 s, but is up." == str(caught.value)


def test_refused_configuration_is_reported():
    """The error has HAProxy's own message, and nothing is started."""
    needs(executables.haproxy)
    balancer = LoadBalancer({"one": "http://no address"}, check="/", timeout=TIMEOUT)
    with pytest.raises(StackError, match=r"^HAProxy refused its configuration: .*unknown keyword"):
        balancer.start()


@contextlib.contextmanager
def balanced(urls, check):
    """A load balancer that has checked its instances."""
    needs(executables.haproxy)
    balancer = LoadBalancer(urls, check=check, timeout=TIMEOUT)
    balancer.start()
    try:
        balancer.wait_for_checks()
        yield balancer
    finally:
        balancer.stop()


def test_any_alias_names_an_instance(instances):
    """HAProxy allows few characters, so different aliases get different names of its own."""
    aliases = ["a b", "a_b", "A_B", "", "é", "ü", "$x 'y'#"]
    with balanced(dict.fromkeys(aliases, instances["one"].url), "/health") as balancer:
        assert dict.fromkeys(aliases, "up") == balancer.states()
        balancer.set_state("a b", "drain")
        balancer.reload(dict.fromkeys(["new", *reversed(aliases)], instances["one"].url))
        expected = dict.fromkeys(["new", *aliases], "up") | {"a b": "drain"}
        assert expected == balancer.states()
        assert dict.fromkeys(expected, 0) == balancer.request_counts()


def test_reasons_are_known(instances):
    """HAProxy says why an instance is down."""
    urls = {
        "missing": instances["one"].url,
        "closed": "http://127.0.0.1:1",
        "no https": instances["two"].url.replace("http:", "https:"),
        "fine": instances["two"].url,
    }
    instances["one"].status = 404
    with balanced(urls, "/nowhere else?a=$b&c='\"#\\") as balancer:
        target = "/nowhere%20else?a=%24b&c=%27%22%23%5C"
        by = f"(HAProxy checks it by GET {target})"
        failures = balancer.failures()
        assert failures.pop("no https").startswith("Layer6 invalid response")
        assert failures == {
            "missing": f"Layer7 wrong status, status 404, Not Found {by}",
            "closed": f"Layer4 connection problem, Connection refused {by}",
        }
        assert f"GET {target}" in instances["one"].seen
        with pytest.raises(AssertionError) as caught:
            balancer.wait_for_state("missing", "up", 0.01)
    assert str(caught.value) == (
        "Instance 'missing' should be up within 0.01 s, but is down: Layer7 wrong status, status"
        f" 404, Not Found {by}."
    )


def test_instance_may_serve_https(instances):
    """With a certificate that only it knows."""
    server, authority = instances["one"], trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    with balanced({"one": server.url.replace("http:", "https:")}, "/health") as balancer:
        assert "one" == ask(balancer).text


@pytest.mark.parametrize("check", ["health", "", "http://127.0.0.1/health"])
def test_check_has_to_be_a_path(check):
    """The error says what it begins with."""
    with pytest.raises(StackError) as caught:
        LoadBalancer({}, check=check, timeout=TIMEOUT)
    assert f"check='{check}' is no path: it has to begin with a '/'." == str(caught.value)


def test_missing_program_is_reported(monkeypatch):
    """The error says how to install HAProxy."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(executables, "_HAPROXY", ())
    with pytest.raises(StackError) as caught:
        LoadBalancer({}, check="/", timeout=1).start()
    assert (
        "There is no HAProxy: run 'robot-cherrypy doctor --install', or 'apt-get install haproxy'."
    ) == str(caught.value)


@pytest.mark.parametrize(
    ("status", "state"),
    [("UP", "up"), ("UP 1/2", "up"), ("no check", "up"), ("DOWN 1/2", "down"), ("DRAIN", "drain")],
)
def test_status_column(status, state):
    """Each status in HAProxy's statistics means one of four states."""
    assert state == haproxy._state(status)


def test_nothing_outlives_the_test_process(instances):
    """When the process that started HAProxy is killed, HAProxy ends and its folder is deleted."""
    needs(executables.haproxy)
    script = (
        "import os, signal\n"
        "from robot_cherrypy.stack.haproxy import LoadBalancer\n"
        f"urls = {{'one': {instances['one'].url!r}}}\n"
        f"balancer = LoadBalancer(urls, check='/health', timeout={TIMEOUT})\n"
        "balancer.start()\n"
        "program = balancer.program\n"
        "print(program._guard.process.pid, program.folder, balancer.url, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    parent = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, check=False)
    guard, folder, url = parent.stdout.decode().split()
    wait_for_end(int(guard))
    assert not Path(folder).exists()
    with pytest.raises(requests.exceptions.ConnectionError):
        requests.get(url, timeout=TIMEOUT)
