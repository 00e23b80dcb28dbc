"""What the fuzzer has found, as cases of the corpus: each was answered wrongly once."""

from robot_cherrypy.tests.corpus.requests import CHERRYPY, CHUNKED, CLOSE, TEXT, head, only
from robot_cherrypy.tests.corpus.servers import MAX_HEAD

_LARGE = b"X: " + b"x" * (MAX_HEAD // 2) + b"\r\n"

FOUND = {
    "end of a head with a large one behind it": only(
        head() + head(target=b"/two")[:-2],
        0.05,
        b"\r\n" + head(target=b"/three", headers=_LARGE) + head(headers=_LARGE + CLOSE),
        applications=CHERRYPY,
    ),
    "bad body behind a request": only(
        head() + head(b"POST", headers=TEXT + CHUNKED) + b"zz\r\n\r\n"
    ),
}
