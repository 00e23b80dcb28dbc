"""Applying a page's configuration to a request.

At each request the original splits all names of the configuration, groups them by namespace, and
lets each tool work out its arguments and its hook. But a page has the same configuration each time,
unless the application changes it; so the steps are worked out once and kept with a copy of the
configuration, and are used as long as that is equal.

Tested with tools of all kinds, one that is no `cherrypy.Tool`, one that does not exist, hooks and
headers in the configuration, and a configuration that changes between two requests.
"""

from collections.abc import Callable
from typing import Any

import cherrypy
from cherrypy import _cprequest, _cptools
from cherrypy.lib import reprconf

from robot_cherrypy.patches.replacements import Replacements
from robot_cherrypy.patches.source_check import patch

# How many plans are kept: more than an application has pages. Page handlers that are made anew for
# each request would otherwise fill the memory.
_MOST_PLANS = 4096

_new_hook = object.__new__


class _ToolboxPlan:
    """What a toolbox does for one configuration: set its tool map, and attach hooks."""

    def __init__(self, toolbox: Any, entries: dict[str, Any]) -> None:
        self.namespace = toolbox.namespace
        self.map: dict[str, dict[str, Any]] = {}
        for key, value in entries.items():
            name, argument = key.split(".", 1)
            self.map.setdefault(name, {})[argument] = value
        self.steps = [
            _ToolStep(getattr(toolbox, name), settings)
            for name, settings in self.map.items()
            if settings.get("on", False)
        ]

    def holds(self) -> bool:
        """Return whether the tools still have the functions that the plan was made with."""
        for step in self.steps:
            if step.point is not None and step.tool.callable is not step.callable:
                return False
        return True

    def apply(self, request: Any) -> None:
        """Do what `Toolbox.__enter__` and `__exit__` do."""
        request.toolmaps[self.namespace] = {name: {**args} for name, args in self.map.items()}
        for step in self.steps:
            if step.point is None:
                step.tool._setup()  # noqa: SLF001
                continue
            hook = _new_hook(_cprequest.Hook)
            hook.callback, hook.failsafe, hook.priority = step.hook
            hook.kwargs = step.arguments.copy()
            request.hooks[step.point].append(hook)


class _ToolStep:
    """What turning on one tool does: attach a hook, unless the tool has a set-up of its own."""

    def __init__(self, tool: Any, settings: dict[str, Any]) -> None:
        self.tool = tool
        self.callable = getattr(tool, "callable", None)
        self.point: str | None = None
        kind = type(tool)
        if (
            isinstance(tool, _cptools.Tool)
            and kind._setup is _cptools.Tool._setup  # noqa: SLF001
            and kind._merged_args is _cptools.Tool._merged_args  # noqa: SLF001
        ):
            self._plan_hook(settings)

    def _plan_hook(self, settings: dict[str, Any]) -> None:
        tool = self.tool
        arguments = {name: value for name, value in settings.items() if name != "on"}
        priority = arguments.pop("priority", None)
        if priority is None:
            priority = getattr(tool.callable, "priority", tool._priority)  # noqa: SLF001
        self.point = tool._point  # noqa: SLF001
        hook = _cprequest.Hook(tool.callable, priority=priority, **arguments)
        self.hook = hook.callback, hook.failsafe, hook.priority
        self.arguments = arguments


class _Plan:
    """The steps that apply one configuration to a request.

    A namespace handler that is a context manager, other than CherryPy's toolboxes, may do anything;
    then there is no plan (`is_usable`), and the original does the work.
    """

    def __init__(self, namespaces: Any, config: dict[str, Any]) -> None:
        self.namespaces = dict(namespaces)
        self.config = dict(config)
        entries: dict[str, dict[str, Any]] = {}
        for key, value in config.items():
            if "." in key:
                namespace, name = key.split(".", 1)
                entries.setdefault(namespace, {})[name] = value
        self.is_usable = all(_is_known(handler) for handler in namespaces.values())
        self.steps: list[Callable[[Any], None]] = []
        self.toolboxes: list[_ToolboxPlan] = []
        if self.is_usable:
            try:
                self._make_steps(entries)
            except (AttributeError, TypeError, ValueError):
                # The original raises this error, too, but only after the steps before it.
                self.is_usable = False

    def _make_steps(self, entries: dict[str, dict[str, Any]]) -> None:
        for namespace, handler in self.namespaces.items():
            own = entries.get(namespace, {})
            if isinstance(handler, _cptools.Toolbox):
                self.toolboxes.append(_ToolboxPlan(handler, own))
                self.steps.append(self.toolboxes[-1].apply)
            elif own:
                self.steps.append(_entries_step(handler, list(own.items())))

    def holds(self, namespaces: Any, config: dict[str, Any]) -> bool:
        """Return whether the plan is for exactly this configuration."""
        if self.config != config or self.namespaces != namespaces:
            return False
        for toolbox in self.toolboxes:  # noqa: SIM110 - a generator would take longer
            if not toolbox.holds():
                return False
        return True

    def apply(self, request: Any) -> None:
        """Do what `NamespaceSet.__call__` does for this configuration."""
        for step in self.steps:
            step(request)


def _entries_step(handler: Any, entries: list[tuple[str, Any]]) -> Callable[[Any], None]:
    """Make the step that calls a namespace handler with its entries."""

    def call_handler(_request: Any) -> None:
        for key, value in entries:
            handler(key, value)

    def set_attributes(request: Any) -> None:
        for key, value in entries:
            setattr(request, key, value)

    is_of_body = any(key.startswith("body.") for key, _value in entries)
    return (
        set_attributes
        if handler is _cprequest.request_namespace and not is_of_body
        else call_handler
    )


def _is_known(handler: Any) -> bool:
    """Return whether a namespace handler is a function, or a toolbox that works as CherryPy's."""
    kind = type(handler)
    if isinstance(handler, _cptools.Toolbox):
        toolbox = _cptools.Toolbox
        return kind.__enter__ is toolbox.__enter__ and kind.__exit__ is toolbox.__exit__
    return not hasattr(handler, "__exit__")


@patch(
    "cherrypy.lib.reprconf:NamespaceSet.__call__",
    "cherrypy._cptools:Toolbox.__enter__",
    "cherrypy._cptools:Toolbox.__exit__",
    "cherrypy._cptools:Tool._setup",
    "cherrypy._cptools:Tool._merged_args",
    "cherrypy._cprequest:Hook.__init__",
    "cherrypy._cprequest:HookMap.attach",
    "cherrypy._cprequest:request_namespace",
)
def tool_plans(replacements: Replacements) -> None:
    """Keep a plan for each page handler (`lib/reprconf.py`, `NamespaceSet.__call__`)."""
    plans: dict[Any, _Plan] = {}
    original = reprconf.NamespaceSet.__call__

    def apply(self: Any, config: dict[str, Any]) -> None:
        request = cherrypy.serving.request
        if self is not getattr(request, "namespaces", None):
            original(self, config)
            return
        key = getattr(request.handler, "callable", None)
        try:
            plan = plans.get(key)
        except TypeError:  # a page handler that cannot be hashed
            original(self, config)
            return
        if plan is None or not plan.holds(self, config):
            if len(plans) > _MOST_PLANS:
                plans.clear()
            plan = plans[key] = _Plan(self, config)
        if plan.is_usable:
            plan.apply(request)
        else:
            original(self, config)

    replacements.set(reprconf.NamespaceSet, "__call__", apply)
