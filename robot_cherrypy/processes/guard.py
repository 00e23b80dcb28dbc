"""Runs a program, and ends it with all it made when the process that asked for it ends.

A process of its own, because nothing inside a process survives its `kill -9`. It runs on the bare
standard library (see `guarding.Guard`, which starts it), imports as little as it can since every
browser waits for it, and knows these laws:

- The first line on standard input is the length of the order in bytes. The order is words separated
  by NUL: the folder to make, the signal that asks the program to end, and its command. Whatever
  comes after it, a byte or the end of the file, means to end.
- It ends as well when the process that started it dies, when the program does, and on signals.
- The program's output goes to standard output for as long as somebody reads there.
- When it has ended, no process that the program ever started is left, nor the folder they wrote to.
"""

import ctypes
import os
import select
import signal
import sys
import time

# linux/prctl.h
PR_SET_NAME = 15
PR_SET_CHILD_SUBREAPER = 36

LINUX = sys.platform == "linux"

# How long a program that is asked to end may take, in seconds, before it is killed.
GRACE = 5.0


def main() -> None:
    """Run the program until it has to end."""
    starter = os.getppid()
    folder, stop_signal, *command = read_order()
    if not command:
        return
    signals = note_signals()
    prctl(PR_SET_NAME, b"process-guard")  # not to be what `pkill python` ends
    prctl(PR_SET_CHILD_SUBREAPER, 1)  # what loses its parent becomes a child of ours
    os.mkdir(folder, 0o700)
    program, output = start(command, folder)
    try:
        watch(starter, program, output, signals)
    finally:
        if int(stop_signal) != signal.SIGKILL:
            ask_to_end(program, int(stop_signal))
        end_children(program)
        while pass_on(output):  # a program that died at once has said why
            pass
        remove(folder)


def read_order() -> list[str]:
    """Read what to do; two empty words if whoever started this has died before saying it."""
    length, _, order = os.read(0, 65536).partition(b"\n")
    while len(order) < int(length or 0):
        more = os.read(0, 65536)
        if not more:
            return ["", ""]
        order += more
    return os.fsdecode(order).split("\0") if length else ["", ""]


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


def start(command: list[str], folder: str) -> tuple[int, int]:
    """Start the program and return its process id and where to read its output."""
    output, write = os.pipe()
    program = os.fork()
    if not program:
        try:
            os.setpgid(0, 0)
            for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
                signal.signal(number, signal.SIG_DFL)  # `nohup` or a shell's `&` had it ignored
            os.chdir(folder)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(write, 1)
            os.dup2(write, 2)
            os.execve(  # noqa: S606, a shell would be one process more
                command[0], command, {**os.environ, "TMPDIR": folder}
            )
        except OSError as error:
            os.write(2, f"{command[0]}: {error.strerror}\n".encode())
            os._exit(127)
    os.close(write)
    return program, output


def watch(starter: int, program: int, output: int, signals: int) -> None:
    """Pass the program's output on until it is time to end."""
    poll = select.poll()
    for descriptor in (0, output, signals, *death_of(starter)):
        poll.register(descriptor, select.POLLIN)
    while True:
        ready = {descriptor for descriptor, _ in poll.poll()}
        if output in ready and not pass_on(output):
            poll.unregister(output)
        if signals in ready and (set(os.read(signals, 4096)) - {signal.SIGCHLD} or reap(program)):
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


def reap(program: int) -> bool:
    """Collect the children that have died, and tell whether the program was one of them."""
    child = -1
    while child not in {0, program}:
        child, _ = os.waitpid(-1, os.WNOHANG)
    return child == program


def pass_on(output: int) -> bytes:
    """Write what there is to read to standard output; whoever has read enough has closed it."""
    data = os.read(output, 65536)
    try:
        os.write(1, data)
    except BrokenPipeError:
        pass
    return data


def ask_to_end(program: int, number: int) -> None:
    """Let a program end in its own way, such as a database that gives back shared memory."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    signal_group(program, number)
    deadline = time.monotonic() + GRACE
    while has_children():
        left = deadline - time.monotonic()
        if left <= 0 or not signal.sigtimedwait({signal.SIGCHLD}, left):
            return


def has_children() -> bool:
    """Collect the children that have died, and tell whether any is left."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return False
    return True


def signal_group(program: int, number: int) -> None:
    """Signal the program and nearly all that it started at once."""
    try:
        os.killpg(program, number)
    except (ProcessLookupError, PermissionError):
        pass


def end_children(program: int) -> None:
    """Kill until no child is left: the children of the killed become ours, and are next."""
    signal_group(program, signal.SIGKILL)
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
