"""The collector asks browsers, servers and programs once for a test, and renders what it got."""

from types import SimpleNamespace

import cherrypy
import pytest
import requests

from robot_cherrypy.errors import SessionError
from robot_cherrypy.evidence import collector as module
from robot_cherrypy.evidence import known_secrets, run_history
from robot_cherrypy.evidence.collector import Collector
from robot_cherrypy.evidence.run_history import RunHistory
from robot_cherrypy.evidence.server_settings import ServerSettings
from robot_cherrypy.harness.registry import Servers
from robot_cherrypy.harness.server import Launch
from robot_cherrypy.pages.network_log import Request, WebSocketMessage
from robot_cherrypy.pages.view import BrowserView
from robot_cherrypy.tests.evidence.parsed import Parsed
from robot_cherrypy.tests.evidence.records import TRACEBACK, error, exchange, step
from robot_cherrypy.traffic.exchange import LogLine
from robot_cherrypy.traffic.journal import JOURNAL, Journal


class Output:
    """What a program has printed."""

    def __init__(self, text):
        self.text = text

    def since(self, start):
        return self.text if start == 100 else ""


@pytest.fixture
def browsers(monkeypatch):
    """Open browsers: `views` are what they show, `asked` is how they were asked."""
    browsers = SimpleNamespace(views=[], asked=[], discarded=0)

    def view_browsers(drivers, timeout, since):
        browsers.asked.append((drivers, timeout, since))
        return browsers.views

    def discard_browser_logs():
        browsers.discarded += 1

    monkeypatch.setattr(module, "open_browsers", lambda: ["driver"])
    monkeypatch.setattr(module, "settings_of", lambda server: ServerSettings(server.alias, "", {}))
    monkeypatch.setattr(module, "view_browsers", view_browsers)
    monkeypatch.setattr(module, "discard_browser_logs", discard_browser_logs)
    return browsers


@pytest.fixture
def journal(monkeypatch):
    """A journal of the test's own."""
    monkeypatch.setattr(module, "JOURNAL", Journal())
    return module.JOURNAL


@pytest.fixture
def programs(monkeypatch):
    """Programs of the stack that are running."""
    programs = []
    monkeypatch.setattr(module.guarded_program, "running_programs", lambda: programs)
    return programs


@pytest.fixture
def servers():
    """The running servers, of which there are none at first."""
    return SimpleNamespace(started=[], started_in_process=[])


@pytest.fixture
def collector(browsers, journal, programs, servers):
    """A collector that has not collected yet."""
    return Collector(servers, RunHistory())


@pytest.fixture
def failed():
    """The test that has failed."""
    return run_history.TestRecord("Suite.Test", 100)


def block(collector, failed, **options):
    """The block of a test as a browser reads it."""
    return Parsed(collector.render_block(collector.evidence(failed, **options)))


def test_a_test_without_anything_has_a_block(collector, failed):
    """The block then has no section."""
    collector.collect(failed, 2.0)
    assert [] == block(collector, failed).sections


def test_browsers_are_asked_once_for_a_test(collector, failed, browsers):
    """The report has what they showed before the teardown."""
    collector.collect(failed, 2.0)
    collector.collect(failed, 2.0)
    assert [(["driver"], 2.0, 100)] == browsers.asked


def test_the_next_test_begins_anew(collector, failed, browsers, programs):
    """Its block has nothing of the test before."""
    browsers.views = [BrowserView("browser 1", title="First")]
    programs.append(SimpleNamespace(name="HAProxy", output=Output("one is going DOWN")))
    collector.collect(failed, 2.0)
    collector.clear()
    assert 1 == browsers.discarded
    assert [] == block(collector, failed).terms == block(collector, failed).sections
    browsers.views = [BrowserView("browser 1", title="Second")]
    collector.collect(failed, 2.0)
    assert ("Title", "Second") in block(collector, failed).terms


def test_all_sources_are_in_the_block(collector, failed, browsers, journal):
    """The block has keywords, both sides of requests, messages and logs."""
    failed.steps = [step("Click Button", 101, 109)]
    buy = exchange("/buy", 102, 103, status=500)
    failed.server_errors = [error(buy)]
    journal.exchanges += [exchange("/before", 99, 99.5), buy]
    journal.log_lines += [LogLine("before", 40, "shop", 99), LogLine("closed", 40, "shop", 102)]
    request = Request("GET", "http://x/buy", 102, ended=103.5, status=500)
    browsers.views = [
        BrowserView(
            "browser 1",
            requests=[request],
            messages=[WebSocketMessage(True, "hello", 104), WebSocketMessage(False, "hi", 105)],
        )
    ]
    collector.collect(failed, 2.0)
    shown = block(collector, failed)
    assert [
        "Click Button ",
        "GET /buy",
        "WebSocket of the page → hello",
        "WebSocket of the page ← hi",
    ] == shown.texts("span", "what")
    assert [TRACEBACK] == [text for text in shown.texts("pre") if "Traceback" in text]
    assert ["Error log 1", "Access log 1"] == shown.sections
    assert shown.texts("summary")[0].endswith("1 request · 1 server error · 1 browser")


def test_what_passed_tests_got_on_the_same_paths_is_shown(collector, failed, journal):
    """The latest such request of each path, of tests that passed and of no others."""
    history = collector._history
    for started, passed in ((10, True), (20, True), (30, False)):
        test = history.start_test(f"Suite.Test {started}")
        test.started, test.has_passed = started, passed
        history.end_test()
        test.ended = started + 5
    journal.exchanges += [exchange("/buy", n + 1, n + 2, status=200 + n) for n in (10, 20, 30, 100)]
    journal.exchanges.append(exchange("/other", 21, 22))
    collector.collect(failed, 2.0)
    [value] = [value for name, value in block(collector, failed).terms if name == "Earlier"]
    assert value.startswith("→ 220, on shop")
    assert "in ‘Test 20’, which passed" in value


def test_where_servers_are_is_shown_if_a_request_waits(collector, failed, journal, servers):
    """Not if only a WebSocket is open."""
    servers.stacks = lambda: [("Thread 'shop'", '  File "shop.py", line 7, in wait')]
    journal.exchanges.append(exchange("/socket", 101, None, websocket=True))
    collector.collect(failed, 2.0)
    assert "Where the servers were" not in block(collector, failed).sections
    collector.clear()
    journal.exchanges.append(exchange("/wait", 101, None))
    collector.collect(failed, 2.0)
    assert "Where the servers were" in block(collector, failed).sections


@pytest.mark.parametrize(
    "source", ["view_browsers", "_outputs_since", "_sessions_since", "_timeline"]
)
def test_a_source_that_fails_leaves_the_others(collector, failed, browsers, source, monkeypatch):
    """The block says so, once."""

    def fail(*_args):
        raise ValueError("no luck")

    owner = module if hasattr(module, source) else collector
    monkeypatch.setattr(owner, source, fail)
    browsers.views = [BrowserView("browser 1", title="Tea")]
    collector.collect(failed, 2.0)
    shown = block(collector, failed)
    assert 1 == len(shown.texts("div", "problem"))
    assert (source == "view_browsers") == (("Title", "Tea") not in shown.terms)
    collector.clear()
    monkeypatch.undo()
    assert [] == block(collector, failed).texts("div", "problem")


def test_what_came_after_the_test_is_left_out(collector, failed, browsers, journal, monkeypatch):
    """A page may poll while its evidence is collected and rendered."""
    monkeypatch.setattr(module.time, "monotonic", lambda: 110)
    journal.exchanges += [exchange("/job", at, None) for at in (109, 111)]
    requests = [Request("GET", "http://x/other", at) for at in (108, 112)]
    browsers.views = [BrowserView("browser 1", requests=requests)]
    collector.collect(failed, 2.0)
    shown = block(collector, failed)
    assert ["GET /other", "GET /job"] == shown.texts("span", "what")
    assert "Access log 1" in shown.sections


def test_what_came_while_it_was_collected_is_shown(collector, failed, journal):
    """The keyword that failed may have looked before the request came."""
    journal.exchanges += [exchange("/order", at, at + 1) for at in (111, 113)]
    collector.collect(failed, 2.0)
    collector._collected_at, collector._collected_until = 110, 112
    shown = block(collector, failed)
    assert ["GET /order"] == shown.texts("span", "what")
    assert shown.texts("div", "axis")[0].endswith("11.00 s")


def test_the_timeline_goes_on_to_the_end_of_the_teardown(collector, failed, monkeypatch):
    """The keywords of a teardown run after the collecting."""
    monkeypatch.setattr(module.time, "monotonic", lambda: 110)
    collector.collect(failed, 2.0)
    assert "10.00 s" == block(collector, failed).texts("div", "axis")[0][-7:]
    failed.steps = [step("Close Browser", 115, 120), step("Running", 118)]
    assert "20.00 s" == block(collector, failed).texts("div", "axis")[0][-7:]


def test_the_output_of_programs_is_shown_if_there_is_some(collector, failed, programs, servers):
    """Servers in child processes and programs such as PostgreSQL print something."""
    servers.started = [
        SimpleNamespace(alias="child", output=Output("started")),
        SimpleNamespace(alias="silent", output=Output("")),
        SimpleNamespace(alias="thread", output=None),
    ]
    programs.append(SimpleNamespace(name="PostgreSQL", output=Output("relation does not exist")))
    collector.collect(failed, 2.0)
    shown = block(collector, failed)
    assert [
        "Output of server 'child'",
        "Output of PostgreSQL",
        "Settings of servers 3",
    ] == shown.sections
    assert ["started", "relation does not exist"] == shown.texts("pre")


def test_a_film_is_shown(collector, failed):
    """The film has a section."""
    collector.collect(failed, 2.0)
    assert ["Film"] == block(collector, failed, film=b"film").sections


def test_a_run_has_a_limit_for_pictures(collector, failed, browsers, monkeypatch):
    """Blocks have no pictures after it, but everything else."""
    monkeypatch.setattr(module, "_MOST_CHARACTERS", 1_500_000)
    picture = "picture " * 100_000
    browsers.views = [BrowserView("browser 1", title="Tea", picture=picture, html="<p>tea")]
    collector.collect(failed, 2.0)
    for number in range(4):
        shown = block(collector, failed)
        has_picture = [picture in image.attributes["src"] for image in shown.all("img")]
        assert ([True] if number < 2 else []) == has_picture
        assert (number < 2) == ("Source of the page" in shown.sections)
        assert ("Title", "Tea") in shown.terms


def test_a_run_has_a_limit_for_details(collector, failed, journal, monkeypatch):
    """Blocks have no details of requests after it that did not fail."""
    monkeypatch.setattr(module, "_MOST_CHARACTERS", 15_000)
    journal.exchanges.append(exchange("/buy", 101, 102))
    collector.collect(failed, 2.0)
    details = ["Server" in dict(block(collector, failed).terms) for _ in range(6)]
    assert sorted(details, reverse=True) == details
    assert {True, False} == set(details)


def test_what_was_typed_as_a_password_is_masked(collector, failed, browsers, monkeypatch):
    """So are the values of secret variables."""
    secret_class = type("Secret", (), {"value": "swordfish"})
    variables = {"TOKEN": secret_class(), "OTHER": "harmless"}
    monkeypatch.setattr(known_secrets.BuiltIn, "get_variables", lambda _self, **_options: variables)
    monkeypatch.setattr(module, "SECRETS", known_secrets.KnownSecrets())
    module.SECRETS.add(["open sesame"])
    title = "swordfish, open sesame and xyzzy, but harmless"
    browsers.views = [BrowserView("browser 1", title=title, secrets=["xyzzy"])]
    collector.collect(failed, 2.0)
    assert ("Title", "•••, ••• and •••, but harmless") in block(collector, failed).terms


class Sessions:
    """The sessions of a page."""

    cookie_name = "session_id"

    def __init__(self, values):
        self._values = values

    def read(self, session_id):
        if session_id not in self._values:
            raise SessionError("There is no such session.")
        return self._values[session_id]


@pytest.fixture
def pages(monkeypatch):
    """Sessions by the path of their page; other pages have none."""
    pages = {}

    def sessions_of(_server, path, _timeout):
        if path not in pages:
            raise SessionError("The page has no sessions.")
        return pages[path]

    monkeypatch.setattr(module, "sessions_of", sessions_of)
    return pages


def with_cookies(path, sent=(), received=(), server="shop"):
    """A request with cookies, and a response that sets some."""
    request = exchange(path, 101)
    request.server = server
    request.raw_request_headers = [("Cookie", cookie) for cookie in sent]
    request.raw_response_headers = [("Set-Cookie", cookie) for cookie in received]
    return request


def test_sessions_of_the_requests_are_shown(collector, failed, journal, servers, pages):
    """They are found by the cookies of requests and of responses."""
    servers.started_in_process = [SimpleNamespace(alias="shop", is_running=True)]
    pages["/members"] = Sessions({"0123456789": {"user": "ann"}, "abcdefghij": {"visits": 3}})
    journal.exchanges += [
        with_cookies("/", sent=["session_id=0123456789; taste=vanilla"]),
        with_cookies("/members", received=["session_id=abcdefghij; Path=/", "taste=mint"]),
        with_cookies("/members", sent=["session_id=gone"]),
        with_cookies("/members", sent=["session_id=0123456789"], server="other"),
    ]
    collector.collect(failed, 2.0)
    shown = block(collector, failed)
    assert ["Access log 4", "Session 01234567… 1", "Session abcdefgh… 1"] == shown.sections
    assert {("user", "ann"), ("visits", "3")} <= set(shown.terms)


def test_an_odd_cookie_costs_no_session(collector, failed, journal, servers, pages):
    """A client may send one with a name that is not allowed."""
    servers.started_in_process = [SimpleNamespace(alias="shop", is_running=True)]
    pages["/"] = Sessions({"0123456789": {"user": "ann"}})
    journal.exchanges.append(with_cookies("/", sent=["foo@bar=1; session_id=0123456789; =; x"]))
    collector.collect(failed, 2.0)
    assert ["Access log 1", "Session 01234567… 1"] == block(collector, failed).sections


def test_a_server_that_has_ended_has_no_sessions(collector, failed, journal, servers, pages):
    """Such a server is not asked for them."""
    servers.started_in_process = [SimpleNamespace(alias="shop", is_running=False)]
    pages["/"] = Sessions({"1": {"user": "ann"}})
    journal.exchanges.append(with_cookies("/", sent=["session_id=1"]))
    collector.collect(failed, 2.0)
    assert ["Access log 1"] == block(collector, failed).sections


def test_only_some_pages_are_asked_for_sessions(
    collector, failed, journal, servers, pages, monkeypatch
):
    """They are the pages that were requested last."""
    asked = []
    find = module.sessions_of
    monkeypatch.setattr(
        module,
        "sessions_of",
        lambda server, path, timeout: asked.append(path) or find(server, path, timeout),
    )
    servers.started_in_process = [SimpleNamespace(alias="shop", is_running=True)]
    journal.exchanges += [with_cookies(f"/{number}") for number in range(9)]
    collector.collect(failed, 2.0)
    assert ["/8", "/7", "/6", "/5", "/4"] == asked


def test_a_page_that_is_no_application_has_no_sessions(
    collector, failed, journal, servers, monkeypatch
):
    """CherryPy raises an error of its own for such a path."""

    def sessions_of(*_values):
        raise cherrypy.NotFound

    monkeypatch.setattr(module, "sessions_of", sessions_of)
    servers.started_in_process = [SimpleNamespace(alias="shop", is_running=True)]
    journal.exchanges.append(with_cookies("/"))
    collector.collect(failed, 2.0)
    assert ["Access log 1"] == block(collector, failed).sections


class Login:
    """Keeps a name in a session, and a taste in a cookie of its own."""

    @cherrypy.expose
    def index(self):
        cherrypy.session["user"] = "ann"
        cherrypy.response.cookie["taste"] = "vanilla"
        return "fine"


def test_a_session_of_a_running_server_is_read(browsers, programs, failed):
    """Its cookie need not be the last one that is set."""
    sections = {"/": {"tools.sessions.on": True}}
    servers = Servers()
    server = servers.start(
        Launch(application=f"{__name__}:Login", alias="login", configuration=sections)
    )
    try:
        requests.get(server.url, timeout=60)
        assert [] == server.requests_left_after(60)
        failed.started = JOURNAL.exchanges[-1].started
        collector = Collector(servers, RunHistory())
        collector.collect(failed, 2.0)
        assert ("user", "ann") in block(collector, failed).terms
    finally:
        servers.stop("login")
