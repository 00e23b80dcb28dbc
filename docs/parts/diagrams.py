"""The diagrams of the bus and of a request's life, of what the running code does."""

import json
import subprocess
import sys
from collections import defaultdict
from typing import Any

import cherrypy
from cherrypy.process import wspbus

from parts.drawing import arrow, box, svg, text
from parts.source import DOCS

_BOX = 104  # width of a state, in the units of the drawing
_STEP = 140  # from one state to the next
_TOP = 130  # of the states: above and below them is room for arrows
_COLUMN = 230
_ROW = 34


def bus_states() -> str:
    """Return an SVG of the states of the bus, and which method leads from one to the next."""
    moves = _moves()
    states = list(dict.fromkeys(state for _, before, after in moves for state in (before, after)))
    places = {state: 10 + index * _STEP for index, state in enumerate(states)}
    parts = [box(x, _TOP, _BOX, 32, state) for state, x in places.items()]
    told = []
    for before, after in dict.fromkeys((before, after) for _, before, after in moves):
        methods = ", ".join(name for name, *move in moves if move == [before, after])
        parts.append(_move(methods, places[before] + _BOX // 2, places[after] + _BOX // 2))
        told.append(f"{methods} from {before} to {after}")
    width = places[states[-1]] + _BOX + 10
    return svg(
        width,
        300,
        title="States of the bus",
        description="; ".join(told) + ".",
        content="\n".join(parts),
    )


def bus_listeners() -> str:
    """Return a table of CherryPy's own listeners, in the order in which they are called."""
    channels: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for (channel, listener), priority in cherrypy.engine._priorities.items():  # noqa: SLF001 - the bus tells them nowhere else
        channels[channel].append((priority, _name(listener)))
    rows = [
        f"| `{channel}` | " + ", ".join(f"`{name}` ({at})" for at, name in sorted(listeners)) + " |"
        for channel, listeners in sorted(channels.items())
    ]
    return "\n".join(["| channel | listeners, with their priorities |", "|---|---|", *rows])


def request_life() -> str:
    """Return an SVG of what happens to a request on each server, and where."""
    done = subprocess.run(
        [sys.executable, "-m", "parts.request_life"],
        cwd=DOCS,
        check=True,
        capture_output=True,
        text=True,
        timeout=600,
    )
    lives: dict[str, list[list[str]]] = json.loads(done.stdout)
    parts, told = [], []
    for column, (server, steps) in enumerate(lives.items()):
        x = 10 + column * _COLUMN
        parts.append(text(x + 105, 20, server, "head"))
        for row, (step, place) in enumerate(steps):
            y = 34 + row * _ROW
            parts.append(box(x, y, 210, 24, step, place.replace(" ", "-")))
            if row:
                parts.append(arrow(f"M{x + 105} {y - 10}V{y}"))
        told.append(f"{server}: " + ", ".join(f"{step} on the {place}" for step, place in steps))
    height = 34 + max(map(len, lives.values())) * _ROW
    for offset, place in enumerate(("worker thread", "event loop")):
        parts.append(box(10 + offset * 130, height + 6, 120, 24, place, place.replace(" ", "-")))
    return svg(
        10 + len(lives) * _COLUMN,
        height + 40,
        title="Life of a request",
        description=". ".join(told) + ".",
        content="\n".join(parts),
    )


class _WatchedBus(wspbus.Bus):  # type: ignore[misc]
    """A bus that notes its states."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        super().__init__()

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "state":
            self.seen.append(value.name)
        super().__setattr__(name, value)


def _moves() -> list[tuple[str, str, str]]:
    """Return (method, state before, state after) of all that a bus does in a life."""
    bus, moves = _WatchedBus(), []
    bus._clean_exit = lambda: None  # noqa: SLF001 - `start` would have it called at the end of this process
    for method in ("start", "stop", "exit"):
        before = bus.seen[-1]
        first = len(bus.seen)
        getattr(bus, method)()
        for after in bus.seen[first:]:
            moves.append((method, before, after))
            before = after
    return list(dict.fromkeys(moves))


def _move(method: str, x: int, to: int) -> str:
    """Return an arrow from one state to another: to the right above them, to the left below."""
    middle, rise = (x + to) // 2, 26 * abs(to - x) // _STEP + 14
    if to > x:
        edge = _TOP - 2
        path = f"M{x} {edge}C{x} {edge - rise} {to} {edge - rise} {to} {edge}"
        return arrow(path) + text(middle, edge - rise * 3 // 4 - 4, method)
    edge = _TOP + 34
    path = f"M{x} {edge}C{x} {edge + rise} {to} {edge + rise} {to} {edge}"
    return arrow(path) + text(middle, edge + rise * 3 // 4 + 16, method)


def _name(listener: Any) -> str:
    return getattr(listener, "__qualname__", type(listener).__qualname__)
