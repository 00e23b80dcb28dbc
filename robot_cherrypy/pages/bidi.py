"""Observes a browser by WebDriver BiDi, on a connection of our own: Firefox."""

import json
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from robot_cherrypy.pages.activity import SILENCE, activity_of
from robot_cherrypy.pages.bidi_console import BidiConsole
from robot_cherrypy.pages.bidi_network import BidiNetworkLog
from robot_cherrypy.pages.network_log import Request
from robot_cherrypy.pages.observer import (
    Activity,
    Dialog,
    ObserverError,
    Offer,
    Picture,
    Window,
    Windows,
)
from robot_cherrypy.pages.windows import (
    COMMAND_TIMEOUT,
    CONNECT_TIMEOUT,
    LONGEST_BODY,
    WORLD,
    Page,
    WindowsObserver,
)

# What the browser tells of.
_MODULES = ("browsingContext", "log", "network")

# Resolves when the page's event loop has run the tasks that were queued before it. A timer would be
# late in a window that is not shown.
_NEXT_TASK = """new Promise((done) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = done;
    channel.port2.postMessage(null);
})"""

_SIZES = """(() => {
    const {scrollWidth, scrollHeight} = document.documentElement;
    return [innerWidth, innerHeight, scrollWidth, scrollHeight];
})()"""

_FORMAT = {"type": "image/jpeg", "quality": 0.75}

# How much of a response the browser keeps for us, in bytes: that of a large script.
_MOST_KEPT = 2_000_000

# What a cookie has besides its value.
_OF_COOKIES = frozenset({"name", "domain", "path", "httpOnly", "secure", "sameSite", "expiry"})

# How long the title of another window is waited for, in seconds. It needs 5 ms.
_TITLE_TIMEOUT = 0.3


class BidiObserver(WindowsObserver):
    """Observes a browser from the moment at which it is made."""

    offers: frozenset[Offer] = frozenset({"console", "network", "windows", "scripts", "cookies"})

    def __init__(self, url: str, selected: Callable[[float], str]) -> None:
        """Connect, and wait until the open windows are observed.

        Args:
            url: Of the WebSocket of the driver's session.
            selected: Returns the identifier of the window that the driver has selected, empty if
                that was closed; raises `ObserverError` if the driver does not tell it within a time
                in seconds.

        Raises:
            ObserverError: The browser did not answer.
        """
        self._owners: dict[str, Page] = {}  # by identifier of a window or frame
        self._scripts: dict[str, str] = {}  # the browser's identifiers of kept scripts, by name
        super().__init__(url, selected, BidiConsole(), BidiNetworkLog())
        collector = {"dataTypes": ["response"], "maxEncodedDataSize": _MOST_KEPT}
        self._connection.post("", "network.addDataCollector", **collector)
        # Events about what is open come before the result.
        self._call("session.subscribe", {"events": _MODULES}, CONNECT_TIMEOUT)

    def windows(self, timeout: float) -> Windows:
        """Return the open windows, with the titles of those that tell it at once."""
        deadline = time.monotonic() + timeout
        shown, is_closed = self._find_selected(timeout / 2)
        tree = self._call("browsingContext.getTree", {"maxDepth": 0}, deadline - time.monotonic())
        windows = {
            context["context"]: Window(
                context["context"], context["url"], self._title(context["context"], deadline)
            )
            for context in tree["contexts"]
        }
        current = windows.pop(shown.identifier, Window(shown.identifier))
        return Windows(current, list(windows.values()), is_closed)

    def dialog(self, timeout: float) -> Dialog | None:
        """Return the dialog of the selected window; it is known from an event."""
        return self._open_dialog(self._page(timeout), time.monotonic() + timeout)

    def picture(self, timeout: float) -> Picture:
        """Return a picture of what is in view, whichever frame is selected."""
        deadline = time.monotonic() + timeout
        page = self._page(timeout)
        values = {"context": page.identifier, "format": _FORMAT}
        data = self._ask(page, "browsingContext.captureScreenshot", values, deadline)["data"]
        width, height, page_width, page_height = self._evaluate(page, _SIZES, deadline)
        return Picture(
            data, "image/jpeg", size=(width, height), page_size=(page_width, page_height)
        )

    def read(self, script: str, timeout: float) -> Any:
        """Run a script in a world of its own in the page's top document."""
        deadline = time.monotonic() + timeout
        return self._evaluate(self._page(timeout), script, deadline)

    def response_body(self, request: Request, timeout: float) -> str:
        """Return the beginning of the response to a request."""
        return self._body(request.identifier, timeout)[:LONGEST_BODY]

    def file(self, url: str, timeout: float) -> str:
        """Return a script or the document of the selected window, as the browser has loaded it."""
        deadline = time.monotonic() + timeout
        requests = reversed(list(self.network(timeout).requests))
        latest = next((each for each in requests if each.url == url and each.ended), None)
        return self._body(latest.identifier, deadline - time.monotonic()) if latest else ""

    def run_next_task(self, timeout: float) -> bool:
        """Wait for the page's event loop, unless a dialog opens."""
        try:
            self.read(f"{_NEXT_TASK}.then(() => null)", timeout)
        except ObserverError:
            return False
        return True

    def set_position(self, origin: str, position: dict[str, float]) -> None:
        """Let the selected window be somewhere, and pages of an origin read its position."""
        page = self._page(COMMAND_TIMEOUT)
        if origin:
            permission = {"descriptor": {"name": "geolocation"}, "state": "granted"}
            values = {**permission, "origin": origin}
            self._call("permissions.setPermission", values, COMMAND_TIMEOUT)
        override = {"coordinates": position, "contexts": [page.identifier]}
        self._call("emulation.setGeolocationOverride", override, COMMAND_TIMEOUT)

    def cookies(self) -> list[dict[str, Any]]:
        """Return the cookies of all pages."""
        told = self._call("storage.getCookies", {}, COMMAND_TIMEOUT)["cookies"]
        return [_as_webdriver_has_it(cookie) for cookie in told]

    def set_cookie(self, cookie: dict[str, Any]) -> None:
        """Set a cookie of any page."""
        values = {name: value for name, value in cookie.items() if name in _OF_COOKIES}
        values["value"] = {"type": "string", "value": cookie["value"]}
        if "sameSite" in cookie:
            values["sameSite"] = cookie["sameSite"].lower()
        self._call("storage.setCookie", {"cookie": values}, COMMAND_TIMEOUT)

    def run_everywhere(self, name: str, script: str, *, is_kept: bool) -> None:
        """Run a script in all documents; workers do not run it."""
        former = self._scripts.pop(name, "")
        if is_kept:
            values = {"functionDeclaration": f"() => {{ {script} }}"}
            added = self._call("script.addPreloadScript", values, COMMAND_TIMEOUT)
            self._scripts[name] = added["script"]
        if former:
            self._call("script.removePreloadScript", {"script": former}, COMMAND_TIMEOUT)
        if any(result is None for result in self._run(script, COMMAND_TIMEOUT)):
            raise ObserverError("a page is busy")

    def activity(self, within: float, timeout: float) -> Activity:
        """Return what pages will do within a time."""
        state = f"globalThis.__robot_cherrypy_activity?.state({round(1000 * within)}, false)"
        results = self._run(f"JSON.stringify({state} ?? {{}})", min(timeout, SILENCE))
        return activity_of([result and json.loads(_value(result) or "{}") for result in results])

    def _handle_event(
        self,
        session: str,  # noqa: ARG002 - of the DevTools Protocol
        method: str,
        values: dict[str, Any],
    ) -> None:
        """Handle an event, on the connection's thread."""
        if method == "browsingContext.contextCreated":
            self._open(values)
        context = str((values["source"] if method == "log.entryAdded" else values).get("context"))
        page = self._owners.get(context, self._elsewhere)
        if method == "browsingContext.userPromptOpened":
            page.dialog = Dialog(values["type"], values["message"])
        elif method == "browsingContext.userPromptClosed":
            page.dialog = None
        page.network.handle_event(method, values)
        self._console.handle_event(method, values, page.network)
        if method == "browsingContext.contextDestroyed":
            self._owners.pop(context, None)
            self._close_page(context)

    def _open(self, values: dict[str, Any]) -> None:
        """Observe a window or frame that was opened."""
        identifier, parent = values["context"], values["parent"]
        if parent is None:
            page = Page(identifier, identifier, BidiNetworkLog(identifier))
            self._open_page(page)
        else:
            page = self._owners.get(parent, self._elsewhere)
        self._owners[identifier] = page

    def _run(self, script: str, timeout: float) -> list[dict[str, Any] | None]:
        """Run a script in the documents of all windows and frames; return their results.

        None stands for one that was busy for all the time. Those with a dialog are left out.
        """
        results: dict[str, dict[str, Any]] = {}
        with self._connection.changed:
            contexts = [each for each, page in self._owners.items() if page.dialog is None]
            for context in contexts:
                self._connection.post(
                    "",
                    "script.evaluate",
                    partial(results.__setitem__, context),
                    expression=script,
                    target={"context": context},
                    awaitPromise=False,
                )

            def is_done() -> bool:
                waits = (
                    context not in results and page.dialog is None
                    for context, page in self._owners.items()
                    if context in contexts
                )
                return not any(waits) or not self._connection.is_open

            self._connection.changed.wait_for(is_done, timeout)
        return [results.get(context) for context in contexts if context in self._owners]

    def _call(self, command: str, values: dict[str, Any], timeout: float) -> dict[str, Any]:
        return self._connection.call("", command, values, max(0.0, timeout))

    def _await_events(self, timeout: float) -> None:
        self._call("session.status", {}, timeout)

    def _body(self, request: str, timeout: float) -> str:
        """Return the response to a request; empty if it is no text."""
        data = self._call("network.getData", {"dataType": "response", "request": request}, timeout)
        found = data["bytes"]
        return str(found["value"]) if found["type"] == "string" else ""

    def _title(self, context: str, deadline: float) -> str:
        page = self._owners.get(context)
        left = min(deadline, time.monotonic() + _TITLE_TIMEOUT)
        try:
            return str(self._evaluate(page, "document.title", left)) if page else ""
        except ObserverError:  # it is busy, or shows a dialog
            return ""

    def _evaluate(self, page: Page, script: str, deadline: float) -> Any:
        values = {
            "expression": f"Promise.resolve({script}).then(JSON.stringify)",
            "target": {"context": page.identifier, "sandbox": WORLD},
            "awaitPromise": True,
        }
        result = self._ask(page, "script.evaluate", values, deadline)
        if result["type"] == "exception":
            raise ObserverError(result["exceptionDetails"]["text"].partition("\n")[0])
        value = _value(result)
        return None if value is None else json.loads(value)


def _as_webdriver_has_it(cookie: dict[str, Any]) -> dict[str, Any]:
    """Return a cookie as WebDriver's command Get All Cookies tells it."""
    values = {name: value for name, value in cookie.items() if name in _OF_COOKIES}
    values["value"] = cookie["value"]["value"]  # Base64 if it is no text
    same_site = cookie["sameSite"].title()
    if same_site == "Default":  # it was set without
        del values["sameSite"]
    else:
        values["sameSite"] = same_site
    return values


def _value(result: dict[str, Any]) -> str | None:
    """Return the text that a script has returned."""
    value: str | None = result.get("result", {}).get("value")
    return value
