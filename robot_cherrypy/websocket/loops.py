"""Which event loop runs here."""

import asyncio


def runs_here(loop: asyncio.AbstractEventLoop) -> bool:
    """Tell whether this thread is just now running something of an event loop."""
    try:
        return asyncio.get_running_loop() is loop
    except RuntimeError:
        return False
