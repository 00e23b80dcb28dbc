"""The applications of the corpus: they say what they were given, each in its own way."""

import json
from pathlib import Path

import cherrypy
from cherrypy.lib import static

# Says that an application has made the response, and no server.
MARK = ("X-Application", "corpus")
# What a client cannot know beforehand, or what servers add.
_UNCOMPARED = {"REMOTE-ADDR", "REMOTE-PORT", "REMOTE-HOST"}


def described(**parts):
    """Return what an application was given, as the body of its response."""
    return json.dumps(parts, sort_keys=True).encode()


def _text(value):
    """Return bytes as text, and long texts by their length and end only."""
    text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
    return text if len(text) < 400 else f"{len(text)} … {text[-20:]}"


class Root:
    """Pages that say what CherryPy has made of the request."""

    @cherrypy.expose
    def default(self, *_path, **parameters):
        """Describe any request."""
        request = cherrypy.request
        cherrypy.response.headers[MARK[0]] = MARK[1]
        cherrypy.response.headers["Content-Type"] = "application/json"
        has_body = request.process_request_body and request.body.fp is not None
        return described(
            method=request.method,
            path=_text(request.path_info),
            query=_text(request.query_string),
            scheme=request.scheme,
            protocol=str(request.protocol),
            headers={
                name: _text(value)
                for name, value in request.headers.items()
                if name.upper() not in _UNCOMPARED
            },
            cookies={name: morsel.value for name, morsel in request.cookie.items()},
            parameters={name: _shown(value) for name, value in sorted(parameters.items())},
            body=_text(request.body.read()) if has_body else None,
        )

    @cherrypy.expose
    def status(self, code, body=""):
        """Respond with a status and a body, whether the status may have one or not."""
        cherrypy.response.headers[MARK[0]] = MARK[1]
        cherrypy.response.status = int(code)
        return body

    @cherrypy.expose
    @cherrypy.config(**{"response.stream": True})
    def stream(self, length=None):
        """Respond in parts."""
        cherrypy.response.headers[MARK[0]] = MARK[1]
        if length:
            cherrypy.response.headers["Content-Length"] = length
        return iter([b"one", b"", b"two"])

    @cherrypy.expose
    def declared(self, length):
        """Respond with three bytes, and with another length."""
        cherrypy.response.headers[MARK[0]] = MARK[1]
        cherrypy.response.headers["Content-Length"] = length
        return b"abc"

    @cherrypy.expose
    def file(self):
        """Respond with a file, or ranges of it."""
        cherrypy.response.headers[MARK[0]] = MARK[1]
        return static.serve_file(Path(__file__).with_name("file.txt").resolve(), "text/plain")

    @cherrypy.expose
    @cherrypy.tools.etags(autotags=True)
    def tagged(self):
        """Respond with an entity tag."""
        cherrypy.response.headers[MARK[0]] = MARK[1]
        return "tagged"

    @cherrypy.expose
    @cherrypy.tools.allow(methods=["GET", "HEAD"])
    def reading(self):
        """Respond to two methods only."""
        cherrypy.response.headers[MARK[0]] = MARK[1]
        return "reading"

    @cherrypy.expose
    @cherrypy.config(**{"request.process_request_body": False})
    def unread(self):
        """Do not read the body."""
        cherrypy.response.headers[MARK[0]] = MARK[1]
        return "unread"

    @cherrypy.expose
    def broken(self):
        """Raise an error."""
        raise ValueError("broken")

    @cherrypy.expose
    def header(self, value):
        """Respond with a header that the client has chosen."""
        cherrypy.response.headers[MARK[0]] = MARK[1]
        cherrypy.response.headers["X-Value"] = value
        return "header"


def _shown(value):
    if isinstance(value, list):
        return [_shown(item) for item in value]
    if hasattr(value, "file"):
        return [value.filename, str(value.content_type), _text(value.fullvalue())]
    return _text(value)


def wsgi(environ, start_response):
    """Say what PEP 3333 says of the request."""
    chunked = "HTTP_TRANSFER_ENCODING" in environ
    has_body = chunked or environ.get("CONTENT_LENGTH")
    body = environ["wsgi.input"].read() if has_body else b""
    headers = {
        name: _text(value)
        for name, value in environ.items()
        if name.startswith("HTTP_") or name in {"CONTENT_TYPE", "CONTENT_LENGTH"}
    }
    start_response("200 OK", [("Content-Type", "application/json"), MARK])
    return [
        described(
            method=environ["REQUEST_METHOD"],
            path=_text(environ["SCRIPT_NAME"] + environ["PATH_INFO"]),
            query=_text(environ["QUERY_STRING"]),
            target=_text(environ.get("REQUEST_URI") or environ["RAW_URI"]),  # the latter: gunicorn
            protocol=environ["SERVER_PROTOCOL"],
            headers=headers,
            body=_text(body),
        )
    ]


async def asgi(scope, receive, send):
    """Say what the ASGI specification says of the request."""
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return
    if scope["type"] == "websocket":
        await _echo(scope, receive, send)
        return
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        body += message.get("body", b"")
        more = message.get("more_body", False)
    content = described(
        method=scope["method"],
        path=_text(scope["path"]),
        raw_path=_text(scope["raw_path"]),
        query=_text(scope["query_string"]),
        protocol=scope["http_version"],
        headers=sorted([_text(name), _text(value)] for name, value in scope["headers"]),
        body=_text(body),
    )
    names = [(b"content-type", b"application/json"), (MARK[0].lower().encode(), MARK[1].encode())]
    headers = [*names, (b"content-length", b"%d" % len(content))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": content})


async def _echo(scope, receive, send):
    """Send back each message of a WebSocket; choose the first subprotocol that is offered."""
    await receive()
    await send({"type": "websocket.accept", "subprotocol": (*scope["subprotocols"], None)[0]})
    while (message := await receive())["type"] == "websocket.receive":
        content = {key: message[key] for key in ("text", "bytes") if message.get(key) is not None}
        await send({"type": "websocket.send", **content})
