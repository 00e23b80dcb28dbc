"""Files that are saved in some folders, as they are saved."""

import importlib.util
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from robot_cherrypy.errors import MissingExtraError

# How often the operating system's events are looked at, in milliseconds. Those that come within
# one such time after each other are seen together: files of one save, or of one checkout.
_STEP = 20

# How long events are collected while more and more come, in milliseconds.
_DEBOUNCE = 800

# How often the thread looks whether it is to end, in milliseconds.
_STOP_STEP = 500


@dataclass(frozen=True)
class SavedFile:
    """A file that was written, renamed or deleted.

    Attributes:
        path: Its absolute path, without symbolic links.
        is_new: Whether it was not there before. An editor that saves by renaming makes it look so.
    """

    path: Path
    is_new: bool = False


class FolderWatch:
    """A thread that tells of files that are saved, several at a time if they are saved together.

    Args:
        folders: What is watched, with all below.
        ignored: Folders in them that are not.
        saved: Called with the files.
        failed: Called with the reason if the folders cannot be watched.
    """

    def __init__(
        self,
        folders: Iterable[Path],
        ignored: Iterable[Path],
        saved: Callable[[list[SavedFile]], None],
        failed: Callable[[str], None],
    ) -> None:
        try:
            import watchfiles  # noqa: PLC0415 - an extra
        except ModuleNotFoundError as error:
            raise MissingExtraError("Watching files", "watch") from error
        self._ended = threading.Event()
        names = watchfiles.DefaultFilter(ignore_paths=[str(path) for path in ignored])

        def watch() -> None:
            try:
                for changes in watchfiles.watch(
                    *folders,
                    watch_filter=lambda change, path: not _is_hidden(path) and names(change, path),
                    step=_STEP,
                    debounce=_DEBOUNCE,
                    rust_timeout=_STOP_STEP,
                    stop_event=self._ended,
                    yield_on_timeout=False,
                ):
                    for _change, path in changes:
                        _forget_bytecode(Path(path))
                    saved([_saved(Path(path), change.name) for change, path in sorted(changes)])
            except (OSError, RuntimeError) as error:
                failed(str(error))

        self._thread = threading.Thread(target=watch, name="saved files", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._ended.set()
        self._thread.join()


def _forget_bytecode(path: Path) -> None:
    """Delete bytecode that Python would take for that of a module of the same size and second."""
    if path.suffix == ".py":
        Path(importlib.util.cache_from_source(path)).unlink(missing_ok=True)


def _saved(path: Path, change: str) -> SavedFile:
    return SavedFile(path, is_new=change == "added")


def _is_hidden(path: str) -> bool:
    """Whether a file is one of an editor or tool, such as `.#page.html` or `.coverage`."""
    return Path(path).name.startswith((".", "#"))
