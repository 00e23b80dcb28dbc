"""The findings are what is known for certain of a failed test."""

from robot_cherrypy.evidence.evidence import Evidence
from robot_cherrypy.evidence.findings import find, page_row
from robot_cherrypy.evidence.timeline import Row, Timeline
from robot_cherrypy.pages.network_log import Request
from robot_cherrypy.pages.refused_cookies import RefusedCookie
from robot_cherrypy.pages.view import BrowserView, ConsoleLine
from robot_cherrypy.tests.evidence.records import error, exchange, step
from robot_cherrypy.traffic.handler import Handler


def of_exchange(received):
    """The row of a request that a server received."""
    errors = list(received.errors)
    return Row(received.started, received.ended, exchange=received, errors=errors)


def of_request(path, started, status):
    """The row of a request that a browser sent."""
    request = Request("GET", f"http://x{path}", started, ended=started + 1, status=status)
    return Row(started, started + 1, request=request)


def both(path, started, kind="Document", **values):
    """The row of a request that browser and server saw."""
    received = exchange(path, started + 0.1, started + 0.2, **values)
    request = Request(received.method, f"http://x{path}", started, ended=started + 0.2)
    request.resource_type, request.status = kind, received.status
    return Row(started, started + 0.2, request=request, exchange=received)


def found(*rows, errors=(), views=(), **known):
    """The findings of a test of ten seconds."""
    return find(Evidence(Timeline(0, 10, list(rows)), list(errors), list(views), **known))


def test_without_anything_there_is_no_finding():
    """A test may fail for a wrong expectation."""
    fine = of_exchange(exchange("/", status=200))
    assert [] == found(fine, of_request("/", 1, 200), Row(0, 1, step=step("Look", 0, 1)))


def test_if_nothing_is_wrong_the_last_request_is_named():
    """With the function that answered it; files of pages do not count."""
    handler = Handler("shop.Root.job", "/shop.py", 7)
    rows = [both("/job", n, status=200, raw_handler=handler) for n in range(4)]
    rows[0].folded = rows
    [finding] = found(rows[0], both("/job.css", 9, "Stylesheet", status=200))
    sentence = "The last request was GET /job → 200, 4 times, by shop.Root.job (/shop.py:7)."
    assert f"No error is known on either side. {sentence}" == finding.sentence
    assert ("", False, rows[0]) == (finding.label, finding.is_bad, finding.row)


def test_what_the_last_request_got_is_told():
    """As far as the browser has told it."""
    rows = [both("/job", n, "Fetch", status=200) for n in range(3)]
    rows[1].request.body = '{"state": "running"}'
    rows[0].folded = rows
    [finding] = found(rows[0])
    assert finding.sentence.endswith('3 times.\nIts response: {"state": "running"}')


def test_a_redirect_of_the_last_action_is_named():
    """The page got something else than it asked for. After a form was sent, that is as usual."""
    to_login = [("Location", "/login")]
    row = both("/admin", 1, status=303, raw_response_headers=to_login)
    posted = both("/order", 1.5, status=303, raw_response_headers=to_login, method="POST")
    [finding] = found(row, posted)
    assert "GET /admin was redirected to /login." == finding.sentence
    assert finding.row is row


def test_a_page_that_came_after_the_keyword_had_begun_is_named():
    """It looked too early. A keyword that waits may do so."""
    page = both("/order", 5, status=200)
    click, look = (
        Row(start, start + 1, step=step(name, start, start + 1, status=status))
        for name, start, status in (("Click", 4, "PASS"), ("Page Should Contain", 4.9, "FAIL"))
    )
    look.ended = 6
    [finding] = found(click, look, page)
    assert (
        "‘Page Should Contain’ did not wait for the page: GET /order had its response 300 ms after"
        in (finding.sentence)
    )
    look.step.name = "Wait Until It Is There"
    assert "did not wait" not in found(click, look, page)[0].sentence


def test_a_server_error_names_its_request():
    """And leads to its row; an error without a request leads nowhere."""
    buy = exchange("/buy", status=500)
    errors = [error(buy), error()]
    row = of_exchange(buy)
    first, second = found(row, errors=errors)
    assert ("server error", row) == (first.label, first.row)
    sentence = "GET /buy: ValueError: too much in shop.Root.buy (answered 500), raised at shop.py:7"
    assert f"Server error: {sentence}." == first.sentence
    assert second.row is None


def test_an_error_of_a_script_is_told_from_a_failed_resource():
    """The timeline shows the latter."""
    lines = [
        ConsoleLine(1, "SEVERE", "http://x/tea.js 1:2 Uncaught TypeError: no tea"),
        ConsoleLine(1, "SEVERE", "http://x/tea - Failed to load resource: 404"),
        ConsoleLine(1, "INFO", "hello"),
    ]
    [finding] = found(views=[BrowserView("browser 1", console=lines)])
    assert "script error" == finding.label
    assert finding.sentence.endswith("Uncaught TypeError: no tea")


def test_a_request_in_flight_has_an_age():
    """What is meant to stay open is no finding."""
    handler = Handler("shop.Root.wait", "/shop.py", 7)
    waiting = of_exchange(exchange("/wait", started=4, ended=None, raw_handler=handler))
    socket = of_exchange(exchange("/socket", started=1, ended=None, websocket=True))
    events = [("Content-Type", "text/event-stream")]
    stream = of_exchange(exchange("/events", 1, None, raw_response_headers=events))
    [finding] = found(waiting, socket, stream)
    assert (
        "GET /wait was not answered after 6.00 s, in shop.Root.wait (/shop.py:7)."
        == finding.sentence
    )
    assert finding.row is waiting


def test_a_response_that_came_in_the_teardown_was_not_seen_by_the_test():
    """Nor was it there when the evidence was collected."""
    late = of_exchange(exchange("/wait", started=4, ended=9))
    assert ["GET /wait was not answered after 3.00 s."] == [
        finding.sentence for finding in found(late, collected=7)
    ]
    assert [] == found(late, collected=9)


def test_a_dialog_is_named():
    """It may have kept the page from going on."""
    [finding] = found(views=[BrowserView("browser 1", dialog="confirm: Sure?")])
    assert ("dialog open", "A dialog was open: confirm: Sure?") == (finding.label, finding.sentence)


def test_only_the_refusals_of_the_last_action_count():
    """Others may be as the test wants them, and browsers ask for some files by themselves."""
    rows = [
        Row(0, 2, step=step("Go To", 0, 2)),
        of_request("/early", 1, 404),
        Row(3, 5, step=step("Click", 3, 5)),
        of_request("/late", 4, 422),
        of_request("/favicon.ico", 4.5, 404),
        Row(6, 7, step=step("Look", 6, 7)),
    ]
    [finding] = found(*rows)
    assert ("422", "GET /late was answered with 422.") == (finding.label, finding.sentence)
    assert finding.row is rows[3]


def test_what_refused_a_request_is_told():
    """JSON and texts are; a page is not."""
    kinds = {"application/json": True, "text/plain; charset=utf-8": True, "text/html": False}
    for kind, is_told in kinds.items():
        headers = [("Content-Type", kind)]
        row = both("/vote", 1, "Fetch", status=422, raw_response_headers=headers)
        row.exchange.raw_response_body = b"rating must be 1 to 5"
        [finding] = found(row)
        assert is_told == finding.sentence.endswith("422.\nIts response: rating must be 1 to 5")


def test_a_young_request_is_no_finding():
    """A page that polls has one at any time."""
    assert [] == found(of_exchange(exchange("/job", started=9.6, ended=None)))


def test_what_a_passed_test_got_is_compared():
    """A refusal that is new is worth a sentence."""
    row = of_request("/order", 4, 422)
    earlier = {("GET", "/order"): (exchange("/order", status=201), "Order")}
    [finding] = found(row, earlier=earlier)
    assert finding.sentence.endswith("It was answered with 201 in ‘Order’, which passed.")
    earlier = {("GET", "/order"): (exchange("/order", status=422), "Order")}
    assert "passed" not in found(row, earlier=earlier)[0].sentence


def test_a_request_that_failed_is_named():
    """With the browser's reason."""
    request = Request("GET", "http://x/loop", 1, ended=2, error="net::ERR_TOO_MANY_REDIRECTS")
    [finding] = found(Row(1, 2, request=request))
    assert "GET /loop failed: net::ERR_TOO_MANY_REDIRECTS." == finding.sentence


def test_equal_errors_are_one_sentence():
    """A page may connect again and again; only the first line is in the sentence."""
    errors = [error(message="no\nmore") for _ in range(3)]
    [finding] = found(errors=errors)
    first, rest = finding.sentence.split("\n")
    assert "Server error: ValueError: no in shop.Root.buy (3 times), raised at shop.py:7." == first
    assert "more" == rest


def test_the_request_for_the_page_is_known():
    """It is the last one for a document with this address."""
    rows = [both("/a", 1), both("/a", 2), both("/a", 3, "Fetch"), both("/b", 4)]
    timeline = Timeline(0, 10, rows)
    assert page_row(BrowserView("browser 1", url="http://x/a#top"), timeline) is rows[1]
    assert page_row(BrowserView("browser 1", url="http://x/c"), timeline) is None


def test_a_keyword_that_opens_a_page_waits_for_it():
    """Its page comes while it runs."""
    page = both("/loop", 5, status=303)
    opening = Row(4.9, 6, step=step("Go To Page", 4.9, 6, status="FAIL"))
    assert "did not wait" not in str(found(opening, page))


def test_equal_sentences_are_told_once():
    """The first one leads to its row."""
    rows = [of_request("/order", n, 422) for n in (1, 2)]
    [finding] = found(*rows)
    assert finding.row is rows[0]


def test_there_are_three_sentences_at_most():
    """The rest is in the rows."""
    errors = [error(message=str(number)) for number in range(9)]
    assert 3 == len(found(errors=errors))


def test_a_cookie_that_was_not_stored_is_a_finding():
    """One that was not sent is only in its row."""
    row = of_request("/login", 1, 200)
    row.request.refused_cookies = (
        RefusedCookie(True, "a=1", "it is SameSite=Strict"),
        RefusedCookie(False, "sid=0815; Secure", "it is Secure, and this connection is not"),
    )
    [finding] = found(row)
    sentence = "The browser did not store the cookie ‘sid’ of GET /login: it is Secure, and this"
    assert f"{sentence} connection is not." == finding.sentence
    assert ("cookie refused", row) == (finding.label, finding.row)
