"""A Redis server runs for the time of a suite, and its databases are copied and reset."""

import subprocess
import sys
from pathlib import Path

import pytest

from robot_cherrypy.errors import StackError
from robot_cherrypy.stack import executables
from robot_cherrypy.stack.redis import Redis
from robot_cherrypy.stack.redis_databases import RedisDatabases
from robot_cherrypy.tests.stack.conftest import TIMEOUT, needs, wait_for_end


@pytest.fixture(scope="module")
def server():
    """A server that is shared by all tests."""
    needs(executables.redis)
    shared = Redis(timeout=TIMEOUT)
    shared.start()
    yield shared
    shared.stop()


@pytest.fixture
def databases(server):
    """Databases that are emptied at the end of the test."""
    databases = RedisDatabases(server.url, is_own=True)
    yield databases
    databases.drop_all()


def test_template_is_copied(databases):
    """With values of every type and their times to live; the copy can be reset to it."""
    template = databases.create()
    for command in ("SET word first EX 1000", "HSET hash a 1", "RPUSH list x y", "SADD set z"):
        databases.query(template, command)
    copy = databases.create(template)
    databases.query(copy, "SET word changed")
    databases.query(copy, "DEL hash list")
    databases.query(copy, "SET more 1")
    databases.reset(copy)
    assert [["hash"], ["list"], ["set"], ["word"]] == sorted(databases.query(copy, "KEYS *"))
    assert [["first"]] == databases.query(copy, "GET word")
    assert databases.query(copy, "TTL word")[0][0] > 0
    databases.reset(template)
    assert [[0]] == databases.query(template, "DBSIZE")


def test_first_database_can_be_reset_and_saved(databases):
    """It is the one that most applications use."""
    databases.query(databases.url, "SET word first")
    databases.save(databases.url)
    databases.query(databases.url, "SET word second")
    databases.reset(databases.url)
    assert [["first"]] == databases.query(databases.url, "GET word")
    other = RedisDatabases(databases.url, is_own=True)
    other.reset(databases.url)
    assert [[None]] == databases.query(databases.url, "GET word")


def test_databases_of_others_are_left_alone(databases):
    """Only an empty one is given out, and only those given out are emptied or reset."""
    used = databases.create()
    databases.query(used, "SET word theirs")
    others = RedisDatabases(databases.url)
    assert used != others.create()
    with pytest.raises(StackError, match=r"^Database '0' was not created here\. Created: '\d+'\."):
        others.reset(databases.url)
    others.drop_all()
    assert [["theirs"]] == databases.query(used, "GET word")


@pytest.mark.parametrize(
    ("command", "rows"),
    [
        ("PING", [[True]]),
        ("GET none", [[None]]),
        ("ECHO 'two words'", [["two words"]]),
        ('ECHO "ä\\n"', [["ä\\n"]]),
    ],
)
def test_replies(databases, command, rows):
    """They come as redis-py understands them, text where they are text."""
    assert rows == databases.query(databases.url, command)


@pytest.mark.parametrize("crash", [False, True])
def test_restart(server, databases, crash):
    """Stored is what was there at the stop, or at the last snapshot before a crash."""
    database = databases.create()
    databases.query(database, "SET word first")
    databases.query(database, "SAVE")
    databases.query(database, "SET word second")
    server.restart(crash=crash)
    expected = "first" if crash else "second"
    assert [[expected]] == databases.query(database, "GET word")


def test_refusals_are_reported(databases, server):
    """With Redis' own message."""
    with pytest.raises(StackError, match=r"^Redis refused: unknown command 'NONSENSE'"):
        databases.query(databases.url, "NONSENSE")
    with pytest.raises(StackError, match=r"^Redis refused: .*authenticated"):
        RedisDatabases(f"redis://127.0.0.1:{server._port}/0").check()
    with pytest.raises(StackError, match="'shop' is no number of a Redis database"):
        RedisDatabases("redis://127.0.0.1/shop", is_own=True)


def test_nothing_outlives_the_test_process():
    """When the process that started Redis is killed, Redis ends and its folder is deleted."""
    needs(executables.redis)
    script = (
        "import os, signal\n"
        "from robot_cherrypy.stack.redis import Redis\n"
        f"server = Redis({TIMEOUT})\n"
        "server.start()\n"
        "print(server._process_id(), server.program.folder, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    parent = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, check=False)
    process_id, folder = parent.stdout.decode().split()
    wait_for_end(int(process_id))
    wait_until_deleted(Path(folder))


def wait_until_deleted(folder):
    """Wait until a guard has deleted a folder, which it does after the end of the program."""
    import time

    deadline = time.monotonic() + TIMEOUT
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not folder.exists()


def test_missing_program_is_reported(monkeypatch):
    """The error says how to install Redis."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(StackError) as caught:
        Redis(timeout=1).start()
    assert (
        "There is no Redis: run 'robot-cherrypy doctor --install', or 'apt-get install"
        " redis-server'."
    ) == str(caught.value)
