"""The stacks of what runs code of applications, to see where a server hangs."""

import concurrent.futures
import threading

import pytest
import requests

from robot_cherrypy.errors import ServerError
from robot_cherrypy.harness.registry import Servers
from robot_cherrypy.harness.server import Launch
from robot_cherrypy.stacks import lasting_threads

pytestmark = pytest.mark.timing


@pytest.fixture
def servers():
    """Servers, which are stopped at the end."""
    servers = Servers()
    yield servers
    for server in servers.started:
        servers.stop(server.alias)


@pytest.mark.parametrize("isolation", ["thread", "process"])
@pytest.mark.parametrize(
    ("application", "kind"),
    [("Restless", "threaded"), ("Restless", "async"), ("Coroutines", "async")],
)
def test_stack_ends_where_a_request_hangs(servers, application, kind, isolation):
    """Whether a thread or a task runs it, and in whichever process; idle threads are not told."""
    reference = f"sample_app.misbehaving:{application}"
    server = servers.start(
        Launch(
            application=reference, alias="shop", kind=kind, isolation=isolation, configuration={}
        )
    )
    assert [] == [title for title, text in servers.stacks() if "misbehaving" in text]
    found = threading.Event()
    client = threading.Thread(target=_ask_until, args=(found, f"{server.url}/sleep?seconds=2"))
    client.start()
    stacks = {}
    while not stacks:  # on a busy machine, they may come between two requests
        stacks = {title: text for title, text in servers.stacks() if ", in sleep\n" in text}
    found.set()
    client.join()
    [(title, text)] = stacks.items()
    assert title.endswith(" of server 'shop'") == (isolation == "process")
    assert title.startswith("Task " if application == "Coroutines" else "Thread ")
    assert text.lstrip().startswith("File ")
    assert "misbehaving.py" in text.splitlines()[0]


def test_server_that_cannot_be_asked_has_no_stacks(servers, monkeypatch):
    """The stacks of the others are told."""
    server = servers.start(
        Launch(
            application="sample_app.kinds:Pages", alias="one", isolation="process", configuration={}
        )
    )

    def refuse():
        raise ServerError("no connection")

    monkeypatch.setattr(server, "stacks", refuse)
    assert [] == servers.stacks()


def _ask_until(found, url):
    while not found.is_set():
        requests.get(url, timeout=60)


def test_threads_that_keep_the_process_from_ending():
    """Of those that are no daemons, the ones that run; idle workers of executors do not count."""
    ended, others = threading.Event(), dict(lasting_threads(0))

    def index():
        ended.wait()

    with concurrent.futures.ThreadPoolExecutor(1) as executor:
        executor.submit(int).result()
        threads = [
            threading.Thread(target=index, name="indexer"),
            threading.Thread(target=index, name="helper", daemon=True),
            threading.Timer(3600, index),
        ]
        for thread in threads:
            thread.start()
        titles = dict(lasting_threads(0))
        threads[2].cancel()
        ended.set()
    assert {"Thread 'indexer'", f"Thread '{threads[2].name}'"} == titles.keys() - others
    assert "in index" in titles["Thread 'indexer'"]
    assert set() == dict(lasting_threads(10)).keys() - others
