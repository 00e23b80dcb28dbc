"""Finding the page handler, where `_cp_dispatch` may be a coroutine function."""

from collections.abc import Callable
from typing import Any

import cherrypy
from cherrypy import _cpdispatch

from robot_cherrypy.patches.known import Patch, patch
from robot_cherrypy.patches.replacing import Replacements

# An object on the way, its configuration, and how many segments of the path come after it.
_Node = tuple[Any, dict[str, Any], int]
_NOTHING: dict[str, Any] = {}


def virtual_paths(settle: Callable[[Any], Any]) -> Patch:
    """Make the patch that settles what `_cp_dispatch` returns (`_cpdispatch.py`)."""

    @patch("cherrypy._cpdispatch:Dispatcher.find_handler")
    def coroutine_virtual_paths(replacements: Replacements) -> None:
        def find_handler(self: Any, path: str) -> tuple[Any, list[str]]:
            request = cherrypy.serving.request
            segments = [segment for segment in path.strip("/").split("/") if segment] + ["index"]
            trail = _walk(self, request.app, segments, settle)
            return _choose(request, trail, segments, path)

        replacements.set(_cpdispatch.Dispatcher, "find_handler", find_handler)

    return coroutine_virtual_paths


def _walk(
    dispatcher: Any, app: Any, segments: list[str], settle: Callable[[Any], Any]
) -> list[_Node]:
    """Follow the path from the root of the application as far as there are attributes for it."""
    total = len(segments)
    trail = [(app.root, _config_of(app.root, app, ["/"]), total)]
    node, left = app.root, segments[:]
    while left:
        before = len(left)
        subnode = getattr(node, _attribute(left[0], dispatcher.translate), None)
        if subnode is None:
            subnode = _take_virtual(dispatcher, node, left, settle)
        else:
            left.pop(0)
        if len(left) > before:
            raise cherrypy.CherryPyException(
                "A vpath segment was added.  Custom dispatchers may only remove elements.  "
                f"While trying to process {segments[total - before]} in {segments}"
            )
        if len(left) == before:
            left.pop(0)
        node = subnode
        taken = _paths(segments, total - before, total - len(left)) if app.config else []
        trail.append((node, _config_of(node, app, taken), len(left)))
    return trail


def _attribute(segment: str, table: Any) -> str:
    """Return the attribute that a segment of the path stands for."""
    if table is _cpdispatch.punctuation_to_underscores and segment.isalnum():
        return segment  # `translate` would look at each character
    return segment.translate(table)


def _paths(segments: list[str], start: int, end: int) -> list[str]:
    """Return the paths of the segments from `start` to `end`."""
    return ["/" + "/".join(segments[:number]) for number in range(start + 1, end + 1)]


def _take_virtual(dispatcher: Any, node: Any, left: list[str], settle: Callable[[Any], Any]) -> Any:
    """Let the node's `_cp_dispatch` take segments, if it has one."""
    dispatch = getattr(node, dispatcher.dispatch_method_name, None)
    if (
        not dispatch
        or not callable(dispatch)
        or getattr(dispatch, "exposed", False)
        or len(left) == 1
    ):
        left.pop(0)
        return None
    index = left.pop()
    subnode = settle(dispatch(vpath=left))
    left.append(index)
    return subnode


def _config_of(node: Any, app: Any, paths: list[str]) -> dict[str, Any]:
    """Merge the configuration of an object with the application's for its paths."""
    own = None if node is None else getattr(node, "_cp_config", None)
    if not paths or not app.config:
        return dict(own) if own else _NOTHING
    config: dict[str, Any] = {}
    if own:
        config.update(own)
    for path in paths:
        if path in app.config:
            config.update(app.config[path])
    return config


def _choose(
    request: Any, trail: list[_Node], segments: list[str], path: str
) -> tuple[Any, list[str]]:
    """Take the last exposed object of the trail, or the last `default` before it."""
    last = len(trail) - 1
    for number in range(last, -1, -1):
        value, _config, left = trail[number]
        if value is None:
            continue
        rest = segments[len(segments) - left : -1]
        default = getattr(value, "default", None)
        if default is not None and getattr(default, "exposed", False):
            trail.insert(number + 1, (default, getattr(default, "_cp_config", {}), left))
            request.config = _merge(trail, segments)
            request.is_index = path.endswith("/")
            return default, rest
        if getattr(value, "exposed", False):
            request.config = _merge(trail, segments)
            request.is_index = number == last
            return value, rest
    request.config = _merge(trail, segments)
    return None, []


def _merge(trail: list[_Node], segments: list[str]) -> dict[str, Any]:
    """Merge the configuration along the trail into the global one."""
    merged: dict[str, Any] = cherrypy.config.copy()
    for _value, config, left in trail:
        if config:
            merged.update(config)
            if "tools.staticdir.dir" in config:
                section = "/" + "/".join(segments[: len(segments) - left])
                merged["tools.staticdir.section"] = section
    return merged
