"""Observes a Chromium by the Chrome DevTools Protocol, on a connection of our own."""

import contextlib
import time
from collections.abc import Callable
from typing import Any

from robot_cherrypy.pages.activity import ActivityProbe
from robot_cherrypy.pages.devtools_console import DevToolsConsole
from robot_cherrypy.pages.devtools_network import DevToolsNetworkLog
from robot_cherrypy.pages.document import Document
from robot_cherrypy.pages.driver_observer import geolocation_commands
from robot_cherrypy.pages.everywhere import EverywhereScript
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

# How long the size of a page is waited for that has given a picture, in seconds: it needs 2 ms.
_SIZE_TIMEOUT = 0.5

# How long a page is waited for that is to tell of its network, in seconds: it may be busy for ever.
_NETWORK_TIMEOUT = 2.0

# Resolves when the page's event loop has run the tasks that were queued before it.
_NEXT_TASK = "new Promise(done => setTimeout(done))"

# Chromium makes a JPEG in a third of the time of a WebP, and with this option in half of that.
_FORMAT = {"format": "jpeg", "quality": 75, "optimizeForSpeed": True}

# What the browser has beside each other: windows, and workers of several windows.
_SEPARATE = frozenset({"page", "service_worker", "shared_worker"})

# What is observed besides windows: their frames and workers, and workers of several windows.
_PARTS = frozenset({"iframe", "service_worker", "shared_worker", "worker"})

# The browser shows errors of these in the console of their window.
_WITHOUT_CONSOLE = frozenset({"worker"})

_AUTO_ATTACH = {"autoAttach": True, "waitForDebuggerOnStart": False, "flatten": True}


def _note_dialog(page: Page, values: dict[str, Any]) -> None:
    page.dialog = Dialog(values["type"], values["message"])


def _note_end_of_dialog(page: Page, _values: dict[str, Any]) -> None:
    page.dialog = None


def _note_crash(page: Page, _values: dict[str, Any]) -> None:
    page.has_crashed = True


def _note_recovery(page: Page, _values: dict[str, Any]) -> None:
    """The page is loaded again in another process."""
    page.has_crashed = False


_STATES: dict[str, Callable[[Page, dict[str, Any]], None]] = {
    "Page.javascriptDialogOpening": _note_dialog,
    "Page.javascriptDialogClosed": _note_end_of_dialog,
    "Inspector.targetCrashed": _note_crash,
    "Inspector.targetReloadedAfterCrash": _note_recovery,
}


class ChromiumObserver(WindowsObserver):
    """Observes a Chromium from the moment at which it is made."""

    offers: frozenset[Offer] = frozenset({"console", "network", "windows", "scripts", "commands"})

    def __init__(self, url: str, selected: Callable[[float], str]) -> None:
        """Connect, and wait until the open windows are observed.

        Args:
            url: Of the browser's WebSocket.
            selected: Returns the identifier of the window that the driver has selected, empty if
                that was closed; raises `ObserverError` if the driver does not tell it within a time
                in seconds.

        Raises:
            ObserverError: The browser did not answer.
        """
        self._owners: dict[str, Page] = {}  # by session of a window, frame or worker
        self._waiting: dict[str, str] = {}  # second sessions by the identifiers of their windows
        self._targets: dict[str, str] = {}  # the identifiers of those that are attached, by session
        super().__init__(url, selected, DevToolsConsole(), DevToolsNetworkLog())
        self._everywhere = EverywhereScript(self._connection, self._is_blocked)
        self._activity = ActivityProbe(self._connection)
        # With `Target.setAutoAttach` a new window would wait for us as well as for the driver.
        discover = {"discover": True}
        self._connection.call("", "Target.setDiscoverTargets", discover, CONNECT_TIMEOUT)
        # The results of our commands come in their order, so the windows are attached after this.
        self._connection.call("", "Target.getTargets", {}, CONNECT_TIMEOUT)
        for page in list(self._pages.values()):
            with contextlib.suppress(ObserverError):  # it is busy, or was closed
                self._connection.call(page.session, "Network.enable", {}, _NETWORK_TIMEOUT)

    def windows(self, timeout: float) -> Windows:
        """Return the open windows, of whose pages none is asked."""
        deadline = time.monotonic() + timeout
        shown, is_closed = self._find_selected(timeout / 2)
        left = max(0.0, deadline - time.monotonic())
        targets = self._connection.call("", "Target.getTargets", {}, left)["targetInfos"]
        windows = {
            target["targetId"]: Window(target["targetId"], target["url"], target["title"])
            for target in targets
            if target["type"] == "page"
        }
        current = windows.pop(shown.identifier, Window(shown.identifier))
        return Windows(current, list(windows.values()), is_closed)

    def dialog(self, timeout: float) -> Dialog | None:
        """Return the dialog of the selected window; it is known from an event."""
        return self._open_dialog(self._page(timeout), time.monotonic() + timeout)

    def picture(self, timeout: float) -> Picture:
        """Return a picture of what is in view, whichever frame is selected.

        For a picture of more than that, Chromium gives the page another size for a moment, and the
        page's own scripts would be told. A page that is about to be left does not tell its size.
        """
        deadline = time.monotonic() + timeout
        page = self._page(timeout)
        data = self._ask(page, "Page.captureScreenshot", _FORMAT, deadline)["data"]
        try:
            deadline = min(deadline, time.monotonic() + _SIZE_TIMEOUT)
            metrics = self._ask(page, "Page.getLayoutMetrics", {}, deadline)
        except ObserverError:
            return Picture(data, "image/jpeg", size=(0, 0), page_size=(0, 0))
        view, content = metrics["cssVisualViewport"], metrics["cssContentSize"]
        return Picture(
            data,
            "image/jpeg",
            size=(round(view["clientWidth"]), round(view["clientHeight"])),
            page_size=(round(content["width"]), round(content["height"])),
        )

    def document(self, timeout: float) -> Document:
        """Return the document of the page; the browser's own copy of one that is about to be left.

        Chromium holds back what is for such a page, until it shows the next one.
        """
        page = self._page(timeout)
        if not page.network.navigating:
            return super().document(timeout)
        deadline = time.monotonic() + timeout
        return Document.of_saved(self._ask(page, "Page.captureSnapshot", {}, deadline)["data"])

    def read(self, script: str, timeout: float) -> Any:
        """Run a script in a world of its own in the page's top document."""
        deadline = time.monotonic() + timeout
        page = self._page(timeout)
        return self._evaluate(page, self._world(page, deadline), script, deadline)

    def response_body(self, request: Request, timeout: float) -> str:
        """Return the beginning of the response to a request."""
        deadline = time.monotonic() + timeout
        values = {"requestId": request.identifier}
        result = self._ask(self._page(timeout), "Network.getResponseBody", values, deadline)
        return "" if result["base64Encoded"] else str(result["body"])[:LONGEST_BODY]

    def file(self, url: str, timeout: float) -> str:
        """Return a script or the document of the selected window, as the browser has loaded it."""
        deadline = time.monotonic() + timeout
        page = self._page(timeout)
        values = {"frameId": page.identifier, "url": url}
        result = self._ask(page, "Page.getResourceContent", values, deadline)
        return "" if result["base64Encoded"] else str(result["content"])

    def run_next_task(self, timeout: float) -> bool:
        """Wait for the page's event loop, unless a dialog opens."""
        try:
            page = self._page(timeout)
            values = {"expression": _NEXT_TASK, "awaitPromise": True}
            result = self._ask(page, "Runtime.evaluate", values, time.monotonic() + timeout)
        except ObserverError:
            return False
        return "exceptionDetails" not in result

    def command(self, name: str, values: dict[str, Any]) -> dict[str, Any]:
        """Send a command to the selected window."""
        page = self._page(COMMAND_TIMEOUT)
        if name.startswith(("Page.", "Runtime.")):
            return self._ask(page, name, values, time.monotonic() + COMMAND_TIMEOUT)
        session = "" if name.startswith("Browser.") else page.session
        return self._connection.call(session, name, values, COMMAND_TIMEOUT)

    def set_position(self, origin: str, position: dict[str, float]) -> None:
        """Let the selected window be somewhere, and pages of an origin read its position."""
        for name, values in geolocation_commands(origin, position):
            self.command(name, values)

    def run_everywhere(self, name: str, script: str, *, is_kept: bool) -> None:
        """Run a script in all documents and workers."""
        self._everywhere.set(name, script, COMMAND_TIMEOUT, is_kept=is_kept)

    def activity(self, within: float, timeout: float) -> Activity:
        """Return what pages and workers will do within a time."""
        return self._activity.ask(within, timeout)

    def _await_events(self, timeout: float) -> None:
        self._connection.call("", "Target.getTargets", {}, timeout)

    def _is_blocked(self, session: str) -> bool:
        """Whether what has a session may run nothing now; all windows may share one process."""
        page = self._owners.get(session)
        is_closed = page is None or page.has_crashed
        return is_closed or any(each.dialog is not None for each in self._pages.values())

    def _world(self, page: Page, deadline: float) -> int:
        """Return the identifier of our own world in the page's top document."""
        values = {"frameId": page.identifier, "worldName": WORLD}
        result = self._ask(page, "Page.createIsolatedWorld", values, deadline)
        identifier: int = result["executionContextId"]
        return identifier

    def _evaluate(self, page: Page, context: int, script: str, deadline: float) -> Any:
        values = {"expression": script, "contextId": context, "returnByValue": True}
        result = self._ask(page, "Runtime.evaluate", values, deadline)
        if "exceptionDetails" in result:
            details = result["exceptionDetails"]
            reason = details.get("exception", {}).get("description") or details["text"]
            raise ObserverError(reason.partition("\n")[0])
        return result["result"].get("value")

    def _handle_event(self, session: str, method: str, values: dict[str, Any]) -> None:
        """Handle an event, on the connection's thread."""
        if method.startswith("Target."):
            self._handle_target(session, method, values)
        elif page := self._owners.get(session):
            if method in _STATES:
                _STATES[method](page, values)
            elif method.startswith(("Page.", "Network.")):
                page.network.handle_event(method, values)
            elif method.startswith("Runtime.executionContext"):
                self._activity.handle_event(session, method, values)
            else:
                self._console.handle_event(method, values, page.network)

    def _handle_target(self, session: str, method: str, values: dict[str, Any]) -> None:
        """Handle what is opened and closed."""
        if method == "Target.targetCreated":
            target = values["targetInfo"]
            if target["type"] in _SEPARATE:
                attach = {"targetId": target["targetId"], "flatten": True}
                self._connection.post("", "Target.attachToTarget", **attach)
        elif method == "Target.attachedToTarget":
            self._handle_attached(session, values)
        elif method == "Target.detachedFromTarget":
            self._owners.pop(values["sessionId"], None)
            self._targets.pop(values["sessionId"], None)
            self._everywhere.detach(values["sessionId"])
            self._activity.detach(values["sessionId"])
            self._close_page(values["sessionId"])

    def _handle_attached(self, parent: str, values: dict[str, Any]) -> None:
        """Observe what was attached, and let it run.

        While all that is opened waits, a window has a second session, in which it waits until it is
        observed in the first.
        """
        session, target = values["sessionId"], values["targetInfo"]
        identifier, waits = target["targetId"], values["waitingForDebugger"]
        is_observed = identifier in self._targets.values()
        if not parent and (waits or is_observed):
            self._everywhere.attach_second(session, target["type"])
            if waits and not is_observed:
                self._waiting[identifier] = session
                return
        else:
            self._targets[session] = identifier
            self._attach(parent, session, target)
        for released in filter(None, (self._waiting.pop(identifier, ""), waits and session)):
            self._connection.post(released, "Runtime.runIfWaitingForDebugger")

    def _attach(self, parent: str, session: str, target: dict[str, Any]) -> None:
        """Observe a window, frame or worker that was opened."""
        kind = target["type"]
        if kind == "page":
            page = Page(target["targetId"], session, DevToolsNetworkLog())
            self._open_page(page)
        elif kind in _PARTS:
            page = self._owners.get(parent, self._elsewhere)
        else:
            return  # a part of the browser itself
        self._owners[session] = page
        domains = ["Network"]
        if kind not in _WITHOUT_CONSOLE:
            domains += ["Runtime", "Log"]
        if kind in {"page", "iframe"}:
            domains += ["Page", "Inspector"]
        for domain in domains:
            self._connection.post(session, f"{domain}.enable")
        self._connection.post(session, "Target.setAutoAttach", **_AUTO_ATTACH)
        self._activity.attach(session, kind)
        self._everywhere.attach(session, kind)
