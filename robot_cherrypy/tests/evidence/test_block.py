"""The block shows all that is known of a test, each part in its place."""

import dataclasses

import pytest

from robot_cherrypy.evidence import block as module
from robot_cherrypy.evidence import sections
from robot_cherrypy.evidence.block import render
from robot_cherrypy.evidence.evidence import Evidence
from robot_cherrypy.evidence.masking import Masker
from robot_cherrypy.evidence.server_settings import ServerSettings
from robot_cherrypy.evidence.timeline import Row, Timeline
from robot_cherrypy.pages.clicks import PageBefore
from robot_cherrypy.pages.network_log import Request
from robot_cherrypy.pages.observer import ConsoleLine, Place
from robot_cherrypy.pages.view import BrowserView
from robot_cherrypy.tests.evidence.parsed import Parsed
from robot_cherrypy.tests.evidence.records import HOSTILE, error, exchange, step
from robot_cherrypy.traffic.exchange import LogLine
from robot_cherrypy.traffic.handler import Handler

EMPTY = Evidence(Timeline(0, 10, []))


def browser(label="browser 1", **values):
    """A browser with a page and its picture."""
    page = {
        "name": "Chrome 140",
        "url": "http://127.0.0.1/tea",
        "title": "Tea",
        "size": (1280, 800),
        "html": "<p>Our teas",
        "picture": f"picture of {label}",
        "console": [ConsoleLine(0.25, "SEVERE", "total is not defined")],
    }
    return BrowserView(label, **(page | values))


def full(**values):
    """Evidence that has something of everything."""
    buy = exchange("/buy", status=200, client="127.0.0.1", sent=17)
    parts = {
        "server_errors": [error(buy), error()],
        "views": [browser()],
        "exchanges": [buy],
        "log_lines": [LogLine("the shop is closed", 40, "shop", 1.5)],
        "sessions": [("Session 0815…", {"user": "ann", "visits": 3})],
        "outputs": [("Output of PostgreSQL", "relation does not exist")],
        "stacks": "Thread 'shop'\n",
        "film": b"film",
    }
    return dataclasses.replace(EMPTY, **(parts | values))


def parsed(evidence, masker=None, **options):
    """The block as a browser reads it."""
    return Parsed(render(evidence, masker or Masker(), **options))


def test_all_sections_are_there_in_order():
    """Each part of the evidence has a section, and the order is fixed."""
    assert [
        "Where the servers were",
        "Film",
        "Console 1",
        "Error log 1",
        "Access log 1",
        "Session 0815… 2",
        "Output of PostgreSQL",
        "Page as it was",
        "Source of the page",
    ] == parsed(full()).sections


def test_without_evidence_there_are_no_sections():
    """The block then has a title and an empty timeline."""
    block = parsed(EMPTY)
    assert [] == block.sections == block.all("img")
    assert ["Both sides of this test 0 requests"] == block.texts("summary")
    assert 1 == len(block.texts("h4"))


def test_the_title_counts():
    """The title tells without opening the block whether the server had an error."""
    title = parsed(full()).texts("summary")[0]
    assert "Both sides of this test 1 request · 2 server errors · 1 browser" == title


def test_the_block_of_a_failed_test_is_open_and_begins_with_findings():
    """Each is linked to its row; its title says what is inside."""
    buy = exchange("/buy", status=500)
    row = Row(1, 2, exchange=buy, errors=[error(buy)])
    evidence = full(timeline=Timeline(0, 10, [row]), server_errors=list(buy.errors), is_failed=True)
    block = parsed(evidence, Masker(["too much"]))
    assert "open" in block.all("details")[0].attributes
    [link] = block.all("a")
    assert link.text.startswith("Server error: GET /buy: ValueError: •••")
    [target] = [part for part in block.all("div", "inner") if "id" in part.attributes]
    assert f"#{target.attributes['id']}" == link.attributes["href"]
    assert "script error · 1 request · 1 server error · 1 browser" in block.texts("summary")[0]


def test_the_block_of_a_passed_test_is_folded():
    """It has no findings, as nothing is looked for."""
    block = parsed(full())
    assert "open" not in block.all("details")[0].attributes
    assert [] == block.all("ul")


def test_the_head_shows_the_page_and_what_is_missing():
    """The head has the address, missing parts, the errors of the console and the picture."""
    view = browser(problems=["Network: gone"], title="")
    block = parsed(dataclasses.replace(EMPTY, views=[view]))
    assert [
        ("Browser", "Chrome 140"),
        ("Page", "http://127.0.0.1/tea"),
        ("Title", "—"),
        ("Missing", "Network: gone"),
    ] == block.terms
    assert ["total is not defined"] == block.texts("div", "problem")
    [picture] = block.all("img")
    assert "data:image/jpeg;base64,picture of browser 1" == picture.attributes["src"]
    assert "1280 × 800 px" in picture.parent.text


def test_the_head_shows_server_errors():
    """The head names the error, the page handler, the request and the status of the response."""
    first, second = parsed(full()).texts("div", "error")
    assert "ValueError: too muchshop.Root.buyGET /buy, answered 200raised at shop.py:7" == first
    assert "ValueError: too muchshop.Root.buyraised at shop.py:7" == second


def test_equal_server_errors_are_shown_once():
    """Of many different ones only some are at the top."""
    equal = parsed(full(server_errors=[error() for _ in range(9)])).texts("div", "error")
    assert ["ValueError: too much × 9shop.Root.buyraised at shop.py:7"] == equal
    different = parsed(full(server_errors=[error(message=str(n)) for n in range(9)]))
    assert 5 == len(different.texts("div", "error"))
    assert ["4 other errors are below."] == different.texts("p", "dim")


def test_pictures_may_be_left_out():
    """Pictures and documents of pages are left out, everything else stays."""
    block = parsed(full(film=b""), with_pictures=False)
    assert [] == block.all("img") == block.all("iframe")
    assert "Source of the page" not in block.sections
    assert "Console 1" in block.sections
    assert ("Page", "http://127.0.0.1/tea") in block.terms


def test_each_of_several_browsers_is_named():
    """The title of each section names its browser, and the head has the picture of the first."""
    block = parsed(full(views=[browser(), browser("browser 2", name="", console=[])]))
    assert [
        "Console of browser 1 1",
        "Page of browser 1 as it was",
        "Source of the page of browser 1",
        "Picture of browser 2",
        "Page of browser 2 as it was",
        "Source of the page of browser 2",
    ] == [title for title in block.sections if "browser" in title]
    assert ["browser 1 (Chrome 140, the current one)", "browser 2 (browser 2)"] == [
        value for name, value in block.terms if name == "Browser"
    ]


def test_no_text_becomes_markup():
    """Texts of the application, the page and the client are shown as they are."""
    buy = exchange(f"/{HOSTILE}", client=HOSTILE, method=HOSTILE)
    buy.raw_request_headers = [("Referer", HOSTILE), ("User-Agent", HOSTILE)]
    failed = error(message=HOSTILE, traceback=HOSTILE, handler=HOSTILE, when=HOSTILE, during=buy)
    values = {"name": HOSTILE, "url": HOSTILE, "title": HOSTILE, "problems": [HOSTILE]}
    lines = [ConsoleLine(1, "SEVERE", HOSTILE), ConsoleLine(1, "INFO", HOSTILE)]
    block = parsed(
        full(
            server_errors=[failed, error(message=HOSTILE, traceback=HOSTILE)],
            views=[browser(html=HOSTILE, console=lines, **values)],
            exchanges=[buy],
            log_lines=[LogLine(HOSTILE, 40, "shop", 1.0), LogLine(HOSTILE, 20, "shop", 1.0)],
            sessions=[(HOSTILE, {HOSTILE: HOSTILE})],
            outputs=[(HOSTILE, HOSTILE)],
            is_failed=True,
        )
    )
    assert [] == block.all("script")
    assert [] == [name for element in block.elements for name in element.attributes if "on" in name]
    assert ["The page", "Film"] == [picture.attributes["alt"] for picture in block.all("img")]
    [frame] = block.all("iframe")
    assert frame.attributes["srcdoc"].endswith(HOSTILE)
    assert {"sandbox", "loading", "srcdoc"} == set(frame.attributes)
    assert block.texts("div", "rcp")[0].count("alert(1)</script>") > 20


def with_everywhere(record, secret):
    """Put a secret into all texts of a record, but for pictures and names of our own."""
    for name, value in list(vars(record).items()):
        if isinstance(value, str) and not name.startswith(("picture", "label")):
            object.__setattr__(record, name, f"{value} {secret}".strip())
    return record


def test_no_secret_is_shown():
    """A known secret is masked in the whole block, whichever text of a record has it."""
    secret = "swordfish"
    place = with_everywhere(Handler("shop.Root.buy", "shop.py", 7), secret)
    buy = with_everywhere(exchange("/buy", method="POST", fault="failed"), secret)
    buy.raw_body = secret.encode()
    buy.raw_response_body = secret.encode()
    buy.raw_request_headers = [("Referer", secret), ("Cookie", secret), (secret, "1")]
    buy.raw_response_headers = [("Content-Type", "text/plain"), ("X", secret)]
    buy.raw_handler, buy.raw_stand_in = place, dataclasses.replace(place)
    request = with_everywhere(Request("GET", "/", 1.0, ended=2.0), secret)
    failed = [with_everywhere(error(buy), secret), with_everywhere(error(), secret)]
    keyword = with_everywhere(step("Input Text", 1.0, arguments=("word", secret)), secret)
    rows = [
        Row(1.0, 2.0, exchange=buy, request=request, errors=failed),
        Row(1.0, 2.0, request=request),
        Row(1.0, 2.0, step=keyword),
    ]
    line = with_everywhere(ConsoleLine(1, "SEVERE", "no"), secret)
    line.level = "SEVERE"
    view = with_everywhere(browser(console=[line], problems=[secret], windows=[secret]), secret)
    block = render(
        full(
            timeline=Timeline(0, 10, rows),
            server_errors=failed,
            views=[view, view],
            exchanges=[buy],
            log_lines=[with_everywhere(LogLine("no", 40, "shop", 1.0), secret)],
            sessions=[(f"Session {secret}", {"word": secret, secret: 1, "list": [secret]})],
            outputs=[(f"Output {secret}", secret)],
            is_failed=True,
        ),
        Masker([secret]),
    )
    shown = block.find(secret)
    assert shown == -1, block[shown - 200 : shown + 50]
    assert block.count("•••") > 60


def test_no_half_of_a_secret_is_shown():
    """Texts are cut after their secrets are masked, wherever the cut is."""
    secret = "swordfish" * 20
    for length in range(4_980, 5_001):
        line = ConsoleLine(1, "SEVERE", "-" * length + secret)
        block = render(full(views=[browser(console=[line])], is_failed=True), Masker([secret]))
        assert "sword" not in block


def test_no_half_of_a_secret_is_in_a_finding():
    """What a response says is cut after its secrets are masked."""
    secret = "swordfish" * 20
    for length in range(400, 500, 7):
        refused = exchange("/buy", status=422, raw_response_body=b"-" * length + secret.encode())
        refused.raw_response_headers = [("Content-Type", "text/plain")]
        request = Request("GET", "http://x/buy", 1.0, ended=2.0, status=422)
        rows = [Row(1.0, 2.0, exchange=refused, request=request)]
        evidence = full(timeline=Timeline(0, 10, rows), server_errors=[], views=[], is_failed=True)
        block = render(evidence, Masker([secret]))
        assert "Its response: ---" in block
        assert "sword" not in block


def test_logs_have_the_time_since_the_start_and_errors_in_bold():
    """The error log and the console have the same form."""
    lines = [LogLine("closed", 40, "shop", 1.5), LogLine("open", 20, "shop", 2.0)]
    block = parsed(full(log_lines=lines))
    log = "    +1500 ms  ERROR   closed\n    +2000 ms  INFO    open"
    assert log in block.texts("pre")
    assert "     +250 ms  SEVERE  total is not defined" in block.texts("pre", "wrap")
    assert "    +1500 ms  ERROR   closed" in block.texts("b")
    assert "    +2000 ms  INFO    open" not in block.texts("b")


def test_the_access_log_has_times_servers_and_durations():
    """A request in flight has neither status nor duration."""
    get = exchange("/tea", query="name=assam", client="127.0.0.1", status=200, sent=42)
    waiting = exchange("/wait", ended=None)
    [log] = parsed(dataclasses.replace(EMPTY, exchanges=[get, waiting])).texts("pre")
    assert [
        "    +1000 ms  shop  127.0.0.1  GET /tea?name=assam → 200  200 ms  42 bytes",
        "    +1000 ms  shop  -  GET /wait → -  in flight  0 bytes",
    ] == log.splitlines()


PARTS = {
    "the findings": (module, "_findings"),
    "the server errors": (module, "_server_errors"),
    "a browser": (module, "_browser"),
    "the picture": (module, "_picture"),
    "the timeline": (module, "waterfall"),
    "counts": (module, "_counts"),
    "sections": (module, "sections"),
    "where the servers were": (sections, "_stacks"),
    "the film": (sections, "_film"),
    "a console": (sections, "_console"),
    "the error log": (sections, "_error_log"),
    "the access log": (sections, "_access_log"),
    "a session": (sections, "_sessions"),
    "an output": (sections, "_outputs"),
    "a page": (sections, "_page"),
}


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_fails_leaves_the_others(part, monkeypatch):
    """It says so in its place."""

    def fail(*_args, **_options):
        raise ValueError("swordfish")

    whole = parsed(full(is_failed=True))
    where, name = PARTS[part]
    monkeypatch.setattr(where, name, fail)
    block = parsed(full(is_failed=True), Masker(["swordfish"]))
    [problem] = [text for text in block.texts("div", "problem") if "fault" in text]
    assert problem.startswith(f"Missing: {part}. robot_cherrypy has a fault: ValueError: •••")
    assert "swordfish" not in block.html
    if part != "sections":
        lost = set(whole.sections) - set(block.sections)
        assert len(lost) <= 2
        assert len(whole.elements) - len(block.elements) < 20


def test_what_could_not_be_collected_is_named():
    """As what could not be shown."""
    block = parsed(full(faults=[("sessions", ValueError("closed"))]))
    assert "Missing: sessions. robot_cherrypy has a fault: ValueError: closed" in block.html


@pytest.mark.parametrize("text", ["x" * 100, "<&>" * 33], ids=["plain", "markup"])
def test_of_a_long_log_the_last_lines_are_shown(text):
    """Each of these lines is whole, so that no markup is cut."""
    lines = [LogLine(f"{text} {number}", 40, "shop", 1.0) for number in range(2_000)]
    block = parsed(dataclasses.replace(EMPTY, log_lines=lines))
    assert ["Error log 2000"] == block.sections
    [shown] = block.texts("pre")
    bold = block.texts("b")
    assert shown == "\n".join(bold)
    assert 100 < len(bold) < 1_000
    assert shown.endswith(f"{text} 1999")


def test_one_line_that_is_too_long_is_cut():
    """A page may write a whole file to the console."""
    console = [ConsoleLine(1, "INFO", "x" * 1_000_000)]
    block = parsed(dataclasses.replace(EMPTY, views=[browser(console=console, html="")]))
    [shown] = block.texts("pre", "wrap")
    assert 5_000 < len(shown) < 5_100


def test_a_long_page_is_cut():
    """A comment at its end says that it was cut."""
    block = parsed(full(views=[browser(html="x" * 1_000_000)]))
    document = block.all("iframe")[0].attributes["srcdoc"]
    assert document.endswith(">" + "x" * 400_000 + "<!-- cut off -->")


def test_the_source_of_a_page_begins_at_its_body():
    """Its style sheets are long, and are folded."""
    block = parsed(full(views=[browser(html="<head><style>p {}</style></head><body><p>tea")]))
    assert {"<head><style>p {}</style></head>", "<body><p>tea"} <= set(block.texts("pre"))
    assert "head of the page, with its styles" in block.texts("summary")


def test_the_head_shows_clock_click_and_what_the_page_says():
    """With secrets masked."""
    click = PageBefore(
        "Click Button", "act", "http://x/", "<p>Tea", (1280, 800), "<button> “Buy”", 2, "<div>"
    )
    view = browser(told=["Sold out", "token=abcdefgh"], clock="Asia/Tokyo (UTC+09:00)")
    block = parsed(full(click=click, clock="2026-11-30 12:00:00 UTC", views=[view]))
    terms = dict(reversed(block.terms))
    assert "2026-11-30 12:00:00 UTC" == terms["Clock"]
    clicked = "‘Click Button’ act: <button> “Buy”, the first of 2 that match, covered by <div>"
    assert clicked == terms["Last click"]
    assert ("The page says", "token=•••") in block.terms
    assert "Asia/Tokyo (UTC+09:00)" == terms["Time"]
    assert "Page before the last click" in block.sections
    assert any(clicked in told for told in block.texts("p"))


SCRIPT_LINES = {
    "short": ("  total.toFixed(2);", 8, "3 | total.toFixed(2);"),
    "long": ("a" * 1_000 + "!" + "b" * 1_000, 1_000, "3 | " + "a" * 120 + "!" + "b" * 119),
    "with a secret": ('let password = "swordfish";', 20, '3 | let password = "•••";'),
}


@pytest.mark.parametrize("name", SCRIPT_LINES)
def test_the_line_of_a_script_is_below_its_error(name):
    """Around the place of the error, if it is long."""
    source, column, shown = SCRIPT_LINES[name]
    line = ConsoleLine(1, "SEVERE", "no total", place=Place("a.js", 2, column), source=source)
    block = parsed(dataclasses.replace(EMPTY, views=[browser(console=[line])]))
    assert shown in block.texts("pre")


def test_settings_of_servers_are_shown_with_their_differences():
    """What servers of one application have differently is bold."""
    first = ServerSettings("one", "shop", {"kind": "async", "/ size": 4, "/ password": "swordfish"})
    second = ServerSettings("two", "shop", {"kind": "async", "/ size": 5})
    other = ServerSettings("tea", "tea", {"kind": "threaded"})
    block = parsed(full(servers=[first, second, other]))
    assert "Settings of servers 3" in block.sections
    assert ("/ password", "•••") in block.terms
    assert ["/ size", "/ password", "/ size"] == block.texts("b")[-3:]
