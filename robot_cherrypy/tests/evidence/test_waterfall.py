"""The timeline as HTML: a row for each keyword and request, with details."""

from robot_cherrypy.evidence.masking import Masker
from robot_cherrypy.evidence.timeline import Row, Timeline
from robot_cherrypy.evidence.waterfall import waterfall
from robot_cherrypy.pages.network_log import Request
from robot_cherrypy.pages.refused_cookies import RefusedCookie
from robot_cherrypy.tests.evidence.parsed import Parsed
from robot_cherrypy.tests.evidence.records import HOSTILE, TRACEBACK, error, exchange, step
from robot_cherrypy.traffic.handler import Handler


def parsed(*rows, end=10, masker=None):
    """A timeline as a browser reads it."""
    timeline = Timeline(0, end, list(rows))
    return Parsed(waterfall(timeline, masker or Masker()))


def of_exchange(received, **values):
    """The row of a request that a server received."""
    errors = list(received.errors)
    return Row(received.started, received.ended, exchange=received, errors=errors, **values)


def of_request(request, **values):
    """The row of a request that a browser sent."""
    return Row(request.started, request.ended, request=request, **values)


def titles(shown):
    """The titles of the rows."""
    return shown.texts("span", "what")


def statuses(shown):
    """The statuses of the rows."""
    return shown.texts("span", "status")


def test_keywords_have_arguments_and_a_bar():
    """A failed keyword is red, and a repeated one has a number."""
    look = step("Look", 0.1, 0.2, status="FAIL", arguments=("id:tea", "5 s"))
    shown = parsed(Row(0.1, 0.2, step=look, repeated=3, depth=1), end=0.5)
    assert ["Look × 3 id:tea 5 s"] == titles(shown)
    assert ["100 ms"] == shown.texts("span", "took")
    title, status, bar = shown.all("span", "bad")
    assert ("Look × 3", "failed") == (title.text, status.text)
    assert ["bar", "keyword", "bad"] == bar.classes
    assert "left:min(20.00%, 100% - 3px);width:20.00%" == bar.attributes["style"]


def test_a_keyword_that_is_running_has_an_open_end():
    """Its bar goes to the end of the axis."""
    shown = parsed(Row(5, None, step=step("Wait", 5)))
    assert ["…"] == shown.texts("span", "took")
    [bar] = shown.all("span", "bar", "open")
    assert "width:50.00%" in bar.attributes["style"]


def test_a_request_shows_both_sides():
    """One bar is the time that the browser waited, the other that of the server."""
    request = Request(
        "GET", "http://x/tea?name=assam", 1, 1.4, 1.5, status=200, resource_type="Document"
    )
    received = exchange(
        "/tea", query="name=assam", started=1.1, ended=1.3, status=200, received=0, sent=42
    )
    shown = parsed(of_request(request, exchange=received))
    assert (["GET /tea?name=assam"], ["200"]) == (titles(shown), statuses(shown))
    assert ["as the browser saw it", "as the server saw it"] == [
        bar.attributes["title"] for bar in shown.all("span", "bar")
    ]
    terms = dict(shown.terms)
    assert "document, first byte after 400 ms, all after 500 ms" == terms["Browser"]
    number = received.number
    assert f"shop no. {number}, 200 ms, 0 bytes in, 42 bytes out" == terms["Server"]
    assert "assam" == terms["name"]
    assert "Body" not in terms
    assert [] == shown.texts("span", "bad")


def test_a_request_that_no_server_saw_says_so():
    """The request may have failed, or was sent to another server."""
    request = Request("GET", "http://x/tea?a=1", 1, ended=2, error="net::ERR_FAILED")
    shown = parsed(of_request(request))
    assert ["GET /tea?a=1 net::ERR_FAILED"] == titles(shown)
    assert [("Browser", "net::ERR_FAILED"), ("Server", "did not see it")] == shown.terms
    assert ["failed"] == shown.texts("span", "status", "bad")


def test_a_request_in_flight_says_so():
    """It has no status yet."""
    shown = parsed(of_exchange(exchange("/wait", ended=None)))
    assert (["GET /wait"], ["in flight"]) == (titles(shown), shown.texts("span", "late"))
    assert ["9.00 s so far"] == shown.texts("span", "took")
    assert ", in flight, " in dict(shown.terms)["Server"]


def test_a_redirect_names_its_target():
    """Without the address of the server, which is the same as a rule."""
    locations = ["http://127.0.0.1:80/b?c=1", "/b", "/a"]
    rows = [
        of_exchange(exchange("/a", status=303, raw_response_headers=[("Location", location)]))
        for location in locations
    ]
    assert ["GET /a → /b?c=1", "GET /a → /b", "GET /a → /a itself"] == titles(parsed(*rows))


def test_what_refused_a_request_is_shown():
    """Texts and JSON, but no pictures and nothing that is compressed; secrets are masked."""
    refused = {"status": 422, "raw_response_body": b'{"detail": "swordfish is no tea"}'}
    kinds = [
        [("Content-Type", "application/json")],
        [("Content-Type", "image/png")],
        [("Content-Type", "text/html"), ("Content-Encoding", "gzip")],
    ]
    rows = [of_exchange(exchange(raw_response_headers=kind, **refused)) for kind in kinds]
    shown = parsed(*rows, masker=Masker(["swordfish"]))
    assert ['{"detail": "••• is no tea"}'] == shown.texts("pre")


def test_what_browsers_ask_for_by_themselves_is_not_red():
    """Nor is a refusal, which the test may want."""
    favicon = Request("GET", "http://x/favicon.ico", 1, ended=2, status=404)
    rows = [of_request(favicon), of_exchange(exchange("/api", status=409))]
    assert [] == parsed(*rows).texts("span", "bad")


def test_the_function_that_answered_is_named():
    """Or what answered in its place; a request that no application saw has none."""
    handler, tool = Handler("shop.Root.buy", "/shop.py", 7), Handler("shop.login", "/auth.py", 9)
    shown = parsed(
        of_exchange(exchange("/buy", status=200, raw_handler=handler)),
        of_exchange(exchange("/buy", status=303, raw_handler=handler, raw_stand_in=tool)),
        of_exchange(exchange("/static", status=200)),
    )
    assert ["GET /buy shop.Root.buy", "GET /buy shop.login", "GET /static"] == titles(shown)
    assert ["200", "303", "200"] == statuses(shown)
    assert [
        "shop.Root.buy (/shop.py:7)",
        "shop.login (/auth.py:9), in the place of shop.Root.buy (/shop.py:7)",
    ] == [value for name, value in shown.terms if name == "Function"]


def test_a_fault_that_was_injected_is_named():
    """Nobody has to look for its cause in the application."""
    shown = parsed(of_exchange(exchange("/tea", status=503, fault="failed by the test")))
    assert (["GET /tea (failed by the test)"], ["503"]) == (titles(shown), statuses(shown))
    assert dict(shown.terms)["Server"].endswith(", failed by the test")
    assert 1 == len(shown.texts("span", "mono", "bad"))


def test_a_request_with_an_error_is_unfolded():
    """Its traceback comes before its details."""
    failed, fine = exchange("/buy"), exchange("/")
    error(failed)
    shown = parsed(of_exchange(failed), of_exchange(fine))
    assert ["open" in row.attributes for row in shown.all("details", "row")] == [True, False]
    assert [TRACEBACK] == shown.texts("pre")
    assert 1 == len(shown.all("span", "bar", "server", "bad"))


def test_each_value_of_a_header_is_shown():
    """A response may set several cookies; their values are masked."""
    received = exchange()
    received.raw_request_headers = [("Accept", "*/*")]
    received.raw_response_headers = [
        ("Link", "</a.css>"),
        ("Link", "</b.css>"),
        ("Set-Cookie", "taste=vanilla"),
        ("Set-Cookie", "session_id=1"),
    ]
    shown = parsed(of_exchange(received))
    assert {"1 header", "4 headers"} < set(shown.texts("summary"))
    assert [
        ("Accept", "*/*"),
        ("Link", "</a.css>"),
        ("Link", "</b.css>"),
        ("Set-Cookie", "taste=•••"),
        ("Set-Cookie", "session_id=•••"),
    ] == [
        (name, value)
        for name, value in shown.terms
        if name not in {"Server", "Request", "Response"}
    ]


def test_a_body_is_shown_if_it_is_no_form():
    """The parameters of a form are shown instead of it."""
    json = exchange(raw_body=b'{"tea": "assam"}' + b" " * 5_000)
    form = exchange(raw_body=b"tea=assam&tea=sencha&card=4929")
    form.raw_request_headers = [("Content-Type", "application/x-www-form-urlencoded")]
    of_json, of_form = (dict(parsed(of_exchange(received)).terms) for received in (json, form))
    assert (2_000, '{"tea": "assam"}') == (len(of_json["Body"]), of_json["Body"].rstrip())
    assert ("['assam', 'sencha']", "•••") == (of_form["tea"], of_form["card"])
    assert "Body" not in of_form


def test_rows_that_are_left_out_unfold():
    """They have no details; of very many only the number is told."""
    rows = [of_exchange(exchange(f"/{n}", status=200)) for n in range(3)]
    timeline = Timeline(0, 10, [], rows, 7)
    shown = Parsed(waterfall(timeline, Masker()))
    assert ["10 more rows, without a failure as a rule"] == shown.texts("summary", "dim")
    assert ["GET /0", "GET /1", "GET /2"] == titles(shown)
    assert ["7 rows before these"] == shown.texts("div", "dim")
    assert [] == shown.terms == parsed().texts("summary")


def test_keywords_that_did_not_run_are_named():
    """In one row, without a bar."""
    rows = [Row(n, n, step=step(f"Look {n}", n, n, status="NOT RUN")) for n in range(2)]
    rows[0].folded = rows
    shown = parsed(rows[0])
    assert ["Look 0 · Look 1"] == titles(shown)
    assert ["not run"] == statuses(shown)
    assert [] == shown.all("span", "bar")


def test_equal_requests_are_one_row_with_a_bar_each():
    """Unfolded, it lists them, and has the details of the first."""
    rows = [of_exchange(exchange("/job", n, n + 0.5, status=200)) for n in range(60)]
    rows[0].folded = rows
    shown = parsed(rows[0], end=60)
    assert (["GET /job × 60"], 60) == (titles(shown), len(shown.all("span", "bar")))
    [listed] = shown.texts("pre")
    assert "10 before these" == listed.splitlines()[0]
    assert "   +59000 ms    500 ms  GET /job" == listed.splitlines()[-1]
    assert 1 == len([name for name, _ in shown.terms if name == "Server"])


def test_very_many_equal_requests_have_some_bars():
    """From the first to the last."""
    rows = [of_exchange(exchange("/job", n, n + 0.5, status=200)) for n in range(5_000)]
    rows[0].folded = rows
    shown = parsed(rows[0], end=5_000)
    bars = shown.all("span", "bar")
    assert 100 < len(bars) <= 150
    assert "left:min(99." in bars[-1].attributes["style"]


def test_what_came_from_the_cache_says_so():
    """With the time when it was stored, and the headers that it had."""
    headers = (("Cache-Control", "max-age=60"),)
    stored = Request(
        "GET", "http://x/a.css", 1, 1, 1, 200, source="its cache", stored=-2, stored_headers=headers
    )
    rows = [of_request(stored), of_request(stored)]
    rows[0].folded = rows
    shown = parsed(rows[0])
    assert (["GET /a.css and 1 more"], ["cache"]) == (titles(shown), statuses(shown))
    terms = dict(shown.terms)
    assert terms["Browser"].startswith("from its cache, stored 2.00 s before the start of the test")
    assert "max-age=60" == terms["Cache-Control"]
    assert "Server" not in terms


def test_servers_and_browsers_are_named_where_there_are_several():
    """Nobody has to guess which instance answered."""
    first, second = exchange("/a", server="one"), exchange("/b", server="two")
    requests = [Request("GET", "http://x/c", 1, browser=f"browser {n}") for n in (1, 2)]
    shown = parsed(*map(of_exchange, [first, second]), *map(of_request, requests))
    assert ["one", "two"] == shown.texts("span", "tag", "server")
    assert ["browser 1", "browser 2"] == shown.texts("span", "tag", "browser")
    assert [] == parsed(of_exchange(first), of_request(requests[0])).texts("span", "tag")


def test_what_a_script_got_is_shown():
    """Unless the server's side has it already; secrets are masked."""
    request = Request("GET", "http://x/api", 1, ended=2, body="swordfish")
    refused = exchange("/api", status=422, raw_response_body=b"no")
    refused.raw_response_headers = [("Content-Type", "text/plain")]
    rows = [of_request(request), of_request(request, exchange=refused)]
    shown = parsed(*rows, masker=Masker(["swordfish"]))
    assert ["•••", "no"] == [value for name, value in shown.terms if name == "Answered"]


def test_details_may_be_left_out():
    """But for requests that failed."""
    failed, fine = exchange("/buy"), exchange("/")
    error(failed)
    timeline = Timeline(0, 10, [of_exchange(failed), of_exchange(fine)])
    shown = Parsed(waterfall(timeline, Masker(), with_details=False))
    assert ["GET /buy", "GET /"] == titles(shown)
    assert (1, [TRACEBACK]) == (len(shown.all("div", "inner")), shown.texts("pre"))


def test_events_have_no_duration():
    """A message of a WebSocket comes at a moment."""
    assert [""] == parsed(Row(1, 1, step=step("WebSocket of the page ←", 1, 1))).texts(
        "span", "took"
    )


def test_a_server_error_of_no_request_has_its_traceback():
    """As one of a request has."""
    failed = error(when="in a thread", server="shop")
    shown = parsed(Row(1, 1, errors=[failed]))
    title = "ValueError: too much in shop.Root.buy, in a thread of server 'shop'"
    assert ([title], ["error"]) == (titles(shown), statuses(shown))
    assert [TRACEBACK] == shown.texts("pre")


def test_what_a_passed_test_got_is_shown():
    """Differences are in bold, and parameters that had other values are named."""
    now = exchange("/buy", query="tea=assam&grams=9", status=422, sent=7)
    before = exchange(
        "/buy", 1, 1.5, query="tea=sencha&grams=9", status=201, sent=7, server="other"
    )
    earlier = {("GET", "/buy"): (before, "Order")}
    timeline = Timeline(0, 10, [of_exchange(now), of_exchange(exchange("/"))])
    shown = Parsed(waterfall(timeline, Masker(), earlier))
    [value] = [value for name, value in shown.terms if name == "Earlier"]
    assert value.startswith("→ 201, on other, 500 ms, 7 bytes out in ‘Order’, which passed")
    assert ["→ 201", "on other"] == shown.texts("b")
    assert ("tea", "sencha") in shown.terms


def test_one_row_that_fails_leaves_the_others():
    """It says so in its place."""
    broken = of_exchange(exchange("/broken"))
    broken.exchange.status = "odd"
    shown = parsed(broken, of_exchange(exchange("/fine")))
    assert ["GET /fine"] == titles(shown)
    [problem] = shown.texts("div", "problem")
    assert problem.startswith("Missing: a row. robot_cherrypy has a fault: ")


def test_deep_rows_are_not_indented_without_end():
    """The title of such a row would not be visible."""
    shown = parsed(*(Row(1, 2, step=step("Look", 1, 2), depth=depth) for depth in (0, 8, 20)))
    indents = [cell.attributes["style"] for cell in shown.all("span", "what")]
    assert ["padding-left:0.0em", "padding-left:10.4em", "padding-left:10.4em"] == indents


def test_no_text_becomes_markup():
    """Texts of keywords, requests and errors are shown as they are."""
    received = exchange(f"/{HOSTILE}", method=HOSTILE, query=HOSTILE, fault=HOSTILE)
    received.raw_request_headers = received.raw_response_headers = [(HOSTILE, HOSTILE)]
    received.server = HOSTILE
    received.raw_handler = received.raw_stand_in = Handler(HOSTILE, HOSTILE)
    error(received, traceback=HOSTILE)
    posted = exchange(raw_body=HOSTILE.encode())
    failed = Request(HOSTILE, HOSTILE, 1, error=HOSTILE, resource_type=HOSTILE)
    keyword = step(HOSTILE, 1, 2, arguments=(HOSTILE,))
    shown = parsed(
        *map(of_exchange, [received, posted]), of_request(failed), Row(1, 2, step=keyword)
    )
    assert [] == shown.all("script") == shown.all("img")
    names = {name for element in shown.elements for name in element.attributes}
    assert {"class", "id", "style", "title", "open"} == names


def test_secrets_are_masked():
    """Arguments, addresses, parameters, bodies and headers may have secrets."""
    secret = "swordfish"
    received = exchange(f"/{secret}", query=f"word={secret}")
    posted = exchange(raw_body=secret.encode())
    received.raw_request_headers = received.raw_response_headers = [("Referer", secret)]
    error(received, traceback=secret)
    request = Request("GET", f"http://x/{secret}", 1)
    keyword = step("Input Password", 1, 2, arguments=("password", secret))
    rows = [of_exchange(received), of_exchange(posted), of_request(request)]
    timeline = waterfall(Timeline(0, 10, [*rows, Row(1, 2, step=keyword)]), Masker([secret]))
    assert secret not in timeline
    assert timeline.count("•••") >= 7


def test_what_is_special_in_the_browser_is_marked():
    """Preflights, and cookies that were refused; details tell which and why."""
    request = Request("OPTIONS", "http://x/api", 1, ended=2, status=204, resource_type="Preflight")
    request.refused_cookies = (
        RefusedCookie(False, "sid=0815; Secure", "it is Secure"),
        RefusedCookie(True, "a=1", "it is SameSite=Strict"),
    )
    shown = parsed(of_request(request))
    assert ["OPTIONS /api CORS preflight 2 cookies refused"] == titles(shown)
    assert ("Cookie not stored", "sid=•••; Secure it is Secure") in shown.terms
    assert ("Cookie not sent", "a=••• it is SameSite=Strict") in shown.terms
