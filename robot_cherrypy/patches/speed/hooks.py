"""Hooks."""

from typing import Any

from cherrypy import _cprequest

from robot_cherrypy.patches.known import patch
from robot_cherrypy.patches.replacing import Replacements


@patch("cherrypy._cprequest:HookMap")
def empty_hook_points(replacements: Replacements) -> None:
    """Let hook points without hooks cost nothing (`_cprequest.py`, `HookMap`)."""

    def run(self: Any, point: str) -> None:
        hooks = self[point]
        if hooks:
            self.run_hooks(iter(sorted(hooks)))

    def copy(self: Any) -> Any:
        new = dict.__new__(type(self))
        for point, hooks in self.items():
            new[point] = hooks[:]
        return new

    replacements.set(_cprequest.HookMap, "run", run)
    replacements.set(_cprequest.HookMap, "copy", copy)
    replacements.set(_cprequest.HookMap, "__copy__", copy)
