"""Where the threads and tasks of the applications in this process are, as stacks."""

import asyncio
import concurrent.futures.thread
import gc
import itertools
import sys
import sysconfig
import threading
import time
import traceback
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

# A stack with its title.
Stack = tuple[str, str]

# How many stacks are told. A server has ten threads as a rule; of a hundred nobody reads each.
_MOST_STACKS = 30

_STANDARD_LIBRARY = sysconfig.get_path("stdlib")
_PACKAGES = ("site-packages", "dist-packages")

# Packages whose threads and tasks wait for requests, or carry them.
_OF_SERVERS = frozenset(
    {"cheroot", "uvicorn", "httptools", "uvloop", "greenlet", "cherrypy", "robot_cherrypy"}
)

# The part of this package that reads browsers, on threads of its own.
_PAGES = str(Path("robot_cherrypy", "pages"))

# What of CherryPy waits beside the requests: plugins, such as the clean-up of sessions.
_CHERRYPYS_PLUGINS = str(Path("cherrypy", "process"))


# Where an executor's threads run.
_EXECUTORS = concurrent.futures.thread.__file__

# Where a task waits for code on a worker thread.
_WORKERS = str(Path("aio", "runtime", "workers.py"))

# Where an application waits for the events of its lifespan.
_LIFESPAN = str(Path("asgi", "lifespan.py"))

# The attributes by which a coroutine, generator and asynchronous generator know what they wait for.
_BEHIND = {"cr": "await", "gi": "yieldfrom", "ag": "await"}


def application_stacks() -> list[Stack]:
    """Return stacks of threads and tasks that run code of applications, with titles.

    Those that only wait for requests are left out, and so is the calling thread.
    """
    return _first(_threads({threading.get_ident()}), _tasks())


def startup_stacks() -> str:
    """Return where the start-up of an application is, as the end of a message.

    The main thread is left out: it waits for the start-up, or runs the tests.
    """
    waiting = {threading.get_ident(), threading.main_thread().ident}
    return as_text(_first(_threads(waiting), _tasks()))


def stack_of(frame: FrameType | None) -> str:
    """Return the stack of a frame, from the code of the application on if it runs any."""
    frames = _walk_back(frame)
    return _formatted(frames) or _all_formatted(frames)


def lasting_threads(timeout: float) -> list[Stack]:
    """Return the stacks of threads that keep this process from ending: those that are no daemons.

    Idle threads of executors are left out, as Python ends them.

    Args:
        timeout: How long the threads may take to end, all together, in seconds.
    """
    here = {threading.main_thread(), threading.current_thread()}
    lasting = [each for each in threading.enumerate() if not each.daemon and each not in here]
    deadline = time.monotonic() + timeout
    for thread in lasting:
        if not _is_idle_worker(thread):
            thread.join(max(0, deadline - time.monotonic()))
    return [
        (f"Thread '{thread.name}'", stack_of(frames[-1]))
        for thread in lasting
        if (frames := _frames_of(thread)) and not _is_idle_worker(thread)
    ]


def _is_idle_worker(thread: threading.Thread) -> bool:
    """Whether a thread belongs to an executor and runs no code of an application."""
    frames = _frames_of(thread)
    is_worker = any(frame.f_code.co_filename == _EXECUTORS for frame in frames)
    return is_worker and not _formatted(frames)


def _frames_of(thread: threading.Thread) -> list[FrameType]:
    """Return the frames of a thread, outermost first; none if it has ended."""
    return _walk_back(sys._current_frames().get(thread.ident or 0))  # noqa: SLF001 - the only way there is


def as_text(stacks: Iterable[Stack]) -> str:
    """Return stacks as the end of a message: lines below it, or nothing if there are none."""
    return "".join(f"\n{title} is here:\n{text.rstrip()}" for title, text in stacks)


def _first(*kinds: Iterable[Stack]) -> list[Stack]:
    stacks = list(itertools.chain(*kinds))
    left_out = len(stacks) - _MOST_STACKS
    rest = [("More", f"{left_out} more threads and tasks are left out.")] if left_out > 0 else []
    return [*stacks[:_MOST_STACKS], *rest]


def _threads(left_out: set[int | None]) -> Iterator[Stack]:
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    for identifier, frame in sys._current_frames().items():  # noqa: SLF001 - the only way there is
        stack = _formatted(_walk_back(frame)) if identifier not in left_out else ""
        if stack:
            yield f"Thread '{names.get(identifier, identifier)}'", stack


def _tasks() -> Iterator[Stack]:
    # `asyncio.all_tasks` needs the loop, which is not known here. `type()` and not `isinstance`, as
    # a proxy may change its `__class__`.
    tasks = [found for found in gc.get_objects() if issubclass(type(found), asyncio.Task)]
    for task in tasks:
        frames = [] if task.done() else list(_awaited(task.get_coro()))
        stack = _formatted(frames)
        # While code runs on a worker thread, that thread has the stack.
        if stack and not frames[-1].f_code.co_filename.endswith(_WORKERS) and not _is_idle(frames):
            yield f"Task '{task.get_name()}'", stack


def _is_idle(frames: list[FrameType]) -> bool:
    """Whether a task is the lifespan of an application that waits for an event of it."""
    # `Lifespan._receive`. Its `_run` is below each application, also below one that hangs.
    codes = [frame.f_code for frame in frames[-3:]]
    return any(
        code.co_name == "_receive" and code.co_filename.endswith(_LIFESPAN) for code in codes
    )


def _awaited(awaitable: Any) -> Iterator[FrameType]:
    """Return the frames of a coroutine and of all that it waits for, outermost first."""
    while awaitable is not None:
        kind = next((name for name in _BEHIND if hasattr(awaitable, f"{name}_frame")), "")
        frame = getattr(awaitable, f"{kind}_frame", None)
        if frame is None:
            return
        yield frame
        awaitable = getattr(awaitable, f"{kind}_{_BEHIND[kind]}")
        # CherryPy runs on a greenlet, from which `aio.runtime.bridge` waits for a coroutine.
        on_greenlet = _walk_back(getattr(frame.f_locals.get("worker"), "gr_frame", None))
        yield from on_greenlet
        if on_greenlet:
            awaitable = on_greenlet[-1].f_locals.get("iterator")


def _walk_back(frame: FrameType | None) -> list[FrameType]:
    """Return a frame and all that called it, outermost first."""
    frames = []
    while frame is not None:
        frames.append(frame)
        frame = frame.f_back
    return frames[::-1]


def _formatted(frames: list[FrameType]) -> str:
    """Return a stack from the code of the application on; nothing if it does not run any."""
    files = [frame.f_code.co_filename for frame in frames]
    if any(_PAGES in file for file in files):
        return ""
    # What CherryPy does itself, such as wait for a session, is part of the application.
    for is_application in (_is_of_application, _is_of_cherrypy):
        first = next((index for index, file in enumerate(files) if is_application(file)), None)
        if first is not None:
            return _all_formatted(frames[first:])
    return ""


def _all_formatted(frames: list[FrameType]) -> str:
    summary = traceback.StackSummary.extract((frame, frame.f_lineno) for frame in frames)
    return "".join(summary.format())


def _is_of_application(file: str) -> bool:
    """Whether code is neither of Python itself nor of a server."""
    parts = Path(file).parts
    is_installed = any(name in parts for name in _PACKAGES)
    if not is_installed and file.startswith((_STANDARD_LIBRARY, "<")):
        return False
    return not _OF_SERVERS.intersection(parts)


def _is_of_cherrypy(file: str) -> bool:
    return "cherrypy" in Path(file).parts and _CHERRYPYS_PLUGINS not in file
