"""Why CherryPy refused a request with a status of 400 to 499, as far as it knows."""

import inspect
import types
from typing import Any

import cherrypy
from cherrypy._cpdispatch import Dispatcher, MethodDispatcher, test_callable_spec
from cherrypy.lib.httputil import valid_status

from robot_cherrypy.errors import suggest_alike

# Dispatchers that go from the root from attribute to attribute.
_BY_ATTRIBUTES = (Dispatcher, MethodDispatcher)


def why_refused(error: BaseException | None) -> str:
    """Return why a page handler, tool or hook refused a request by this exception.

    Returns:
        The end of a sentence; empty if nobody knows, or it was not refused.
    """
    if not isinstance(error, cherrypy.HTTPError) or error.code >= 500:
        return ""
    if isinstance(error, cherrypy.NotFound):
        return ""  # its message has nothing but the path
    told = str(error._message or "")  # noqa: SLF001 - told nowhere else
    if told != _usual_message(error):
        return told.rstrip(".")
    if _is_raised_by(error, test_callable_spec):
        return "path and parameters do not fit those of the function"
    return ""


def _usual_message(error: cherrypy.HTTPError) -> str:
    """Return what CherryPy says of the status itself."""
    return str(valid_status(error.code)[2])


def why_no_handler(request: Any) -> str:
    """Return at which object the way from the root of the application to a page handler ends.

    Returns:
        The end of a sentence; empty if the dispatcher is another one than CherryPy's own two.
    """
    dispatcher = request.app.find_config(request.path_info, "request.dispatch", request.dispatch)
    if type(dispatcher) not in _BY_ATTRIBUTES:
        return ""
    node, name = request.app.root, _name_of_type(request.app.root)
    for part in filter(None, request.path_info.split("/")):
        attribute = part.translate(dispatcher.translate)
        if hasattr(node, dispatcher.dispatch_method_name):
            return ""
        child = getattr(node, attribute, None)
        if child is None:
            return f"{name} has no page '{attribute}'{_alike(attribute, node)}"
        node, name = child, f"{name}.{attribute}"
        if callable(child) and not _is_exposed(child):
            return f"{name} is not exposed: it needs @cherrypy.expose"
    return _why_no_index(node, name, request, dispatcher)


def _why_no_index(node: Any, name: str, request: Any, dispatcher: Dispatcher) -> str:
    if isinstance(dispatcher, MethodDispatcher):
        if _is_exposed(node):
            return f"{name} has no method {request.method}"
        return f"{name} is not exposed: its class needs @cherrypy.expose"
    if getattr(node, "index", None) is None:
        return f"{name} has no page 'index'"
    return f"{name}.index is not exposed: it needs @cherrypy.expose"


def _alike(attribute: str, node: Any) -> str:
    # Static: a property of the application is not run for a hint.
    static = ((name, inspect.getattr_static(node, name, None)) for name in dir(node))
    hint = suggest_alike(attribute, (name for name, value in static if _is_exposed(value)))
    return f".{hint}" if hint else ""


def _is_raised_by(error: BaseException, function: types.FunctionType) -> bool:
    link = error.__traceback__
    while link is not None and link.tb_next is not None:
        link = link.tb_next
    return link is not None and link.tb_frame.f_code is function.__code__


def _is_exposed(value: Any) -> bool:
    return bool(getattr(value, "exposed", False))


def _name_of_type(value: Any) -> str:
    kind = value if isinstance(value, type) else type(value)
    return f"{kind.__module__}.{kind.__qualname__}"
