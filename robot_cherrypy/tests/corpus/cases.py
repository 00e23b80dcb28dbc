"""The requests of the corpus, by the names that `differences.toml` uses."""

from robot_cherrypy.tests.corpus.connections import CONNECTIONS
from robot_cherrypy.tests.corpus.found import FOUND
from robot_cherrypy.tests.corpus.framing import CODINGS, LENGTHS, UPGRADES
from robot_cherrypy.tests.corpus.heads import HEADERS, REQUEST_LINES, TARGETS
from robot_cherrypy.tests.corpus.http2 import HTTP2, HTTP2_FLOODS
from robot_cherrypy.tests.corpus.pages import FORMS, PAGES
from robot_cherrypy.tests.corpus.tls import TLS
from robot_cherrypy.tests.corpus.websockets import FRAMES, HANDSHAKES

CASES = {
    **LENGTHS,
    **CODINGS,
    **UPGRADES,
    **CONNECTIONS,
    **REQUEST_LINES,
    **TARGETS,
    **HEADERS,
    **FORMS,
    **PAGES,
    **TLS,
    **HTTP2,
    **HTTP2_FLOODS,
    **HANDSHAKES,
    **FRAMES,
    **FOUND,
}
