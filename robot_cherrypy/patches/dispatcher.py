"""A dispatcher that waits for `_cp_dispatch` where it is a coroutine function.

Upstream: CherryPy 18.10, `cherrypy/_cpdispatch.py`, `Dispatcher.find_handler`. The original uses
what `_cp_dispatch` returns at once, in the middle of a function of 150 lines; so the whole function
is replaced. This one does the same in smaller steps, as `tests/patches/test_speed.py` shows by
comparing responses.
"""

from collections.abc import Callable
from typing import Any

import cherrypy
from cherrypy import _cpdispatch

from robot_cherrypy.patches.replacements import Replacements
from robot_cherrypy.patches.source_check import Patch, patch

# An object on the path, its configuration, and how many segments of the path come after it.
_Node = tuple[Any, dict[str, Any], int]
_NO_CONFIG: dict[str, Any] = {}


def virtual_paths(call: Callable[..., Any]) -> Patch:
    """Make the patch.

    Args:
        call: Is called with a `_cp_dispatch` and its argument. Waits for what it returns if that
            is a coroutine.
    """

    @patch(
        "cherrypy._cpdispatch:Dispatcher.find_handler",
        consequence="Without it, a _cp_dispatch that is a coroutine function finds nothing: its "
        "paths answer 404.",
    )
    def coroutine_virtual_paths(replacements: Replacements) -> None:
        def find_handler(self: Any, path: str) -> tuple[Any, list[str]]:
            request = cherrypy.serving.request
            segments = [segment for segment in path.strip("/").split("/") if segment] + ["index"]
            trail = _walk(self, request.app, segments, call)
            return _choose(request, trail, segments, path)

        replacements.set(_cpdispatch.Dispatcher, "find_handler", find_handler)

    return coroutine_virtual_paths


def _walk(dispatcher: Any, app: Any, segments: list[str], call: Callable[..., Any]) -> list[_Node]:
    """Follow the path from the application's root as far as there are attributes for it."""
    total = len(segments)
    trail = [(app.root, _config_of(app.root, app, ["/"]), total)]
    node, left = app.root, segments[:]
    while left:
        before = len(left)
        subnode = getattr(node, _attribute(left[0], dispatcher.translate), None)
        if subnode is None:
            subnode = _call_cp_dispatch(dispatcher, node, left, call)
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
        consumed = _paths(segments, total - before, total - len(left)) if app.config else []
        trail.append((node, _config_of(node, app, consumed), len(left)))
    return trail


def _attribute(segment: str, table: Any) -> str:
    """Return the name of the attribute for a segment of the path."""
    if table is _cpdispatch.punctuation_to_underscores and segment.isalnum():
        return segment  # `translate` would look at each character
    return segment.translate(table)


def _paths(segments: list[str], start: int, end: int) -> list[str]:
    """Return the paths that end with the segments from `start` to `end`."""
    return ["/" + "/".join(segments[:number]) for number in range(start + 1, end + 1)]


def _call_cp_dispatch(dispatcher: Any, node: Any, left: list[str], call: Callable[..., Any]) -> Any:
    """Call the node's `_cp_dispatch`, if it has one, which removes segments from `left`."""
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
    subnode = call(dispatch, vpath=left)
    left.append(index)
    return subnode


def _config_of(node: Any, app: Any, paths: list[str]) -> dict[str, Any]:
    """Merge the configuration of an object with the application's for its paths."""
    own = None if node is None else getattr(node, "_cp_config", None)
    if not paths or not app.config:
        return dict(own) if own else _NO_CONFIG
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
    """Return the last exposed object of the trail, or the last `default` before it."""
    last = len(trail) - 1
    for number in range(last, -1, -1):
        node, _config, left = trail[number]
        if node is None:
            continue
        rest = segments[len(segments) - left : -1]
        default = getattr(node, "default", None)
        if default is not None and getattr(default, "exposed", False):
            trail.insert(number + 1, (default, getattr(default, "_cp_config", {}), left))
            request.config = _merge(trail, segments)
            request.is_index = path.endswith("/")
            return default, rest
        if getattr(node, "exposed", False):
            request.config = _merge(trail, segments)
            request.is_index = number == last
            return node, rest
    request.config = _merge(trail, segments)
    return None, []


def _merge(trail: list[_Node], segments: list[str]) -> dict[str, Any]:
    """Merge the configuration of the objects of the trail into the global one."""
    merged: dict[str, Any] = cherrypy.config.copy()
    for _node, config, left in trail:
        if config:
            merged.update(config)
            if "tools.staticdir.dir" in config:
                section = "/" + "/".join(segments[: len(segments) - left])
                merged["tools.staticdir.section"] = section
    return merged
