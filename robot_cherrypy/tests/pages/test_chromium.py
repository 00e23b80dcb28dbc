"""A real Chromium is observed beside its driver, which notices nothing."""

import contextlib
import threading
import time
from http.server import BaseHTTPRequestHandler

import pytest

from robot_cherrypy import browser as browsers
from robot_cherrypy.pages.clicks import page_before
from robot_cherrypy.pages.driver_observer import DriverObserver
from robot_cherrypy.pages.observer import Dialog, ObserverError
from robot_cherrypy.pages.observers import observer_of
from robot_cherrypy.pages.view import view_browsers
from robot_cherrypy.pages.waiting import wait_for_navigation

TALL = "<title>Tall</title><div style='height:3000px'>Our teas</div>"
PAGES = {
    "/": "<title>Tea</title><h1>Our teas</h1><script>console.log('hello'); nope()</script>",
    "/missing": None,
    "/fetch": "<title>Fetch</title><script>fetch('/api').then((r) => r.text())</script>",
    "/api": '{"state": "running"}' + " " * 5_000,
    "/worker": "<title>Worker</title><script>new Worker('/worker.js')</script>",
    "/worker.js": "setTimeout(() => worse()); setInterval(() => fetch('/from-worker'), 100)",
    "/tall": f"""{TALL}<script>
        window.resized = 0;
        addEventListener('resize', () => resized++);
        </script>""",
    "/form": """<title>Form</title><input id=name><input type=password value=swordfish>
        <iframe srcdoc='<p>In a frame<input type=password value=xyzzy>'></iframe><div id=host></div>
        <script>
        document.querySelector('#name').value = 'Ada & "Co"';
        host.attachShadow({mode: 'open'}).innerHTML =
            '<p>In a root<input type=password value=sesame>';
        customElements.define('a-b', class extends HTMLElement {
            constructor() { super(); window.made = (window.made ?? 0) + 1; }
        });
        </script><a-b></a-b>""",
    "/marked": """<title>Marked</title><script>window.first = globalThis.mark ?? 'none'</script>
        <iframe src="/marked-frame"></iframe>""",
    "/marked-frame": "<script>parent.framed = globalThis.mark ?? 'none'</script>",
    "/marked.js": """const first = globalThis.mark ?? 'none';
        const tell = (port) => port.postMessage(first + ' ' + (globalThis.mark ?? 'none'));
        globalThis.onmessage = () => tell(globalThis);
        globalThis.onconnect = ({ports: [port]}) => { port.onmessage = () => tell(port); }""",
    "/shop": """<title>Shop</title><style>div { position: absolute; inset: 0; height: 99px }</style>
        <button id=buy name=act>Buy  it</button><button name=act>Sell</button>
        <input type=password value=swordfish><a href=/tea>Tea</a><div id=over class=ov>Wait</div>
        <p role=alert>Sold <b class=error>out</b></p><p class=error hidden>no</p>
        <iframe srcdoc="<a href=/x>In a frame</a><p role=status>Framed"></iframe>""",
    "/unsaved": """<title>Unsaved</title><h1>x</h1>
        <script>onbeforeunload = (event) => event.preventDefault()</script>""",
}

# When the page `/held` responds.
RELEASED = threading.Event()


class Handler(BaseHTTPRequestHandler):
    """Serves the pages."""

    def do_GET(self):
        text = PAGES.get(self.path.partition("?")[0])
        if self.path == "/held":
            RELEASED.wait(60)
        self.send_response(404 if text is None else 200)
        self.send_header("Content-Type", "text/javascript" if ".js" in self.path else "text/html")
        self.end_headers()
        self.wfile.write((text or "").encode())

    def log_message(self, *_values):
        """Log nothing."""


@pytest.fixture(scope="module")
def opened():
    """A browser that all tests use."""
    driver = browsers.open_local("auto", browsers.Settings(logs=True))
    driver.set_script_timeout(10)
    yield driver
    driver.quit()


@pytest.fixture
def driver(opened):
    """The browser with one window and an empty page."""
    for window in opened.window_handles[1:]:
        opened.switch_to.window(window)
        opened.close()
    opened.switch_to.window(opened.window_handles[0])
    opened.get("about:blank")
    observer_of(opened).end_test()
    return opened


@pytest.fixture
def observer(driver):
    """The browser's observer."""
    return observer_of(driver)


def eventually(condition):
    """Wait until a condition is met that an event brings about."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def open_dialog(driver, observer, script="alert('Saved')"):
    """Have the page open a dialog."""
    driver.execute_script(f"setTimeout(() => {script})")
    eventually(lambda: observer.dialog(1))


def texts(observer):
    """The lines of the console."""
    return [line.text for line in observer.console()[0]]


def test_the_console_is_that_of_the_driver(driver, observer, url):
    """The log of the driver is left to the test."""
    driver.get(url)
    driver.get(f"{url}/missing")
    eventually(lambda: len(texts(observer)) == 3)
    entries = driver.get_log("browser")
    assert [entry["message"] for entry in entries] == texts(observer)
    assert [entry["level"] for entry in entries] == [line.level for line in observer.console()[0]]


def test_requests_of_pages_and_workers_are_seen(driver, observer, url):
    """Those of workers too, whose errors are on the console once."""
    driver.get(f"{url}/worker")
    requests = observer.network(1).requests
    eventually(lambda: requests and requests[-1].url == f"{url}/from-worker")
    paths = [request.url.removeprefix(url) for request in requests]
    assert ["/worker", "/worker.js"] == paths[:2]
    eventually(lambda: "worse is not defined" in " ".join(texts(observer)))
    assert 1 == " ".join(texts(observer)).count("worse is not defined")


def test_responses_to_scripts_are_told(driver, observer, url):
    """The beginning of them."""
    driver.get(f"{url}/fetch")
    requests = observer.network(1).requests
    eventually(lambda: requests[-1].url == f"{url}/api" and requests[-1].ended)
    body = observer.response_body(requests[-1], 5)
    assert ('{"state": "running"}', 4_000) == (body.strip(), len(body))
    [view] = view_browsers([driver], 5, 0)
    assert body == view.requests[-1].body


def test_the_look_changes_nothing(driver, observer, url):
    """Size, scroll position, focus and elements are as before."""
    driver.get(f"{url}/tall")
    state = (
        "return [scrollY, resized, document.activeElement.id, document.documentElement.outerHTML]"
    )
    driver.execute_script("scrollTo(0, 1000); resized = 0")
    before = driver.execute_script(state)
    picture = observer.picture(10)
    assert (800, True) == (picture.size[1], picture.page_size[1] > 3_000)
    assert not view_browsers([driver], 10, 0)[0].problems
    assert before == driver.execute_script(state)


def test_the_document_has_frames_and_shadow_roots(driver, observer, url):
    """Password fields in them are masked, and no script of the page runs for it."""
    driver.get(f"{url}/form")
    eventually(lambda: "In a frame" in observer.document(10).html)
    document = observer.document(10)
    assert {"swordfish", "xyzzy", "sesame"} == set(document.secrets)
    assert not any(secret in document.html for secret in document.secrets)
    assert 'value="Ada &amp; &quot;Co&quot;"' in document.html
    assert "In a root" in document.html
    assert "<script" not in document.html
    assert 1 == driver.execute_script("return made")


def test_the_document_is_that_of_the_page_while_a_frame_is_selected(driver, observer, url):
    """So are address and picture."""
    driver.get(f"{url}/form")
    driver.switch_to.frame(0)
    [view] = view_browsers([driver], 10, 0)
    assert (f"{url}/form", "Form", 1280) == (view.url, view.title, view.size[0])
    assert "Ada" in view.html


def test_what_a_page_tells_its_user_is_known(driver, observer, url):
    """What is visible of alerts and the like, also in frames; one in another is told once."""
    driver.get(f"{url}/shop")
    eventually(lambda: ["Sold out", "Framed"] == observer.document(10).messages)
    document = observer.document(10)
    assert document.zone
    assert -60 * 16 < document.east_of_utc < 60 * 16
    assert time.time() - 10 < document.time < time.time() + 1


CLICKS = {
    "two": ("Click Button", "act", 2, '<button id="buy" name="act"> “Buy it”'),
    "by its text": ("Click Button", "Buy it", 1, '<button id="buy" name="act"> “Buy it”'),
    "by identifier": ("Click Element", "id:buy", 1, '<button id="buy" name="act"> “Buy it”'),
    "by CSS": ("Click Element", "css=button", 2, '<button id="buy" name="act"> “Buy it”'),
    "by XPath": ("Click Element", "//a", 1, '<a href="/tea"> “Tea”'),
    "by the text of a link": ("Click Link", "link:Tea", 1, '<a href="/tea"> “Tea”'),
    "in a frame": ("Click Link", "In a frame", 1, '<a href="/x"> “In a frame”'),
    "none": ("Click Element", "id:nope", 0, ""),
    "no XPath": ("Click Element", "xpath://p[", None, ""),
    "of another kind": ("Click Element", "jquery:button", None, ""),
    "found before": ("Click Element", "<selenium.webdriver.remote.webelement>", None, ""),
}


@pytest.mark.parametrize("name", CLICKS)
def test_the_page_before_a_click_is_known(driver, observer, url, monkeypatch, name):
    """With the element that will be clicked, how many match, and what covers it."""
    monkeypatch.setattr("robot_cherrypy.pages.clicks._TIMEOUT", 10)
    keyword, locator, count, element = CLICKS[name]
    driver.get(f"{url}/shop")
    eventually(lambda: "Framed" in observer.document(10).messages)
    page = page_before(driver, keyword, locator)
    assert (keyword, locator, f"{url}/shop") == (page.keyword, page.locator, page.url)
    assert (count, element) == (page.count, page.element)
    cover = '<div id="over" class="ov"> “Wait”' if element and "frame" not in element else ""
    assert cover == page.cover
    assert ("outline: 3px" in page.html) == bool(element)
    assert "swordfish" not in page.html


def test_a_click_does_not_wait_for_a_page_with_a_dialog(driver, observer, url):
    """The page before it is not known."""
    driver.get(url)
    open_dialog(driver, observer)
    assert page_before(driver, "Click Button", "buy") is None
    driver.switch_to.alert.dismiss()


def test_the_source_of_a_script_is_known(driver, observer, url):
    """As the browser has loaded it, also in a page itself."""
    driver.get(f"{url}/worker")
    assert "new Worker('/worker.js')" in observer.file(f"{url}/worker", 10)
    with pytest.raises(ObserverError):
        observer.file(f"{url}/missing", 10)


def test_what_is_typed_into_password_fields_is_told(driver, observer, url):
    """Also in frames and shadow roots, and in fields that browsers fill in as passwords."""
    driver.get(url)
    driver.execute_script(
        """document.body.innerHTML = '<input type=password value=one><div></div><iframe></iframe>'
        + '<input autocomplete="one-time-code" value=four><input value=none><input type=password>';
        document.querySelector('div').attachShadow({mode: 'open'}).innerHTML
        = '<input type=password value=two>';
        document.querySelector('iframe').contentDocument.body.innerHTML
        = '<input type=password value=three>'"""
    )
    assert ["four", "one", "three", "two"] == sorted(observer.passwords(10))
    document = observer.document(10)
    assert sorted(document.secrets) == ["four", "one", "three", "two"]
    assert 'value="four"' not in document.html
    assert 'value="none"' in document.html


def test_a_long_document_is_cut(driver, observer):
    """What is left out is known, and it takes no long time."""
    driver.get("about:blank")
    driver.execute_script("document.body.innerHTML = '<p>row</p>'.repeat(500_000)")
    document = observer.document(10)
    assert not document.is_whole
    assert len(document.html) < 500_000


@pytest.mark.parametrize("kind", ["alert", "confirm", "prompt"])
def test_a_dialog_stays_open(driver, observer, url, kind):
    """Its type and text are shown, and the test can use it."""
    driver.get(url)
    open_dialog(driver, observer, f"{kind}('Saved')")
    started = time.monotonic()
    [view] = view_browsers([driver], 60, 0)
    assert time.monotonic() - started < 30
    assert (f"{kind}: Saved", url + "/", "Tea") == (view.dialog, view.url, view.title)
    assert not wait_for_navigation(observer, 1)
    assert "Saved" == driver.switch_to.alert.text
    driver.switch_to.alert.accept()
    eventually(lambda: observer.dialog(1) is None)
    assert observer.picture(10).data


def test_a_dialog_that_was_closed_is_not_taken_for_an_open_one(driver, observer, url):
    """Its event may come later than the driver's response."""
    driver.get(url)
    for _ in range(20):
        open_dialog(driver, observer)
        driver.switch_to.alert.accept()
        assert observer.dialog(10) is None
        assert observer.picture(10).data


def test_a_dialog_that_opens_ends_a_wait(driver, observer, url):
    """What the page is asked for meanwhile does not come."""
    driver.get(url)
    driver.execute_script("setTimeout(() => alert('Saved'), 100)")
    busy = "const end = Date.now() + 200; while (Date.now() < end);"
    driver.execute_script(f"setTimeout(() => {{{busy}}})")
    started = time.monotonic()
    with contextlib.suppress(ObserverError):
        while True:
            observer.document(60)
    assert time.monotonic() - started < 30
    assert Dialog("alert", "Saved") == observer.dialog(1)
    driver.switch_to.alert.accept()


def test_a_page_with_unsaved_input_that_was_left_has_a_picture(driver, observer, url):
    """The driver accepts the dialog that asks whether to leave it."""
    driver.get(f"{url}/unsaved")
    driver.find_element("css selector", "h1").click()
    driver.get(url)
    eventually(lambda: observer.dialog(1) is None)
    assert observer.picture(10).data


def test_a_busy_page_costs_the_time_limit_and_no_more(driver, observer, url):
    """Address, title and console are there nevertheless."""
    driver.get(url)
    busy = "const end = Date.now() + 6000; while (Date.now() < end);"
    driver.execute_script(f"setTimeout(() => {{ {busy} }}, 500)")  # when the driver has its result
    eventually(lambda: not observer.run_next_task(1))
    started = time.monotonic()
    [view] = view_browsers([driver], 0.5, 0)
    assert time.monotonic() - started < 5
    assert ("Tea", "") == (view.title, view.html)
    assert len(view.console) >= 2
    assert any("Source: the browser did not answer within" in problem for problem in view.problems)


def test_windows_open_without_a_wait_and_are_told_apart(driver, observer, url):
    """The one that the driver has selected is shown."""
    driver.get(url)
    driver.execute_script("open('/tall')")
    eventually(lambda: "Tall" in [window.title for window in observer.windows(1).others])
    driver.switch_to.window(driver.window_handles[1])
    windows = observer.windows(10)
    assert ("Tall", ["Tea"], False) == (
        windows.shown.title,
        [window.title for window in windows.others],
        windows.is_closed,
    )
    assert observer.picture(10).page_size[1] > 3_000
    driver.close()
    eventually(lambda: len(observer.identifiers) == 1)
    windows = observer.windows(10)
    assert ("Tea", [], True) == (windows.shown.title, windows.others, windows.is_closed)


def test_commands_reach_the_page_while_a_dialog_is_open(driver, observer, url):
    """They do not close it."""
    driver.get(url)
    open_dialog(driver, observer)
    observer.command("Browser.grantPermissions", {"permissions": ["geolocation"]})
    observer.command("Emulation.setGeolocationOverride", {"latitude": 1, "longitude": 2})
    with pytest.raises(ObserverError, match="the page waits for a dialog"):
        observer.command("Runtime.evaluate", {"expression": "1"})
    driver.switch_to.alert.accept()


# Tells what the workers of a page have as the mark at their start, and now.
WORKERS = """const done = arguments[0], told = [];
const tell = ({data}) => { if (told.push(data) === 2) done(told.sort().join(", ")); };
worker.onmessage = shared.port.onmessage = tell;
worker.postMessage(1); shared.port.postMessage(1);"""
START_WORKERS = """window.worker = new Worker("/marked.js");
window.shared = new SharedWorker("/marked.js", arguments[0]);"""


@pytest.fixture
def marked(driver, observer, url):
    """A page with workers, and a script that gave a mark to it and to all others."""
    driver.get(f"{url}/marked")
    # Chromium keeps a page that was left, and freezes its shared workers: each has its own name.
    driver.execute_script(START_WORKERS, f"old {time.monotonic()}")
    driver.execute_script("open('/marked?before')")
    assert "none none, none none" == driver.execute_async_script(WORKERS)
    observer.run_everywhere("mark", "globalThis.mark = 'x'", is_kept=True)
    yield
    observer.run_everywhere("mark", "delete globalThis.mark", is_kept=False)


def marks(driver):
    """What the scripts of page and frame saw at their start, and what the page has now."""
    return driver.execute_script("return [first, framed, globalThis.mark ?? 'none']")


@pytest.mark.usefixtures("marked")
def test_a_script_runs_in_all_windows_and_workers(driver, observer):
    """In those that are open it runs at once, and in later ones before their own scripts."""
    assert ["none", "none", "x"] == marks(driver)
    assert "none x, none x" == driver.execute_async_script(WORKERS)
    driver.execute_script(START_WORKERS, f"new {time.monotonic()}")
    shared_workers = ("none x, x x", "x x, x x")  # these do not wait
    eventually(lambda: driver.execute_async_script(WORKERS) in shared_workers)
    driver.execute_script("for (const name of 'abc') open('/marked?' + name)")
    eventually(lambda: len(driver.window_handles) == 5)
    for window in driver.window_handles[1:]:
        driver.switch_to.window(window)
        eventually(lambda: driver.title == "Marked")
        seen = marks(driver)[2:] if driver.current_url.endswith("before") else marks(driver)
        assert {"x"} == set(seen)
    observer.run_everywhere("mark", "delete globalThis.mark", is_kept=False)
    for window in driver.window_handles:
        driver.switch_to.window(window)
        assert "none" == marks(driver)[2]
    driver.refresh()
    assert ["none"] * 3 == marks(driver)
    driver.switch_to.new_window()
    driver.get(driver.current_url)
    assert driver.current_window_handle in observer.identifiers


@pytest.mark.usefixtures("marked")
def test_a_script_runs_when_a_dialog_is_closed(driver, observer):
    """The page cannot run it before; the others need not wait for that."""
    open_dialog(driver, observer)
    started = time.monotonic()
    observer.run_everywhere("mark", "globalThis.mark = 'y'", is_kept=True)
    assert time.monotonic() - started < 4
    driver.switch_to.alert.accept()
    assert "y" == marks(driver)[2]
    driver.refresh()
    assert ["y", "y", "y"] == marks(driver)


def test_a_command_that_is_none_is_an_error(observer):
    """The browser says why."""
    with pytest.raises(ObserverError, match=r"'Page\.fly' wasn't found"):
        observer.command("Page.fly", {})


def test_a_page_that_waits_for_the_next_one_has_a_picture_and_a_document(driver, observer, url):
    """Chromium holds back what is for its scripts, and does not tell its size."""
    driver.get(f"{url}/form")
    leave = "setTimeout(() => { location = '/held' }, 500)"  # when the driver has its result
    driver.execute_script(leave)
    eventually(lambda: observer.network(1).navigating)
    [view] = view_browsers([driver], 10, 0)
    RELEASED.set()
    assert (url + "/form", "Form", []) == (view.url, view.title, view.problems)
    assert view.picture
    assert "<title>Form</title>" in view.html
    assert ["swordfish", "sesame"] == view.secrets
    assert not any(secret in view.html for secret in view.secrets)
    assert [None] == [request.status for request in view.requests if request.path == "/held"]
    eventually(lambda: not observer.network(1).navigating)


def test_a_page_with_many_lines_and_requests_is_bounded(driver, observer, url):
    """All is counted, the newest and the errors are kept."""
    driver.get(url)
    driver.execute_script("for (let i = 0; i < 20_000; i++) console.log(i)")
    eventually(lambda: sum(len(lines) + n for lines, n in [observer.console()]) > 20_000)
    [view] = view_browsers([driver], 10, 0)
    assert len(view.console) < 1_100
    assert any("nope is not defined" in line.text for line in view.console)
    assert any("older lines are left out" in problem for problem in view.problems)


def test_a_driver_that_is_asked_itself_closes_no_dialog_either(driver, observer, url):
    """A browser without DevTools is asked so."""
    by_driver = DriverObserver(driver)
    driver.get(url)
    assert "Tea" == by_driver.windows(10).shown.title
    assert by_driver.dialog(10) is None
    assert "image/png" == by_driver.picture(10).media_type
    assert "Our teas" in by_driver.document(10).html
    open_dialog(driver, observer)
    assert "Saved" == by_driver.dialog(10).text
    assert "" == by_driver.windows(10).shown.url
    driver.switch_to.alert.accept()


def test_a_driver_that_is_busy_costs_the_time_limit(driver, url):
    """Its answer comes later, and to nobody."""
    driver.get(url)
    with pytest.raises(ObserverError, match="the driver did not answer in time"):
        DriverObserver(driver).picture(0.001)


def test_a_browser_that_has_ended_shows_what_it_did(url):
    """Lines and requests until then are kept; nothing waits."""
    driver = browsers.open_local()
    observer = observer_of(driver)
    driver.get(url)
    eventually(lambda: len(texts(observer)) == 2)
    driver.quit()
    eventually(lambda: "ended" in reason(observer))
    [view] = view_browsers([driver], 10, 0)
    assert (2, f"{url}/") == (len(view.console), view.requests[0].url)
    assert "Page: the browser has ended." in view.problems


def reason(observer):
    """Why the observer tells nothing."""
    try:
        observer.windows(5)
    except ObserverError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("address", ["127.0.0.1:1", "nowhere.invalid:80"])
def test_a_browser_whose_devtools_cannot_be_reached_is_asked_through_its_driver(address):
    """It is on another machine."""

    class Remote:
        """A driver."""

        capabilities = {"goog:chromeOptions": {"debuggerAddress": address}}  # noqa: RUF012 - as drivers have it

    assert isinstance(observer_of(Remote()), DriverObserver)


def test_another_browser_at_the_same_address_is_not_taken_for_it(opened):
    """The address may be of another machine."""

    class Remote:
        """A driver whose window is another one."""

        capabilities = opened.capabilities
        command_executor = opened.command_executor
        session_id = "another"

    assert isinstance(observer_of(Remote()), DriverObserver)
