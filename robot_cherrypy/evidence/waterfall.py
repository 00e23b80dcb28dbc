"""The time line as HTML: a table of bars, each row with its details folded in it."""

import itertools
import math
from urllib.parse import urlsplit

from robot_cherrypy.evidence.markup import duration, folded_pairs, number, pairs, text, traceback
from robot_cherrypy.evidence.masking import Masker
from robot_cherrypy.evidence.network_log import Request
from robot_cherrypy.evidence.timeline import Row, TimeLine
from robot_cherrypy.traffic.exchange import Exchange

_TICKS = 6


def waterfall(line: TimeLine, masker: Masker) -> str:
    """Return the time line of a test."""
    key = "".join(
        f"<i class=i-{kind}></i>{name}"
        for kind, name in (
            ("keyword", "keyword"),
            ("wire", "browser waits"),
            ("server", "server works"),
            ("bad", "failed"),
        )
    )
    axis = _Axis(line.start, line.end)
    left_out = (
        f"<div class=dim>{number(line.left_out, 'earlier row')} without a failure left out</div>"
        if line.left_out
        else ""
    )
    rows = "".join(_row(row, axis, masker) for row in line.rows)
    return f"<h4>Time line<span class=key>{key}</span></h4>{left_out}{axis.html()}{rows}"


class _Axis:
    """Turns moments into places."""

    def __init__(self, start: float, end: float) -> None:
        self._start = start
        self._length = max(end - start, 0.001)

    def bar(self, classes: str, start: float, end: float | None, tip: str = "") -> str:
        """Return a bar from one moment to another; without an end, to the end of the axis."""
        left = min(max(self._part(start), 0.0), 100.0)
        right = 100.0 if end is None else min(max(self._part(end), left), 100.0)
        open_end = " open" if end is None else ""
        return (
            f"<span class='bar {classes}{open_end}' title='{text(tip)}' style='"
            f"left:min({left:.2f}%, 100% - 3px);width:{right - left:.2f}%'></span>"
        )

    def html(self) -> str:
        """Return the scale: round numbers of seconds or milliseconds."""
        step = _round_step(self._length / _TICKS)
        marks = itertools.takewhile(
            lambda one: one < self._length * 0.93, (step * number for number in itertools.count())
        )
        labels = [
            f"<span style='left:{one / self._length * 100:.2f}%'>{duration(one)}</span>"
            for one in marks
        ]
        labels.append(f"<span style='left:100%'>{duration(self._length)}</span>")
        track = f"<div class=track>{''.join(labels)}</div>"
        return f"<div class=axis><span></span><span></span>{track}</div>"

    def _part(self, moment: float) -> float:
        return (moment - self._start) / self._length * 100


def _round_step(least: float) -> float:
    scale: float = 10.0 ** math.floor(math.log10(least))
    return next(scale * factor for factor in (1, 2, 5, 10) if scale * factor >= least)


def _row(row: Row, axis: _Axis, masker: Masker) -> str:
    if row.step is not None:
        return _keyword_row(row, axis, masker)
    bars = ""
    if row.request is not None:
        bars += axis.bar("wire", row.request.started, row.request.ended, "as the browser saw it")
    if row.exchange is not None:
        kind = "server bad" if row.failures else "server"
        bars += axis.bar(kind, row.exchange.started, row.exchange.ended, "as the server saw it")
    is_wrong = row.is_telling or _status(row) >= 400
    title = f"<span class='mono{' bad' if is_wrong else ''}'>{_request_title(row, masker)}</span>"
    opened = " open" if row.failures else ""
    return (
        f"<details class=row{opened}><summary>{_cells(title, row, bars)}</summary>"
        f"<div class=inner>{_request_details(row, masker)}</div></details>"
    )


def _keyword_row(row: Row, axis: _Axis, masker: Masker) -> str:
    step = row.step
    assert step is not None
    failed = step.status == "FAIL"
    arguments = masker.text(" ".join(step.arguments))
    again = f" × {row.repeated}" if row.repeated > 1 else ""
    title = (
        f"<span class='{'bad' if failed else ''}'>{text(step.name)}{again}</span>"
        f" <span class='dim mono'>{text(arguments)}</span>"
    )
    bar = axis.bar("keyword bad" if failed else "keyword", row.started, row.ended)
    return f"<div class='row plain'>{_cells(title, row, bar)}</div>"


def _cells(title: str, row: Row, bars: str) -> str:
    took = "…" if row.ended is None else duration(row.ended - row.started)
    return (
        f"<span class=what style='padding-left:{min(row.depth, 8) * 1.3:.1f}em'>{title}</span>"
        f"<span class=took>{took}</span><div class=track>{bars}</div>"
    )


def _request_title(row: Row, masker: Masker) -> str:
    exchange, request = row.exchange, row.request
    if exchange is not None:
        method, url = exchange.method, exchange.url
    else:
        assert request is not None
        parts = urlsplit(request.url)
        method, url = request.method, f"{parts.path}?{parts.query}" if parts.query else parts.path
    status = _status(row) or (request.failure if request and request.failure else "in flight")
    fault = f" ({exchange.fault})" if exchange is not None and exchange.fault else ""
    return f"{text(method)} {text(masker.text(url))} <span class=status>→ {status}</span>{fault}"


def _status(row: Row) -> int:
    seen_by_server = row.exchange.status if row.exchange else None
    seen_by_browser = row.request.status if row.request else None
    return seen_by_browser or seen_by_server or 0


def _request_details(row: Row, masker: Masker) -> str:
    tracebacks = "".join(traceback(one, masker) for one in row.failures)
    facts: dict[str, str] = {}
    if row.request is not None:
        facts["Browser"] = _seen(row.request)
    if row.exchange is not None:
        facts.update(_exchange_facts(row.exchange, masker))
    else:
        facts["Server"] = "did not see it"
    listed = "".join(f"<dt>{name}<dd>{value}" for name, value in facts.items() if value)
    return f"{tracebacks}<dl>{listed}</dl>"


def _seen(request: Request) -> str:
    waited = (request.responded or request.ended or request.started) - request.started
    kind = f"{request.kind.lower()}, " if request.kind else ""
    end = request.failure or f"first byte after {duration(waited)}"
    return text(f"{kind}{end}")


def _exchange_facts(exchange: Exchange, masker: Masker) -> dict[str, str]:
    took = "in flight" if exchange.duration is None else duration(exchange.duration)
    return {
        "Server": text(
            f"{exchange.server} no. {exchange.number}, {took}, {exchange.received} bytes in,"
            f" {exchange.sent} bytes out{f', {exchange.fault}' if exchange.fault else ''}"
        ),
        "Parameters": pairs(masker.values(exchange.parameters)),
        "Body": "" if exchange.parameters else text(masker.text(exchange.body[:2000])),
        "Request": folded_pairs(masker.headers(exchange.headers), "header"),
        "Response": folded_pairs(masker.headers(exchange.answer_headers), "header"),
    }
