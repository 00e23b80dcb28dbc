"""Tools that a configuration names and that do not exist: each page that needs one fails."""

from collections.abc import Iterator, Mapping
from typing import Any

from cherrypy import Application
from cherrypy._cptree import Tree

from robot_cherrypy.errors import suggest_alike
from robot_cherrypy.settings.configuration_parts import configuration_parts


def unknown_tools(tree: Tree) -> list[str]:
    """Return a sentence about each tool that is switched on in a tree and does not exist.

    Tools may be made until a server has started; after that is the time to look.
    """
    found: dict[str, None] = {}
    for application in tree.apps.values():
        if isinstance(application, Application):
            for place, configuration in configuration_parts(application):
                for sentence in _sentences(application, place, configuration):
                    found.setdefault(sentence)
    return list(found)


def _sentences(
    application: Application, place: str, configuration: Mapping[str, Any]
) -> Iterator[str]:
    """Yield a sentence for each unknown tool that a part of a configuration switches on."""
    for key, value in configuration.items():
        toolbox_name, _, rest = str(key).partition(".")
        toolbox = application.toolboxes.get(toolbox_name)
        name, _, argument = rest.partition(".")
        if toolbox is None or not name or hasattr(toolbox, name):
            continue
        if argument == "on" and value:
            hint = suggest_alike(name, vars(toolbox))
            yield f"{place} switches on {key}, and there is no tool '{name}'.{hint}"
