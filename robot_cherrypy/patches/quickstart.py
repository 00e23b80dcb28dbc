"""A `cherrypy.quickstart` that mounts and does not serve.

Upstream: CherryPy 18.10, `cherrypy/__init__.py`, `quickstart`. The original starts the engine and
blocks. Applications call it when they are imported or made; the server under test is started later
and by the harness.
"""

from typing import Any

import cherrypy
from cherrypy._cptree import Tree

from robot_cherrypy.patches.replacements import Replacements


def mounting_quickstart(replacements: Replacements, tree: Tree) -> None:
    """Let `cherrypy.quickstart` update the configuration and mount its root on `tree`."""

    def quickstart(root: Any = None, script_name: str = "", config: Any = None) -> None:
        if config:
            cherrypy.config.update(config)
        tree.mount(root, script_name, config)

    replacements.set(cherrypy, "quickstart", quickstart)
