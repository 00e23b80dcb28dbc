"""How a client sets TLS up."""

import ssl

from robot_cherrypy.tests.corpus.client import HalfClose
from robot_cherrypy.tests.corpus.requests import CLOSE, LAST, head, only, post

_TLS = ("tls",)


def client_context(*, protocols=(), version=None, ciphers=None):
    """Return how a client speaks TLS.

    Args:
        protocols: What it offers (ALPN, RFC 7301).
        version: The only version of TLS that it speaks, if it is a certain one.
        ciphers: The ciphers that it knows before TLS 1.3, by OpenSSL's names.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if ciphers:
        context.set_ciphers(ciphers)
    if protocols:
        context.set_alpn_protocols(protocols)
    if version:
        context.minimum_version = context.maximum_version = version
    return context


_ONCE = head(headers=CLOSE)
_VERSIONS = ssl.TLSVersion
_CONTEXTS = {
    "TLS 1.3": {"version": _VERSIONS.TLSv1_3},
    "TLS 1.2": {"version": _VERSIONS.TLSv1_2},
    "one cipher": {"version": _VERSIONS.TLSv1_2, "ciphers": "ECDHE+AES128"},
    "no cipher in common": {"version": _VERSIONS.TLSv1_2, "ciphers": "NULL-SHA256:@SECLEVEL=0"},
    "weak cipher": {"version": _VERSIONS.TLSv1_2, "ciphers": "AES128-SHA:@SECLEVEL=0"},
    "offer of HTTP/1.1": {"protocols": ["http/1.1"]},
    "offer of HTTP/1.0": {"protocols": ["http/1.0"]},
    "offer of something else": {"protocols": ["acme-tls/1", "smtp"]},
    "offer of HTTP/1.1 first": {"protocols": ["http/1.1", "h2"]},
}


def _case(*pieces, host="127.0.0.1", **options):
    return only(*pieces, applications=_TLS, tls=client_context(**options), host=host)


# The begin of a ClientHello (RFC 8446, 4.1.2): it is longer than what is sent.
_HELLO = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"
TLS = {
    **{f"TLS: {name}": _case(_ONCE, **options) for name, options in _CONTEXTS.items()},
    "TLS: other name": _case(_ONCE, host="other.example"),
    "TLS: name that is an address": _case(_ONCE, host="::1"),
    "TLS: kept alive": _case(head() + post(b"hello") + LAST),
    "TLS: request in pieces": _case(head()[:9], 0.05, head()[9:] + LAST),
    "TLS: body in pieces": _case(post(b"x" * 9000)[:50], 0.05, post(b"x" * 9000)[50:] + LAST),
    "TLS: HTTP/1.0": _case(head(version=b"HTTP/1.0")),
    "TLS: WebSocket that no page accepts": _case(
        head(headers=b"Connection: Upgrade\r\nUpgrade: websocket\r\n") + LAST
    ),
    "TLS: silent client": _case(),
    "TLS: silent after a part of a request": _case(head()[:-5]),
    "no TLS": only(_ONCE, applications=_TLS),
    "no TLS, and much of it": only(head(headers=b"X: 1\r\n" * 4000), applications=_TLS),
    "no TLS, and no HTTP": only(bytes(range(256)), applications=_TLS),
    "no TLS, and nothing": only(applications=_TLS),
    "no TLS, and closed": only(HalfClose, applications=_TLS),
    "part of a hello": only(_HELLO, applications=_TLS),
    "part of a hello, then closed": only(_HELLO, HalfClose, applications=_TLS),
    "hello that is none": only(_HELLO + bytes(600), applications=_TLS),
    "hello of SSL 2": only(b"\x80\x2e\x01\x00\x02\x00\x15" + bytes(41), applications=_TLS),
    "hello of SSL 3": only(b"\x16\x03\x00\x00\x31\x01" + bytes(48), applications=_TLS),
}
