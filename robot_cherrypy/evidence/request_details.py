"""What is known of one request, as HTML: both sides, function, parameters, headers and bodies."""

import re

from robot_cherrypy.evidence.markup import (
    duration,
    folded,
    quantity,
    term_list,
    text,
    took,
    value_list,
)
from robot_cherrypy.evidence.masking import Masker
from robot_cherrypy.evidence.timeline import Row
from robot_cherrypy.evidence.tracebacks import traceback
from robot_cherrypy.pages.network_log import Request
from robot_cherrypy.traffic.exchange import Exchange

# The latest request to a method and path in a test that passed, and the name of that test.
EarlierRequests = dict[tuple[str, str], tuple[Exchange, str]]

# How much of a request's body is shown, in characters: enough to recognise it.
_LONGEST_BODY = 2_000

# Responses that a person can read.
_TEXT = re.compile(r"text/|application/(\w+\+)?(json|xml)", re.IGNORECASE)


def request_details(row: Row, start: float, masker: Masker, earlier: EarlierRequests) -> str:
    """Return the details of a request.

    Args:
        row: The row of the request.
        start: When the test started.
        masker: Masks the secrets in it.
        earlier: The latest request to each path in a test that passed.
    """
    tracebacks = "".join(traceback(error, masker) for error in row.errors)
    terms = []
    if row.request is not None:
        terms.append(("Browser", _browser_side(row.request, start, masker)))
        terms += _refused_cookies(row.request, masker)
    if row.exchange is not None:
        terms += _server_side(row.exchange, masker, earlier)
    elif not row.is_from_cache:
        terms.append(("Server", "did not see it"))
    is_known = row.exchange is not None and row.exchange.raw_response_body
    if row.request is not None and row.request.body and not is_known:
        body = masker.text(row.request.body)[:_LONGEST_BODY]
        terms.append(("Answered", f"<pre class=wrap>{text(body)}</pre>"))
    return tracebacks + term_list((name, value) for name, value in terms if value)


def _browser_side(request: Request, start: float, masker: Masker) -> str:
    kind = f"{request.resource_type.lower()}, " if request.resource_type else ""
    if request.source and request.stored is not None:
        return masker.html(f"{kind}from {request.source}") + _stored(request, start, masker)
    if request.error:
        return masker.html(kind + request.error)
    parts = []
    if request.responded is not None:
        parts.append(f"first byte after {duration(request.responded - request.started)}")
    if request.ended is not None:
        parts.append(f"all after {duration(request.ended - request.started)}")
    return masker.html(kind + (", ".join(parts) or "no response"))


def _refused_cookies(request: Request, masker: Masker) -> list[tuple[str, str]]:
    """Return the cookies that the browser refused, and why."""
    terms = []
    for cookie in request.refused_cookies:
        name = "Cookie" if cookie.is_sent else "Set-Cookie"
        what = "not sent" if cookie.is_sent else "not stored"
        [(_, header)] = masker.headers([(name, cookie.header)])
        why = f"<code>{text(header)}</code> <span class=bad>{masker.html(cookie.reason)}</span>"
        terms.append((f"Cookie {what}", why))
    return terms


def _stored(request: Request, start: float, masker: Masker) -> str:
    """Return when a stored response came, and its headers."""
    age = (request.stored or 0.0) - start
    when = f"{duration(abs(age))} {'before' if age < 0 else 'after'} the start of the test"
    headers = _headers(masker.headers(request.stored_headers))
    return f", stored {when}{headers}"


def _server_side(
    exchange: Exchange, masker: Masker, earlier: EarlierRequests
) -> list[tuple[str, str]]:
    fault = f", {exchange.fault}" if exchange.fault else ""
    summary = (
        f"{exchange.server} no. {exchange.number}, {took(exchange.duration)},"
        f" {exchange.received} bytes in, {exchange.sent} bytes out{fault}"
    )
    body = "" if exchange.parameters else masker.text(exchange.body)[:_LONGEST_BODY]
    return [
        ("Server", masker.html(summary)),
        ("Function", _functions(exchange, masker)),
        ("Parameters", value_list(masker.values(exchange.parameters).items())),
        ("Body", text(body)),
        ("Request", _headers(masker.headers(exchange.request_headers.pairs))),
        ("Response", _headers(masker.headers(exchange.response_headers.pairs))),
        ("Answered", _answered(exchange, masker)),
        ("Earlier", _earlier(exchange, masker, earlier)),
    ]


def _answered(exchange: Exchange, masker: Masker) -> str:
    """Return the beginning of a response that is text; folded if the traceback tells more."""
    headers = exchange.response_headers
    is_text = _TEXT.match(headers.get("Content-Type", "")) and "Content-Encoding" not in headers
    if not exchange.raw_response_body or not is_text:
        return ""
    shown = exchange.raw_response_body.decode("utf-8", "replace")
    body = f"<pre class=wrap>{text(masker.text(shown)[:_LONGEST_BODY])}</pre>"
    return folded("error page", body) if exchange.errors else body


def _functions(exchange: Exchange, masker: Masker) -> str:
    """Return which function answered, and where it is; or what answered in its place."""
    handler, stand_in = exchange.handler, exchange.stand_in
    functions = [str(function) for function in (stand_in, handler) if function]
    places = [f"<code>{masker.html(function)}</code>" for function in functions]
    return f"{places[0]}, in the place of {places[1]}" if len(places) > 1 else "".join(places)


def _headers(pairs: list[tuple[str, str]]) -> str:
    return folded(quantity(len(pairs), "header"), value_list(pairs)) if pairs else ""


def _earlier(exchange: Exchange, masker: Masker, earlier: EarlierRequests) -> str:
    """Return what a test that passed got for the same method and path; differences in bold."""
    before, test = earlier.get((exchange.method, exchange.path), (None, ""))
    if before is None:
        return ""
    parts = [
        _marked(f"→ {before.status or 'no response'}", differs=before.status != exchange.status),
        _marked(masker.text(f"on {before.server}"), differs=before.server != exchange.server),
        text(took(before.duration)),
        _marked(f"{before.sent} bytes out", differs=before.sent != exchange.sent),
    ]
    return f"{', '.join(parts)} in ‘{masker.html(test)}’, which passed" + _other_parameters(
        before, exchange, masker
    )


def _other_parameters(before: Exchange, exchange: Exchange, masker: Masker) -> str:
    """Return the parameters that the earlier request had with other values."""
    then, now = before.parameters, exchange.parameters
    other = {name: value for name, value in then.items() if now.get(name) != value}
    missing = {name: "(none)" for name in now if name not in then}
    return value_list(masker.values({**other, **missing}).items())


def _marked(label: str, *, differs: bool) -> str:
    return f"<b>{text(label)}</b>" if differs else text(label)
