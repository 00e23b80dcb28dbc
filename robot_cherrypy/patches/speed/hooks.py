"""Hooks."""

from typing import Any

import cherrypy
from cherrypy import _cprequest

from robot_cherrypy.patches.known import patch
from robot_cherrypy.patches.replacing import Replacements

_QUIET = (cherrypy.HTTPError, cherrypy.HTTPRedirect, cherrypy.InternalRedirect)


@patch("cherrypy._cprequest:HookMap")
def hook_points(replacements: Replacements) -> None:
    """Copy and run hooks without detours (`_cprequest.py`, `HookMap`)."""
    original = _cprequest.HookMap.run

    def run(self: Any, point: str) -> None:
        if type(self) is not _cprequest.HookMap:
            original(self, point)
            return
        hooks = self[point]
        if not hooks:
            return
        hooks = sorted(hooks) if len(hooks) > 1 else hooks[:]
        for number, hook in enumerate(hooks, 1):
            try:
                hook()
            except Exception as error:
                if not isinstance(error, _QUIET):
                    cherrypy.log(traceback=True, severity=40)
                rest = hooks[number:]
                self.run_hooks(iter([hook for hook in rest if hook.failsafe]))
                raise

    def copy(self: Any) -> Any:
        new = dict.__new__(type(self))
        for point, hooks in self.items():
            new[point] = hooks[:] if hooks else []
        return new

    replacements.set(_cprequest.HookMap, "run", run)
    replacements.set(_cprequest.HookMap, "copy", copy)
    replacements.set(_cprequest.HookMap, "__copy__", copy)
