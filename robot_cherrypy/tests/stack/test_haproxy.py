"""HAProxy in front of several servers."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest
import requests

from robot_cherrypy.errors import StackError
from robot_cherrypy.stack import haproxy, programs
from robot_cherrypy.stack.haproxy import LoadBalancer
from robot_cherrypy.tests.stack.conftest import TIMEOUT, needs, wait_for_end


def ask(balancer, method="GET", path="/", **options):
    """Ask the application behind the load balancer."""
    return requests.request(method, balancer.url + path, timeout=TIMEOUT, **options)


def test_both_instances_serve(balancer):
    """Requests go to each in turn."""
    assert {"one", "two"} == {ask(balancer).text for _ in range(4)}
    assert {"one": 2, "two": 2} == balancer.served()
    assert {"one": "up", "two": "up"} == balancer.states()


def test_instance_without_server_is_noticed(balancer, instances):
    """Nobody notices but the load balancer."""
    instances["one"].stop()
    assert {"two"} == {ask(balancer).text for _ in range(4)}
    balancer.await_state("one", "down", TIMEOUT)
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
def test_unanswered_request_is_repeated_where_that_does_no_harm(
    balancer, instances, method, headers, repeated
):
    """A POST is not, unless its client says so."""
    instances["one"].drops = True
    instances["one"].RequestHandlerClass.do_PUT = instances["one"].RequestHandlerClass.do_GET
    statuses = [ask(balancer, method, headers=headers, data="x").status_code for _ in range(2)]
    assert repeated == (statuses == [200, 200])
    assert repeated or 1 == len(instances["one"].seen)


def test_drained_instance_gets_nothing_new(balancer):
    """Until it is put back."""
    balancer.order("one", "drain")
    assert {"one": "drain", "two": "up"} == balancer.states()
    assert {"two"} == {ask(balancer).text for _ in range(4)}
    balancer.order("one", "ready")
    assert {"one", "two"} == {ask(balancer).text for _ in range(4)}


def test_reload_loses_no_request_and_keeps_states(balancer):
    """While clients go on asking."""
    balancer.order("one", "maint")
    failures, answers, enough = [], [], threading.Event()

    def client():
        while not enough.is_set():
            try:
                answers.append(ask(balancer).text)
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
    assert {"two"} == set(answers)
    assert {"one": "maint", "two": "up"} == balancer.states()


def test_reload_with_other_instances(balancer, instances):
    """Instances come and go without a restart."""
    balancer.reload({"three": instances["two"].url})
    assert {"two"} == {ask(balancer).text for _ in range(4)}
    assert {"three": "up"} == balancer.states()


def test_statistics_page(balancer):
    """It lists the instances."""
    page = requests.get(balancer.statistics_url, timeout=TIMEOUT).text
    assert "one</a>" in page
    assert "two</a>" in page


def test_stop_leaves_nothing(balancer):
    """Neither process nor folder."""
    answer = balancer._ask("admin.sock", "show info")
    process_id = int(next(line for line in answer.splitlines() if line.startswith("Pid"))[5:])
    folder = balancer.part.folder
    balancer.stop()
    wait_for_end(process_id)
    assert not folder.exists()


def test_unknown_instance_is_told(balancer):
    """With the names of those that there are."""
    with pytest.raises(StackError) as caught:
        balancer.order("three", "drain")
    assert "The load balancer has no instance 'three'. It has: 'one', 'two'." == str(caught.value)


def test_state_that_does_not_come_is_told(balancer):
    """With the state that it is in."""
    with pytest.raises(AssertionError) as caught:
        balancer.await_state("one", "down", 0.01)
    assert "Instance 'one' should be down within 0.01 s, but is up." == str(caught.value)


def test_faulty_configuration_is_told():
    """HAProxy's own words are in the error, and nothing is started."""
    needs(programs.haproxy)
    same = {"a b": "http://127.0.0.1:1", "a_b": "http://127.0.0.1:2"}
    with pytest.raises(StackError, match=r"^HAProxy refused its configuration: .*a_b"):
        LoadBalancer(same, check="/", timeout=TIMEOUT).start()


def test_missing_program_is_told(monkeypatch):
    """Who has none hears how to get it."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(programs, "_HAPROXY", ())
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
    """HAProxy has more words than users need."""
    assert state == haproxy._state(status)


def test_nothing_outlives_the_test_process(instances):
    """When the process that started it is killed, HAProxy and its folder go, too."""
    needs(programs.haproxy)
    script = (
        "import os, signal\n"
        "from robot_cherrypy.stack.haproxy import LoadBalancer\n"
        f"urls = {{'one': {instances['one'].url!r}}}\n"
        f"balancer = LoadBalancer(urls, check='/health', timeout={TIMEOUT})\n"
        "balancer.start()\n"
        "print(balancer.part._guard.process.pid, balancer.part.folder, balancer.url, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, check=False)
    guard, folder, url = done.stdout.decode().split()
    wait_for_end(int(guard))
    assert not Path(folder).exists()
    with pytest.raises(requests.exceptions.ConnectionError):
        requests.get(url, timeout=TIMEOUT)
