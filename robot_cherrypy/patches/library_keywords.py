"""What is found out about the keywords of libraries: their arguments, types and documentation.

Upstream: PythonLibCore 4.6 (`robotlibcore/keywords/builder.py`), Robot Framework 7.5
(`robot/running/librarykeyword.py`). Both find it out anew for each import of a library, which takes
a tenth of a second for BuiltIn, SeleniumLibrary and this library together. A process that knows it
hands it on to its forks; instances of libraries are always new.
"""

import copy
from collections.abc import Callable, Collection
from typing import Any

from robot_cherrypy.patches.replacements import Replacements


def remembered_specifications(replacements: Replacements, builder: type[Any]) -> None:
    """Let libraries on PythonLibCore inspect each function once, unless it is translated.

    Args:
        replacements: How the patch is put in place.
        builder: The class `KeywordBuilder` of `robotlibcore/keywords/builder.py`.
    """
    known: dict[Any, Any] = {}

    def build(original: Callable[..., Any], method: Any, translation: Any = None) -> Any:
        if translation:
            return original(method, translation)
        function = getattr(method, "__func__", method)
        if function not in known:
            known[function] = original(method)
        specification = copy.copy(known[function])
        # Robot Framework removes the type of what a keyword returns from it.
        specification.argument_types = copy.copy(specification.argument_types)
        return specification

    replacements.wrap(builder, "build", build)


def remembered_keywords(
    replacements: Replacements, creator: type[Any], libraries: Collection[type[Any]]
) -> None:
    """Let Robot Framework parse each keyword of some libraries once.

    What a plugin of SeleniumLibrary replaces has another function, and what is translated another
    name or documentation.

    Args:
        replacements: How the patch is put in place.
        creator: The class `KeywordCreator` of `robot/running/librarykeyword.py`.
        libraries: The libraries: of methods, or on PythonLibCore.
    """
    known: dict[Any, Any] = {}

    def create(original: Callable[..., Any], creating: Any, **extra: Any) -> Any:
        library = creating.library
        if library is None or library.code not in libraries:
            return original(creating, **extra)
        if hasattr(creating, "method"):
            origin = creating.method.__func__
        else:
            method = library.instance.keywords[creating.name]
            origin = (getattr(method, "__func__", method), creating.get_doc())
        key = (library.name, creating.name, origin)
        if key not in known:
            known[key] = original(creating, **extra)
        return known[key].copy(owner=library)

    replacements.wrap(creator, "create", create)
