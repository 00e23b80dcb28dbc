"""Values of PostgreSQL that Python's types cannot hold, which come as PostgreSQL writes them."""

import json
import re
from decimal import Decimal
from typing import Any

import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.types import datetime as times
from psycopg.types.json import set_json_loads

# What an interval may have besides days and a time: Python has no durations in months.
_MORE_THAN_DAYS = re.compile(rb"year|mon|infinity")


def load_without_loss(connection: "psycopg.Connection[Any]") -> None:
    """Let a connection return the values of all types exactly, else as text.

    Text are dates before year 1 or after 9999, infinite ones, the time 24:00 and intervals with
    months.
    """
    loaders: dict[str, type[Loader]] = {
        "date": times.DateLoader,
        "time": times.TimeLoader,
        "timetz": times.TimetzLoader,
        "timestamp": times.TimestampLoader,
        "timestamptz": times.TimestamptzLoader,
    }
    for name, loader in loaders.items():
        connection.adapters.register_loader(name, _or_text(loader))
    connection.adapters.register_loader("interval", _Interval)
    set_json_loads(_load_json, connection)


def _or_text(loader: type[Loader]) -> type[Loader]:
    """Return a loader that loads as text what the other one cannot load."""

    class _LoaderOrText(loader):  # type: ignore[misc, valid-type]
        def load(self, data: Buffer) -> Any:
            try:
                return super().load(data)
            except (psycopg.DataError, NotImplementedError):
                return bytes(data).decode()

    return _LoaderOrText


class _Interval(times.IntervalLoader):
    def load(self, data: Buffer) -> Any:
        if _MORE_THAN_DAYS.search(data):
            return bytes(data).decode()
        return super().load(data)


def _load_json(text: str | bytes) -> Any:
    return json.loads(text, parse_float=_load_number)


def _load_number(text: str) -> float | Decimal:
    """Return a number of JSON, as a decimal if a float would not be the same."""
    number, exact = float(text), Decimal(text)
    return number if Decimal(repr(number)) == exact else exact
