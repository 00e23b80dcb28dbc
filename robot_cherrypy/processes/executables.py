"""Finds executables on the PATH and where systems install them."""

import glob
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path


def find_executables(places: Iterable[str]) -> Iterator[Path]:
    """Yield the executables at these places.

    Args:
        places: Names to look up on the PATH, and glob patterns of absolute paths, in which `~` and
            environment variables are expanded.

    Yields:
        The executables of the first place first; of one place, the newest version first.
    """
    for place in places:
        for path in _paths_at(place):
            if path.is_file() and os.access(path, os.X_OK):
                yield path


def _paths_at(place: str) -> list[Path]:
    place = os.path.expandvars(Path(place).expanduser())
    if "/" not in place:
        path = shutil.which(place)
        return [Path(path).resolve()] if path else []
    paths = glob.glob(place)  # noqa: PTH207 - the patterns are absolute
    return sorted(map(Path, paths), key=_numbers, reverse=True)


def _numbers(path: Path) -> list[int]:
    """Return the numbers in a path, by which versions are compared: 10 is newer than 9."""
    return [int(number) for number in re.findall(r"\d+", str(path))]
