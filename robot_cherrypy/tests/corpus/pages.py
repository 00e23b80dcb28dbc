"""Forms in requests, and all kinds of responses."""

from robot_cherrypy.tests.corpus.requests import (
    CHERRYPY,
    CLOSE,
    FORM,
    SIZED_TEXT,
    head,
    only,
    post,
    then_last,
)


def _part(disposition, content, extra=b""):
    return (
        b"--limit\r\nContent-Disposition: form-data; "
        + disposition
        + b"\r\n"
        + extra
        + b"\r\n"
        + content
        + b"\r\n"
    )


MULTIPART = b"Content-Type: multipart/form-data; boundary=limit\r\n"
_END = b"--limit--\r\n"
_FORMS = {
    "form": (FORM, b"a=1&b=2&a=3"),
    "form with escapes": (FORM, b"a=%C3%A4+b&%26=%3D"),
    "form that is not UTF-8": (FORM, b"a=%ff"),
    "form without values": (FORM, b"a&b=&=c&&"),
    "form with charset": (FORM[:-2] + b"; charset=iso-8859-1\r\n", b"a=%e4"),
    "form of nothing": (FORM, b""),
    "JSON": (b"Content-Type: application/json\r\n", b'{"a": 1}'),
    "no type": (b"", b"hello"),
    "type that is none": (b"Content-Type: nonsense\r\n", b"hello"),
    "multipart": (MULTIPART, _part(b'name="a"', b"1") + _part(b'name="a"', b"2") + _END),
    "multipart with a file": (
        MULTIPART,
        _part(b'name="f"; filename="a.txt"', b"x\r\ny", b"Content-Type: text/plain\r\n") + _END,
    ),
    "multipart with an empty file": (MULTIPART, _part(b'name="f"; filename=""', b"") + _END),
    "multipart without end": (MULTIPART, _part(b'name="a"', b"1")),
    "multipart without boundary": (b"Content-Type: multipart/form-data\r\n", b"hello"),
    "multipart with a bad boundary": (
        b"Content-Type: multipart/form-data; boundary=" + b"x" * 300 + b"\r\n",
        b"hello",
    ),
    "multipart with text around": (
        MULTIPART,
        b"before\r\n" + _part(b'name="a"', b"1") + _END + b"after",
    ),
    "multipart that is mixed": (
        b"Content-Type: multipart/mixed; boundary=limit\r\n",
        b"--limit\r\nContent-Type: text/plain\r\n\r\none\r\n--limit--\r\n",
    ),
}
FORMS = {name: then_last(post(body, headers)) for name, (headers, body) in _FORMS.items()}
FORMS["query and form"] = then_last(post(b"a=1", FORM, target=b"/echo?b=2&a=0"))

_PAGES = {
    **{
        f"status {status} with a body": b"/status?code=%d&body=body" % status
        for status in (200, 201, 202, 204, 205, 206, 304, 400, 404, 413, 500, 503)
    },
    **{
        f"status {status} without a body": b"/status?code=%d" % status
        for status in (200, 204, 304, 404)
    },
    "stream": b"/stream",
    "stream with its length": b"/stream?length=6",
    "stream shorter than its length": b"/stream?length=9",
    "stream longer than its length": b"/stream?length=2",
    "length too long": b"/declared?length=9",
    "length too short": b"/declared?length=2",
    "length right": b"/declared?length=3",
    "error": b"/broken",
    "file": b"/file",
    "tagged": b"/tagged",
    "line break in a header of the response": b"/header?value=a%0d%0aX-Evil:+1",
    "not Latin-1 in a header of the response": b"/header?value=%e2%82%ac",
}
_RANGES = {
    "first bytes": b"Range: bytes=0-4\r\n",
    "last bytes": b"Range: bytes=-5\r\n",
    "from a byte": b"Range: bytes=20-\r\n",
    "one byte": b"Range: bytes=0-0\r\n",
    "over the end": b"Range: bytes=20-99\r\n",
    "behind the end": b"Range: bytes=99-\r\n",
    "several": b"Range: bytes=0-1,4-5\r\n",
    "backwards": b"Range: bytes=5-1\r\n",
    "other unit": b"Range: lines=0-1\r\n",
    "without unit": b"Range: 0-1\r\n",
    "empty": b"Range: bytes=\r\n",
    "date that is not": b'Range: bytes=0-4\r\nIf-Range: "other"\r\n',
    "date long ago": b"Range: bytes=0-4\r\nIf-Range: Sat, 01 Jan 2000 00:00:00 GMT\r\n",
    "date to come": b"If-Modified-Since: Sat, 01 Jan 2050 00:00:00 GMT\r\n",
    "unmodified since long ago": b"If-Unmodified-Since: Sat, 01 Jan 2000 00:00:00 GMT\r\n",
}
PAGES = {
    **{
        f"page: {name}": only(head(target=page, headers=CLOSE), applications=CHERRYPY)
        for name, page in _PAGES.items()
    },
    **{
        f"kept alive: {name}": then_last(head(target=page), applications=CHERRYPY)
        for name, page in _PAGES.items()
    },
    **{
        f"HTTP/1.0: {name}": only(head(target=page, version=b"HTTP/1.0"), applications=CHERRYPY)
        for name, page in _PAGES.items()
    },
    **{
        f"HEAD: {name}": then_last(head(b"HEAD", page), applications=CHERRYPY, heads=(0,))
        for name, page in _PAGES.items()
    },
    **{
        f"range: {name}": then_last(head(target=b"/file", headers=lines), applications=CHERRYPY)
        for name, lines in _RANGES.items()
    },
    "HEAD": then_last(head(b"HEAD"), heads=(0,)),
    "HEAD with a body": then_last(head(b"HEAD", headers=SIZED_TEXT) + b"hello", heads=(0,)),
    "If-None-Match *": then_last(
        head(target=b"/tagged", headers=b"If-None-Match: *\r\n"), applications=CHERRYPY
    ),
    "If-Match other": then_last(
        head(target=b"/tagged", headers=b'If-Match: "other"\r\n'), applications=CHERRYPY
    ),
    "method that is not allowed": then_last(
        post(b"a=1", FORM, target=b"/reading"), applications=CHERRYPY
    ),
}
