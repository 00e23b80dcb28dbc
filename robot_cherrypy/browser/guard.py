"""Runs a browser driver, and ends it with all it made when the process that asked for it ends.

A process of its own, because nothing inside a process survives its `kill -9`. It runs on the bare
standard library (see `guarding.Guard`, which starts it), imports as little as it can since every
browser waits for it, and knows these laws:

- The first line on standard input is the driver's command, its words separated by NUL. Whatever
  comes after it, a byte or the end of the file, is the order to end.
- It ends as well when the process that started it dies, when the driver does, and on signals.
- The driver's output goes to standard output for as long as somebody reads there.
- When it has ended, no process that the driver ever started is left, nor the folder they wrote to.
"""

import ctypes
import os
import select
import signal
import sys

# linux/prctl.h
PR_SET_NAME = 15
PR_SET_CHILD_SUBREAPER = 36

LINUX = sys.platform == "linux"


def main() -> None:
    """Run the driver until it has to end."""
    starter = os.getppid()
    command = os.read(0, 65536).rstrip(b"\n").split(b"\0")
    if not command[0]:
        return
    signals = note_signals()
    prctl(PR_SET_NAME, b"browser-guard")  # not to be what `pkill python` ends
    prctl(PR_SET_CHILD_SUBREAPER, 1)  # what loses its parent becomes a child of ours
    folder = make_folder()
    driver, output = start(command, folder)
    try:
        watch(starter, driver, output, signals)
    finally:
        end_children(driver)
        while pass_on(output):  # a driver that died at once has said why
            pass
        remove(folder)


def note_signals() -> int:
    """Return where the numbers of signals are to be read, which do nothing else from now on."""
    noted, note = os.pipe()
    os.set_blocking(note, False)
    signal.set_wakeup_fd(note)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: None)
    return noted


def prctl(option: int, value: int | bytes) -> None:
    """Set an attribute of this process, where the kernel is Linux."""
    if LINUX:
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def make_folder() -> str:
    """Make the folder for everything that driver and browser write."""
    folder = os.path.join(os.environ["TMPDIR"], f"robot-cherrypy-{os.urandom(4).hex()}")
    os.mkdir(folder, 0o700)
    return folder


def start(command: list[bytes], folder: str) -> tuple[int, int]:
    """Start the driver and return its process id and where to read its output."""
    output, write = os.pipe()
    driver = os.fork()
    if not driver:
        try:
            os.setpgid(0, 0)
            os.chdir(folder)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(write, 1)
            os.dup2(write, 2)
            os.execve(  # noqa: S606, a shell would be one process more
                command[0], command, {**os.environ, "TMPDIR": folder}
            )
        except OSError as error:
            os.write(2, f"{command[0].decode()}: {error.strerror}\n".encode())
            os._exit(127)
    os.close(write)
    return driver, output


def watch(starter: int, driver: int, output: int, signals: int) -> None:
    """Pass the driver's output on until it is time to end."""
    poll = select.poll()
    for descriptor in (0, output, signals, *death_of(starter)):
        poll.register(descriptor, select.POLLIN)
    while True:
        ready = {descriptor for descriptor, _ in poll.poll()}
        if output in ready and not pass_on(output):
            poll.unregister(output)
        if signals in ready and (set(os.read(signals, 4096)) - {signal.SIGCHLD} or reap(driver)):
            return
        if ready - {output, signals}:
            return


def death_of(process: int) -> list[int]:
    """Return what is ready to be read when a process has died, where the kernel has such a thing.

    Standard input has then ended as well, unless a process that it forked holds that open.
    """
    try:
        return [os.pidfd_open(process)] if LINUX else []
    except ProcessLookupError:  # it is dead already: null is always ready
        return [os.open(os.devnull, os.O_RDONLY)]
    except OSError:  # Linux before 5.3
        return []


def reap(driver: int) -> bool:
    """Collect the children that have died, and tell whether the driver was one of them."""
    child = -1
    while child not in {0, driver}:
        child, _ = os.waitpid(-1, os.WNOHANG)
    return child == driver


def pass_on(output: int) -> bytes:
    """Write what there is to read to standard output; whoever has read enough has closed it."""
    data = os.read(output, 65536)
    try:
        os.write(1, data)
    except BrokenPipeError:
        pass
    return data


def end_children(driver: int) -> None:
    """Kill until no child is left: the children of the killed become ours, and are next."""
    try:
        os.killpg(driver, signal.SIGKILL)  # nearly all at once
    except (ProcessLookupError, PermissionError):
        pass
    while True:
        for child in children():
            os.kill(child, signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return


def children() -> list[int]:
    """List the processes whose parent this one is (proc(5), /proc/pid/stat)."""
    found = []
    for name in os.listdir("/proc") if LINUX else ():
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", "rb") as stat:
                    parent = stat.read().rpartition(b")")[2].split()[1]
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(parent) == os.getpid():
                found.append(int(name))
    return found


def remove(folder: str) -> None:
    """Delete the folder and all that is in it; `shutil` would cost more to import than this."""
    for path, folders, files in os.walk(folder, topdown=False):
        for name in files:
            os.unlink(os.path.join(path, name))
        for name in folders:
            entry = os.path.join(path, name)
            (os.unlink if os.path.islink(entry) else os.rmdir)(entry)
    os.rmdir(folder)


if __name__ == "__main__":
    main()
