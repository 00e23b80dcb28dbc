"""An event loop on a thread of its own."""

import asyncio

import pytest

from robot_cherrypy.hosting.loop_thread import LoopThread


def test_loop_that_cannot_be_made(monkeypatch):
    """The error reaches the one who wants the loop, who would wait for it for ever."""

    def refuse():
        raise OSError("Too many open files")

    monkeypatch.setattr(asyncio, "SelectorEventLoop", refuse)
    with pytest.raises(OSError, match="Too many open files"):
        LoopThread("asgi", pytest.fail)


def test_exit_of_a_task_leaves_the_loop_running():
    """It is told to the owner of the loop."""
    exits = []
    thread = LoopThread("asgi", exits.append)

    async def leave():
        raise SystemExit(3)

    thread.spawn(leave())
    goes_on = asyncio.run_coroutine_threadsafe(asyncio.sleep(0.01, "on"), thread.loop)
    assert "on" == goes_on.result(60)
    assert [3] == [error.code for error in exits]
    assert thread.close(1)
