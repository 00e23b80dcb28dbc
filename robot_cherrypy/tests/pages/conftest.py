"""Stand-ins for the libraries of a running suite, for drivers of browsers and for observers."""

import threading
from http.server import ThreadingHTTPServer

import pytest
from robot.libraries.BuiltIn import BuiltIn
from SeleniumLibrary import SeleniumLibrary

from robot_cherrypy.pages import observers
from robot_cherrypy.pages.devtools_network import DevToolsNetworkLog
from robot_cherrypy.pages.document import Document
from robot_cherrypy.pages.observer import Observer, Picture, Window, Windows


@pytest.fixture
def libraries(monkeypatch):
    """The libraries that the running suite has imported, by name or alias."""
    libraries = {}
    monkeypatch.setattr(BuiltIn, "get_library_instance", lambda _self, all: libraries)  # noqa: A006 - Robot's name
    return libraries


@pytest.fixture
def open_driver(libraries):
    """A driver of an open browser."""
    libraries["SeleniumLibrary"] = library = SeleniumLibrary()
    driver = Driver()
    library.register_driver(driver, None)
    return driver


@pytest.fixture(scope="module")
def url(request):
    """The address of a server with the pages of the test's module, which its `Handler` sends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), request.module.Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


class Driver:
    """A driver of a Chromium.

    It records CDP commands in `commands` and returns what `results` has for them, or raises it.
    """

    capabilities = {}  # noqa: RUF012 - its DevTools cannot be reached

    def __init__(self, **results):
        self.results = results
        self.commands = []

    def execute_cdp_cmd(self, command, values):
        self.commands.append((command, values))
        result = self.results.get(command.partition(".")[2], {})
        if isinstance(result, Exception):
            raise result
        return result

    def quit(self):
        self.commands.append(("quit", {}))

    @property
    def sent(self):
        """The names of the commands that it was sent."""
        return [command for command, _values in self.commands]


class ObservedBrowser(Observer):
    """A browser as an observer sees it: what it tells are attributes, an error is raised.

    `steps` are events that come each time that its event loop is waited for.
    """

    offers = frozenset({"console", "network", "windows"})

    def __init__(self, **told):
        self.log = DevToolsNetworkLog()
        self.steps = []
        self.waited = 0
        self.told = {
            "windows": Windows(Window("w", "http://127.0.0.1/tea", "Tea")),
            "dialog": None,
            "picture": Picture("picture", "image/jpeg", (1280, 800)),
            "document": Document("<p>Our teas", secrets=["swordfish"]),
            "console": ([], 0),
            "response": "response",
            "read": None,
            "files": {},
            **told,
        }

    def tell(self, name):
        """Return what it tells, or raise it."""
        told = self.told[name]
        if isinstance(told, Exception):
            raise told
        return told

    def windows(self, _timeout):
        return self.tell("windows")

    def dialog(self, _timeout):
        return self.tell("dialog")

    def picture(self, _timeout):
        return self.tell("picture")

    def read(self, _script, _timeout):
        return self.tell("read")

    def file(self, url, _timeout):
        return self.told["files"].get(url, "")

    def document(self, _timeout):
        return self.tell("document")

    def console(self):
        return self.tell("console")

    def networks(self):
        return [self.log]

    def network(self, _timeout):
        return self.log

    def response_body(self, request, _timeout):
        return f"{self.tell('response')} to {request.url}"

    def wait_while(self, _condition, _timeout):
        pass

    def run_next_task(self, _timeout):
        self.waited += 1
        events = self.steps.pop(0) if self.steps else []
        if events is None:  # the page was replaced
            return False
        for method, values in events:
            self.log.handle_event(method, values)
        return True

    def end_test(self):
        self.told["console"] = ([], 0)
        self.log.end_test()


@pytest.fixture
def observe(monkeypatch):
    """Have a driver's browser observed by an observer."""

    def observe(driver, observer):
        monkeypatch.setitem(observers._OBSERVERS, driver, observer)
        return observer

    return observe
