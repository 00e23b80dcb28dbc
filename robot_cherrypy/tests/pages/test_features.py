"""The table of features by browser in docs/browsers.md, row by row in each browser that is here."""

import re
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import trustme
from selenium.common.exceptions import UnexpectedAlertPresentException, WebDriverException
from websockets.sync.server import serve

from robot_cherrypy import browser as browsers
from robot_cherrypy.errors import BrowserError
from robot_cherrypy.harness.registry import Servers
from robot_cherrypy.pages.activity import ACTIVITY
from robot_cherrypy.pages.clicks import page_before
from robot_cherrypy.pages.document import Document
from robot_cherrypy.pages.observers import observer_of
from robot_cherrypy.pages.stored_state import cookies_of
from robot_cherrypy.pages.view import view_browsers
from robot_cherrypy.pages.waiting import PageWait, wait_for_navigation

TABLE = Path(__file__).parents[3] / "docs" / "browsers.md"
NAMES = {"Chromium": "chromium", "Firefox": "firefox", "elsewhere": "chromium"}
CELL = r"(yes|no\b.*?) +\|"
ROW = re.compile(rf"^\| (.+?) +\| {CELL} {CELL} {CELL}$", re.MULTILINE)

PAGES = {
    "/": "<meta name=viewport content='width=device-width'><title>Tea</title><p>Our teas",
    "/errors": "<title>Errors</title><script>nope()</script><script src=/missing.js></script>",
    "/console": "<title>Console</title><script>console.warn('hot', 96, [1], {})</script>",
    "/fetch": "<title>Fetch</title><script>fetch('/api')</script>",
    "/api": '{"tea": "assam"}',
    "/leaving": "<title>Old</title><script>function leave() { location = '/slow' }</script>",
    "/slow": "<title>New</title>",
    "/form": """<title>Form</title><input type=password value=swordfish><button id=buy>Buy</button>
        <iframe srcdoc='<p>In a frame'></iframe><p role=alert>Sold out</p>
        <div style='height: 3000px'></div>""",
    "/framed": "<title>Framed</title><iframe src=/clock></iframe>",
    "/clock": "<title>Clock</title><script>document.title = new Date().getFullYear()</script>",
    "/worker": "<title>Worker</title><script>new Worker('/worker.js')"
    ".onmessage = (event) => { document.title = event.data }</script>",
    "/worker.js": "setTimeout(() => postMessage('year ' + new Date().getFullYear()), 100)",
    "/timer": """<title>Timer</title><script>
        const timer = setTimeout(() => {}, 600_000);
        function stop() { clearTimeout(timer) }</script>""",
    "/reload": "<meta http-equiv=refresh content='30'><title>Reload</title>",
    "/cookie": "<title>Cookie</title>",
    "/socket": "<title>Socket</title>",
    "/position": """<title>none</title><script>navigator.geolocation.getCurrentPosition(
        ({coords}) => { document.title = coords.latitude }, () => { document.title = 'refused' })
        </script>""",
    "/file": "tea",
}


class Handler(BaseHTTPRequestHandler):
    """Serves the pages."""

    def do_GET(self):
        text = PAGES.get(self.path)
        if self.path == "/slow":
            time.sleep(0.5)  # as long as an application may need
        self.send_response(404 if text is None else 200)
        kind = "text/javascript" if self.path.endswith(".js") else "text/html"
        self.send_header("Content-Type", "application/json" if self.path == "/api" else kind)
        if self.path == "/cookie":
            self.send_header("Set-Cookie", "tea=assam; Domain=example.com")
            self.send_header("Set-Cookie", "pot=brown; Path=/elsewhere")
        if self.path == "/file":
            self.send_header("Content-Disposition", "attachment; filename=tea.txt")
        self.end_headers()
        self.wfile.write((text or "").encode())

    def log_message(self, *_values):
        """Log nothing."""


@dataclass
class Opened:
    """A browser on the pages of a server.

    Attributes:
        driver: Its driver.
        url: Of the server.
        downloads: The folder for downloads.
        patience: For how long an event is waited for, in seconds.
        open_second: Returns a second browser, with other settings.
        secure_urls: Of servers whose certificates only that browser knows: that of the authority,
            and the server's own.
    """

    driver: object
    url: str
    downloads: Path
    patience: float
    open_second: Callable[[], object]
    secure_urls: tuple[str, str]

    @property
    def second(self):
        return self.open_second()

    @property
    def observer(self):
        return observer_of(self.driver)

    def get(self, path):
        self.driver.get(self.url + path)

    def title(self):
        return self.driver.title

    def eventually(self, condition: Callable[[], object]):
        deadline = time.monotonic() + self.patience
        while not condition():
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def lines(self, level):
        return [line.text for line in self.observer.console()[0] if line.level == level]

    def year(self, script, *, is_kept):
        self.observer.run_everywhere("clock", script, is_kept=is_kept)


CLOCK = "globalThis.Date = class extends Date { constructor() { super(2030, 1, 1) } }"


def waits_after_a_click(opened):
    opened.get("/leaving")
    opened.driver.execute_script("setTimeout(leave)")
    assert "" == PageWait(Servers()).wait(opened.driver, opened.patience, time.monotonic())
    assert "New" == opened.title()


def errors_of_pages(opened):
    opened.get("/errors")
    opened.eventually(lambda: len(opened.lines("SEVERE")) >= 2)
    text = " ".join(opened.lines("SEVERE"))
    assert "Uncaught ReferenceError: nope is not defined" in text
    reason = "the server responded with a status of 404 (Not Found)"
    assert f"{opened.url}/missing.js - Failed to load resource: {reason}" in text


def console(opened):
    opened.get("/console")
    opened.eventually(lambda: opened.lines("WARNING"))
    [text] = opened.lines("WARNING")
    assert f'{opened.url}/console 0:38 "hot" 96 Array(1) Object' == text


def requests(opened):
    opened.get("/fetch")
    log = opened.observer.network(opened.patience)
    opened.eventually(lambda: len(log.requests) == 2 and log.requests[-1].ended)
    page, data = log.requests
    assert ("/fetch", 200, "Document") == (page.path, page.status, page.resource_type)
    assert ("/api", 200, "Fetch") == (data.path, data.status, data.resource_type)
    assert page.started <= page.responded <= page.ended <= data.ended <= time.monotonic()


def responses_to_scripts(opened):
    opened.get("/fetch")
    log = opened.observer.network(opened.patience)
    opened.eventually(lambda: log.requests[-1].path == "/api" and log.requests[-1].ended)
    assert PAGES["/api"] == opened.observer.response_body(log.requests[-1], opened.patience)


def sources_of_scripts(opened):
    opened.get("/errors")
    opened.eventually(lambda: len(opened.lines("SEVERE")) >= 2)
    [view] = view_browsers([opened.driver], opened.patience, 0)
    [error] = [line for line in view.console if "nope" in line.text]
    assert PAGES["/errors"] == error.source


def websocket_messages(opened):
    with serve(lambda socket: socket.send(socket.recv()), "127.0.0.1", 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.socket.getsockname()[1]
        opened.get("/socket")
        opened.driver.execute_script(
            "const socket = new WebSocket('ws://127.0.0.1:' + arguments[0]);"
            "socket.onopen = () => socket.send('tea')",
            port,
        )
        log = opened.observer.network(opened.patience)
        try:
            opened.eventually(lambda: len(log.messages) == 2)
        finally:
            server.shutdown()
        assert [True, False] == [message.is_sent for message in log.messages]


def refused_cookies(opened):
    opened.get("/cookie")
    log = opened.observer.network(opened.patience)
    opened.eventually(lambda: log.told_requests()[-1].refused_cookies)


def picture(opened):
    opened.get("/form")
    look = opened.observer.picture(opened.patience)
    assert (800, "image/jpeg") == (look.size[1], look.media_type)
    assert 1_200 < look.size[0] <= 1_280  # there may be a scroll bar
    assert look.page_size[1] > 3_000


def document(opened):
    opened.get("/form")
    opened.eventually(lambda: "In a frame" in opened.observer.document(opened.patience).html)
    found = opened.observer.document(opened.patience)
    assert isinstance(found, Document)
    assert (["swordfish"], ["Sold out"]) == (found.secrets, found.messages)
    assert "swordfish" not in found.html


def typed_passwords(opened):
    opened.get("/form")
    assert ["swordfish"] == opened.observer.passwords(opened.patience)


def page_before_a_click(opened):
    opened.get("/form")
    opened.eventually(lambda: page_before(opened.driver, "Click Button", "buy"))
    before = page_before(opened.driver, "Click Button", "buy")
    assert '<button id="buy"> “Buy”' == before.element


def open_dialogs(opened):
    opened.get("/")
    opened.driver.execute_script("setTimeout(() => alert('Saved'))")
    opened.eventually(lambda: opened.observer.dialog(opened.patience))
    [view] = view_browsers([opened.driver], 5, 0)
    assert "alert: Saved" == view.dialog
    assert "Saved" == opened.driver.switch_to.alert.text
    opened.driver.switch_to.alert.accept()
    opened.eventually(lambda: opened.observer.dialog(opened.patience) is None)


def titles(opened):
    found = opened.observer.windows(opened.patience)
    return [window.title for window in (found.shown, *found.others)]


def closed_dialogs(opened):
    opened.get("/")
    opened.driver.execute_script("setTimeout(() => alert('Saved'))")
    opened.eventually(lambda: opened.observer.dialog(opened.patience))
    with pytest.raises(UnexpectedAlertPresentException) as caught:
        opened.title()
    assert "Saved" == caught.value.alert_text
    assert "Tea" == opened.title()


def windows(opened):
    opened.get("/form")
    first = opened.driver.current_window_handle
    opened.driver.switch_to.new_window("tab")
    opened.get("/")
    try:
        opened.eventually(lambda: titles(opened) == ["Tea", "Form"])
    finally:
        opened.driver.close()
        opened.driver.switch_to.window(first)


def film(opened):
    opened.get("/leaving")
    opened.driver.execute_script("setTimeout(leave)")
    opened.eventually(lambda: opened.title() == "New")
    assert wait_for_navigation(opened.observer, opened.patience)
    assert opened.observer.picture(opened.patience).data


def clock_of_pages(opened):
    opened.year(CLOCK, is_kept=True)
    try:
        opened.get("/framed")
        opened.driver.switch_to.frame(0)
        assert "2030" == opened.driver.execute_script("return document.title")
    finally:
        opened.driver.switch_to.default_content()
        opened.year("", is_kept=False)


def clock_of_workers(opened):
    opened.year(CLOCK, is_kept=True)
    try:
        opened.get("/worker")
        opened.eventually(lambda: opened.title() == "year 2030")
    finally:
        opened.year("", is_kept=False)


def reasons(opened):
    return opened.observer.activity(3_600, opened.patience).pending


def timer(reason):
    return reason.startswith("a timer that is due in")


def early_failure(opened):
    opened.observer.run_everywhere("activity", ACTIVITY, is_kept=True)
    try:
        opened.get("/timer")
        opened.eventually(lambda: [True] == [timer(each) for each in reasons(opened)])
        opened.driver.execute_script("stop()")
        opened.eventually(lambda: reasons(opened) == [])
    finally:
        opened.observer.run_everywhere("activity", "", is_kept=False)


def planned_reloads(opened):
    opened.get("/reload")
    log = opened.observer.network(opened.patience)
    opened.eventually(lambda: "a page that will load itself again" in log.changing(60))


def geolocation(opened):
    opened.get("/")
    position = {"latitude": 48.0, "longitude": 11.0, "accuracy": 25.0}
    opened.observer.set_position(opened.url, position)
    opened.get("/position")
    opened.eventually(lambda: opened.title() == "48")


def cookies_of_all_pages(opened):
    opened.get("/cookie")
    assert "pot" in [cookie["name"] for cookie in cookies_of(opened.driver)]


def downloads(opened):
    opened.get("/")
    opened.driver.execute_script("setTimeout(() => { location = '/file' })")
    opened.eventually(lambda: [each.name for each in opened.downloads.iterdir()] == ["tea.txt"])


def size_of_the_view(opened):
    assert [1280, 800] == opened.driver.execute_script("return [innerWidth, innerHeight]")


def user(opened):
    script = """return [navigator.language, Intl.DateTimeFormat().resolvedOptions().timeZone,
        matchMedia('(prefers-color-scheme: dark)').matches,
        matchMedia('(prefers-reduced-motion)').matches]"""
    assert ["de-DE", "Asia/Tokyo", True, True] == opened.driver.execute_script(script)


def permissions(opened):
    opened.get("/")
    script = """const done = arguments[0];
        navigator.permissions.query({name: 'microphone'}).then(({state}) => done(state))"""
    assert "granted" == opened.driver.execute_async_script(script)


def device(opened):
    opened.second.get(opened.url + "/")
    seen = opened.second.execute_script("""return [screen.width, screen.height, innerWidth,
        devicePixelRatio, navigator.maxTouchPoints, 'ontouchstart' in window,
        matchMedia('(pointer: coarse)').matches, navigator.userAgent.includes('Pixel 7')]""")
    assert [412, 915, 412, 2.625, 1, True, True, True] == seen


def authority(opened):
    opened.second.get(opened.secure_urls[0])
    assert "Tea" == opened.second.title


def certificate(opened):
    opened.second.get(opened.secure_urls[1])
    assert "Tea" == opened.second.title


FEATURES = {
    "waiting after clicks": waits_after_a_click,
    "errors of pages fail a test (`fail_on_browser_error`)": errors_of_pages,
    "console": console,
    "requests in the timeline": requests,
    "responses that scripts got": responses_to_scripts,
    "the line of a script with an error": sources_of_scripts,
    "messages of WebSockets, as the page sent and got them": websocket_messages,
    "cookies that the browser refused": refused_cookies,
    "picture": picture,
    "source, and what the page tells its user": document,
    "passwords that were typed are masked": typed_passwords,
    "the page before a click": page_before_a_click,
    "open dialogs": open_dialogs,
    "a command that meets a dialog fails, names and closes it": closed_dialogs,
    "other windows, with their titles": windows,
    "film": film,
    "clock of windows and frames": clock_of_pages,
    "clock of workers": clock_of_workers,
    "`retry_checks` that fail early": early_failure,
    "`retry_checks` that know of pages which load themselves again": planned_reloads,
    "`Set Geolocation`": geolocation,
    "`Save Browser State` with the cookies of all pages": cookies_of_all_pages,
    "`downloads`": downloads,
    "`width`, `height`": size_of_the_view,
    "`language`, `time_zone`, `color_scheme`, `reduced_motion`": user,
    "`device`": device,
    "`permissions`": permissions,
    "`certificates` of authorities": authority,
    "`certificates` of servers": certificate,
}


def told():
    """What the documentation tells: whether each browser has each feature."""
    return [
        (browser, feature, cell == "yes")
        for feature, *cells in ROW.findall(TABLE.read_text("utf-8"))
        for browser, cell in zip(NAMES, cells, strict=True)
    ]


def open_elsewhere(settings, on_end):
    """Open a Chromium as if on another machine: its DevTools cannot be reached."""
    found = browsers.find("chromium")
    service = browsers.driver_service(found)
    on_end.callback(service.stop)
    service.start()
    local = browsers.options(found, browsers.Settings()).to_capabilities()["goog:chromeOptions"]
    capabilities = {"webSocketUrl": True, "goog:chromeOptions": local}
    settings = replace(settings, logs=False, downloads=None, capabilities=capabilities)
    driver = browsers.open_remote(service.service_url, "chrome", settings)
    del driver.capabilities["goog:chromeOptions"]["debuggerAddress"]
    return driver


@pytest.fixture(scope="module")
def secure(tmp_path_factory):
    """Two servers that speak TLS, and a file with the certificate of each or its authority."""
    folder = tmp_path_factory.mktemp("secure")
    authority = trustme.CA()
    signed = authority.issue_cert("127.0.0.1")
    other = trustme.CA().issue_cert("127.0.0.1")
    # A server may send its authority's certificate, too.
    chains = [[*signed.cert_chain_pems, authority.cert_pem], other.cert_chain_pems]
    urls, files = [], []
    with ExitStack() as on_end:
        for number, (issued, chain) in enumerate(zip((signed, other), chains, strict=True)):
            own = folder / f"own-{number}.pem"
            own.write_bytes(b"".join(part.bytes() for part in (issued.private_key_pem, *chain)))
            files.append(folder / f"known-{number}.pem")
            chain[-1].write_to_path(files[-1])
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(own)
            server = on_end.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
            server.socket = context.wrap_socket(server.socket, server_side=True)
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            on_end.callback(thread.join)
            on_end.callback(server.shutdown)
            urls.append(f"https://127.0.0.1:{server.server_port}/")
        yield tuple(urls), tuple(map(str, files))


@pytest.fixture(scope="module")
def drivers(tmp_path_factory, secure):
    """Opens each browser once, and a second one with other settings if that is asked for."""
    opened = {}
    on_end = ExitStack()

    def open_once(key, name, settings):
        if key not in opened:
            if name == "elsewhere":
                opened[key] = open_elsewhere(settings, on_end)
            else:
                opened[key] = browsers.open_local(NAMES[name], settings)
            on_end.callback(opened[key].quit)
        return opened[key]

    def both(name):
        try:
            browsers.find(NAMES[name])
        except BrowserError as error:
            pytest.skip(f"{name} is not tried: {error}")
        settings = browsers.Settings(
            logs=True,
            width=1280,
            height=800,
            downloads=tmp_path_factory.getbasetemp() / f"downloads-{name}",
            emulation=browsers.Emulation("de-DE", "Asia/Tokyo", "dark", True),
            permissions=("microphone",),
        )
        second = browsers.Settings(device="Pixel 7", certificates=secure[1])
        return (
            open_once(name, name, settings),
            lambda: open_once(f"second {name}", name, second),
        )

    with on_end:
        yield both


def test_the_table_has_each_feature():
    """And no other."""
    assert list(FEATURES) == list(dict.fromkeys(feature for _browser, feature, _has in told()))


@pytest.mark.parametrize(("browser", "feature", "has"), told())
def test_a_browser_has_what_the_table_says(
    drivers, url, secure, tmp_path_factory, browser, feature, has
):
    """And what it says to be missing is not there."""
    driver, open_second = drivers(browser)
    folder = tmp_path_factory.getbasetemp() / f"downloads-{browser}"
    opened = Opened(driver, url, folder, 60 if has else 3, open_second, secure[0])
    driver.get("about:blank")
    opened.observer.end_test()
    if has:
        FEATURES[feature](opened)
    else:
        missing = (AssertionError, BrowserError, IndexError, OSError, WebDriverException)
        with pytest.raises(missing):
            FEATURES[feature](opened)
