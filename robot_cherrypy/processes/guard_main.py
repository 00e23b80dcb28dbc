"""The guard: a process that runs a program, and ends it together with all that it started.

The guard does so when its parent ends, however it ends. It is a process of its own because nothing
inside a process survives the `kill -9` of that process. `guard.Guard` starts it on the bare
standard library. Every browser waits for it to start, so it imports as little as it can.

On Linux the guard consists of two processes, so that a `kill -9` of either leaves nothing behind:
the second runs the program, and the first waits for its end. If the second is killed, the first
gets its children and ends them; if the first is, the second ends the program as if the parent had
died.

Protocol:

- The first line on standard input is the length of the order in bytes. The order consists of words
  separated by NUL: the folder to make, the number of the stop signal, how many seconds the program
  may take to end after it, before it is killed, and the program's command.
- Whatever comes after the order, a byte or the end of the file, asks the guard to stop the program.
  The guard also stops it when the parent dies or when the guard itself gets a signal.
- The program's output goes to standard output for as long as somebody reads there.
- When the guard has ended, none of the processes that the program started is left, nor its folder.
"""

import ctypes
import os
import select
import signal
import sys
import time

# linux/prctl.h
_PR_SET_PDEATHSIG = 1
_PR_SET_NAME = 15
_PR_SET_CHILD_SUBREAPER = 36

_LINUX = sys.platform == "linux"


def main() -> None:
    """Run the program until it ends or has to be stopped."""
    parents = [os.getppid()]
    folder, number, stop_timeout, *command = _read_order()
    if not command:
        return
    stop = int(number), float(stop_timeout)
    _prctl(_PR_SET_NAME, b"process-guard")  # so that `pkill python` does not end the guard
    if _LINUX:
        _adopt_orphans()
        parents.append(os.getpid())
        if second := os.fork():
            _wait_for_second(second, stop, folder)
            os._exit(0)
    _guard(parents, stop, command, folder)
    os._exit(0)  # without what Python does at its end: whoever stops the program waits for this


def _adopt_orphans() -> None:
    """Let processes whose parent among our descendants has died become our children."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def _wait_for_second(second: int, stop: tuple[int, float], folder: str) -> None:
    """Wait for the end of the second process; clean up if it could not, as it was killed."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda number, _frame: _signal(second, number))
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1):  # the parent waits for the end of the output
        os.dup2(nowhere, descriptor)
    _, status = os.waitpid(second, 0)
    if status == 0:
        return
    stop_signal, stop_timeout = stop
    if stop_signal != signal.SIGKILL:
        # The program has got the signal at the death of its parent.
        _wait_for_children(stop_timeout)
    _kill_children()
    if os.path.isdir(folder):
        _remove(folder)


def _guard(parents: list[int], stop: tuple[int, float], command: list[str], folder: str) -> None:
    """Run the program until it ends, or has to be stopped, or one of the parents dies."""
    stop_signal, stop_timeout = stop
    signals = _catch_signals()
    _adopt_orphans()
    os.mkdir(folder, 0o700)
    program, output = _start(command, stop_signal, folder)
    try:
        _watch(parents, program, output, signals)
    finally:
        if stop_signal != signal.SIGKILL:
            _signal_group(program, stop_signal)
            _wait_for_children(stop_timeout)
        _signal_group(program, signal.SIGKILL)
        _kill_children()
        while _forward(output):  # the last lines say why a program ended
            pass
        _remove(folder)


def _read_order() -> list[str]:
    """Return the words of the order; three empty ones if the parent died before it sent it."""
    length, _, order = os.read(0, 65536).partition(b"\n")
    while len(order) < int(length or 0):
        more = os.read(0, 65536)
        if not more:
            return ["", "", ""]
        order += more
    return os.fsdecode(order).split("\0") if length else ["", "", ""]


def _catch_signals() -> int:
    """Return a descriptor from which the numbers of signals are read; they do nothing else."""
    read_end, write_end = os.pipe()
    os.set_blocking(write_end, False)
    signal.set_wakeup_fd(write_end)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: None)
    return read_end


def _prctl(option: int, value: int | bytes) -> None:
    """Set an attribute of this process, on Linux only."""
    if _LINUX:
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def _start(command: list[str], stop_signal: int, folder: str) -> tuple[int, int]:
    """Start the program; return its process id and the descriptor of its output."""
    output, write_end = os.pipe()
    guard = os.getpid()
    program = os.fork()
    if not program:
        try:
            _prctl(_PR_SET_PDEATHSIG, stop_signal)
            if os.getppid() != guard:  # it was killed before that
                os._exit(127)
            os.setpgid(0, 0)
            for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
                signal.signal(number, signal.SIG_DFL)  # `nohup` and a shell's `&` ignore some
            os.chdir(folder)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(write_end, 1)
            os.dup2(write_end, 2)
            os.execve(  # noqa: S606 - a shell would be one process more
                command[0], command, {**os.environ, "TMPDIR": folder}
            )
        except OSError as error:
            os.write(2, f"{command[0]}: {error.strerror}\n".encode())
            os._exit(127)
    os.close(write_end)
    return program, output


def _watch(parents: list[int], program: int, output: int, signals: int) -> None:
    """Forward the program's output until it ends or has to be stopped."""
    poll = select.poll()
    deaths = [descriptor for parent in parents for descriptor in _death_of(parent)]
    for descriptor in (0, output, signals, *deaths):
        poll.register(descriptor, select.POLLIN)
    while True:
        ready = {descriptor for descriptor, _ in poll.poll()}
        if output in ready and not _forward(output):
            poll.unregister(output)
        if signals in ready and (set(os.read(signals, 4096)) - {signal.SIGCHLD} or _reap(program)):
            return
        if ready - {output, signals}:  # standard input, or the parent has died
            return


def _death_of(process: int) -> list[int]:
    """Return a descriptor that becomes readable when a process dies, if the kernel offers one.

    Standard input ends at that moment as well, unless a fork of the process holds it open.
    """
    try:
        return [os.pidfd_open(process)] if _LINUX else []
    except ProcessLookupError:  # it is dead already; the null device is always readable
        return [os.open(os.devnull, os.O_RDONLY)]
    except OSError:
        return []


def _reap(program: int) -> bool:
    """Collect children that have died; return whether the program was one of them."""
    child = -1
    while child not in {0, program}:
        child, _ = os.waitpid(-1, os.WNOHANG)
    return child == program


def _forward(output: int) -> bytes:
    """Copy what is there of the output to standard output; return it, nothing at its end."""
    data = os.read(output, 65536)
    try:
        os.write(1, data)
    except BrokenPipeError:  # nobody reads any more
        pass
    return data


def _wait_for_children(timeout: float) -> None:
    """Wait for those that have got the stop signal: a database gives back its shared memory."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    deadline = time.monotonic() + timeout
    while _has_children():
        left = deadline - time.monotonic()
        if left <= 0 or not signal.sigtimedwait({signal.SIGCHLD}, left):
            return


def _has_children() -> bool:
    """Collect children that have died; return whether others are left."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return False
    return True


def _signal_group(program: int, number: int) -> None:
    """Signal the program's process group, which holds nearly all that it started."""
    try:
        os.killpg(program, number)
    except (ProcessLookupError, PermissionError):
        pass


def _signal(process: int, number: int) -> None:
    try:
        os.kill(process, number)
    except ProcessLookupError:
        pass


def _kill_children() -> None:
    """Kill until no child is left: children of a killed process become ours and are killed next."""
    while True:
        for child in _children():
            _signal(child, signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return


def _children() -> list[int]:
    """Return the process ids of this process' children (proc(5), /proc/pid/stat)."""
    children = []
    for name in os.listdir("/proc") if _LINUX else ():
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", "rb") as stat:
                    parent = stat.read().rpartition(b")")[2].split()[1]
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(parent) == os.getpid():
                children.append(int(name))
    return children


def _remove(folder: str) -> None:
    """Delete a folder with all that is in it; importing `shutil` for this would cost more time."""
    for path, folders, files in os.walk(folder, topdown=False):
        for name in files:
            os.unlink(os.path.join(path, name))
        for name in folders:
            entry = os.path.join(path, name)
            (os.unlink if os.path.islink(entry) else os.rmdir)(entry)
    os.rmdir(folder)


if __name__ == "__main__":
    main()
