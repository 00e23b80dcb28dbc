"""Observing which view of Flask, Django or Starlette, and so of FastAPI, is called for a request.

Upstream: Flask 3.1, `flask/app.py`, `Flask.dispatch_request`; Django 5.2,
`django/core/handlers/base.py`, `BaseHandler.resolve_request`; Starlette 1.0 and before,
`starlette/routing.py`, `Route.handle` and `WebSocketRoute.handle`; FastAPI 0.165,
`fastapi/routing.py`, `APIRoute.handle`. None of them tells a middleware around the application
which view it has called. Each is only replaced if its module is imported by then.
"""

import sys
from collections.abc import Callable
from typing import Any

from robot_cherrypy.patches.replacements import Replacements

_Observe = Callable[[Any], None]

_STARLETTE_ROUTES = (
    ("starlette.routing", "Route"),
    ("starlette.routing", "WebSocketRoute"),
    ("fastapi.routing", "APIRoute"),
)


def observed_views(replacements: Replacements, observe: _Observe) -> None:
    """Call `observe` with each view, before it is called, in the context of its request.

    Args:
        replacements: How the patch is put in place.
        observe: Called with the function, which decorators may wrap.
    """
    _flask(replacements, observe)
    _django(replacements, observe)
    for module, name in _STARLETTE_ROUTES:
        _starlette(replacements, observe, getattr(sys.modules.get(module), name, None))


def _flask(replacements: Replacements, observe: _Observe) -> None:
    module: Any = sys.modules.get("flask.app")
    globals_: Any = sys.modules.get("flask.globals")
    if module is None or globals_ is None:
        return

    def dispatch_request(original: Any, application: Any, *args: Any) -> Any:
        rule = globals_.request.url_rule
        if rule is not None:
            observe(application.view_functions.get(rule.endpoint))
        return original(application, *args)

    replacements.wrap(module.Flask, "dispatch_request", dispatch_request)


def _django(replacements: Replacements, observe: _Observe) -> None:
    module: Any = sys.modules.get("django.core.handlers.base")
    if module is None:
        return

    def resolve_request(original: Any, handler: Any, request: Any) -> Any:
        match = original(handler, request)
        observe(match.func)
        return match

    replacements.wrap(module.BaseHandler, "resolve_request", resolve_request)


def _starlette(replacements: Replacements, observe: _Observe, route_class: Any) -> None:
    if route_class is None or "handle" not in vars(route_class):
        return

    async def handle(original: Any, route: Any, *args: Any) -> None:
        observe(route.endpoint)
        await original(route, *args)

    replacements.wrap(route_class, "handle", handle)
