"""What is built at the first use, and kept in the user's cache."""

import fcntl
import hashlib
import os
import signal
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from robot_cherrypy.errors import HostError, StackError
from robot_cherrypy.stack.guarded_program import GuardedProgram

# How long building may take, in seconds.
_TIMEOUT = 3600.0


def place_of(name: str, sources: Collection[Path]) -> Path:
    """Return the folder for what is built in the very way that some files say."""
    way = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    return cache / "robot-cherrypy" / f"{name}-{way[:8]}"


def built(folder: Path, name: str, command: Sequence[str]) -> Path:
    """Return a folder, which a command makes unless it is there.

    Args:
        folder: The folder.
        name: What an error says of the command, such as `The building of Kubernetes`.
        command: It runs in an empty folder of the same file system.

    Raises:
        HostError: It was not made.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _alone(folder.with_suffix(".lock")):
        if not folder.is_dir():
            _build(folder, name, command)
    return folder


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """Wait until no other process builds."""
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build(folder: Path, name: str, command: Sequence[str]) -> None:
    program = GuardedProgram(
        name, command, stop_signal=signal.SIGTERM, parent_folder=str(folder.parent)
    )
    try:
        program.wait_until(folder.is_dir, _TIMEOUT, "did not end")
    except StackError as error:
        raise HostError(str(error)) from error
    finally:
        program.stop()
