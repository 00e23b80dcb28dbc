"""One ASGI application for each sentence, chosen by the first segment of the path."""

import asyncio
import contextlib
from collections import defaultdict

from robot_cherrypy.tests.specifications.checker import checked

# What an application has noted, by its name, and what the checker has found.
NOTES = defaultdict(list)
FAULTS = []
# Set by a test for an application that waits for it, by its name.
LOOPS = {}

_APPLICATIONS = {}


def application_of(name):
    """Add an application under a name."""

    def add(function):
        _APPLICATIONS[name] = function
        return function

    return add


async def _dispatch(scope, receive, send):
    if scope["type"] == "lifespan":
        await _lifespan(scope, receive, send)
        return
    path = scope["path"].removeprefix(scope.get("root_path", ""))
    name = path.strip("/").partition("/")[0]
    LOOPS[name] = asyncio.get_running_loop()
    await _APPLICATIONS[name](scope, receive, send)


async def _lifespan(scope, receive, send):
    scope["state"]["started"] = True
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})


application = checked(_dispatch, FAULTS)


def start(status=200, headers=(), **more):
    """Return a start message."""
    return {"type": "http.response.start", "status": status, "headers": list(headers), **more}


def body(content=b"", **more):
    """Return a body message."""
    return {"type": "http.response.body", "body": content, **more}


async def respond(send, content, status=200, headers=()):
    """Send a whole response."""
    await send(start(status, headers))
    await send(body(content))


async def whole_body(receive):
    """Return the pieces of a request's body."""
    pieces = []
    while True:
        message = await receive()
        pieces.append(message["body"])
        if not message["more_body"]:
            return pieces


@application_of("scope")
async def note_scope(scope, _receive, send):
    """Note the scope."""
    NOTES["scope"].append(scope)
    await respond(send, b"noted")


@application_of("state")
async def change_state(scope, _receive, send):
    """Note the state, and change it."""
    NOTES["state"].append(dict(scope["state"]))
    scope["state"]["changed"] = True
    await respond(send, b"noted")


@application_of("body")
async def return_body(_scope, receive, send):
    """Send the request's body back."""
    await respond(send, b"".join(await whole_body(receive)))


@application_of("unread")
async def leave_body(_scope, _receive, send):
    """Do not read the request's body."""
    await respond(send, b"unread")


@application_of("dialogue")
async def converse(_scope, receive, send):
    """Send each piece of the request's body back when it comes."""
    await send(start())
    while True:
        message = await receive()
        await send(body(message["body"], more_body=message["more_body"]))
        if not message["more_body"]:
            return


@application_of("impatient")
async def give_receive_up(_scope, receive, send):
    """Give `receive` up again and again, until the body is there."""
    pieces = []
    while True:
        try:
            message = await asyncio.wait_for(receive(), 0.02)
        except TimeoutError:
            NOTES["impatient"].append("gave up")
            continue
        pieces.append(message["body"])
        if not message["more_body"]:
            break
    await respond(send, b"".join(pieces))


@application_of("late-reader")
async def read_after_start(_scope, receive, send):
    """Read the request's body after the response has begun."""
    await send(start())
    await send(body(b"read ", more_body=True))
    await send(body(b"%d" % len(b"".join(await whole_body(receive)))))


@application_of("own-coding")
async def set_transfer_encoding(_scope, _receive, send):
    """Send a Transfer-Encoding of its own."""
    await respond(send, b"hello", headers=[(b"transfer-encoding", b"chunked")])


@application_of("order")
async def send_headers_in_order(_scope, _receive, send):
    """Send headers whose order counts."""
    await respond(send, b"", headers=[(b"x-b", b"1"), (b"x-a", b"2"), (b"x-b", b"3")])


@application_of("defaults")
async def leave_out_what_is_optional(_scope, _receive, send):
    """Send the shortest messages."""
    await send({"type": "http.response.start", "status": 200})
    await send({"type": "http.response.body"})


@application_of("additional")
async def send_additional_keys(_scope, _receive, send):
    """Send keys that nobody knows."""
    await send({**start(), "colour": "red"})
    await send({**body(b"fine"), "size": 4})


@application_of("two-pieces")
async def wait_between_pieces(_scope, _receive, send):
    """Send the second piece when the client has confirmed the first."""
    confirmed = asyncio.Event()
    NOTES["two-pieces"].append(confirmed)
    await send(start())
    await send(body(b"one", more_body=True))
    await confirmed.wait()
    await send(body(b"two"))


@application_of("empty-first")
async def wait_after_empty_piece(_scope, _receive, send):
    """Send an empty piece first, as event streams do to open."""
    confirmed = asyncio.Event()
    NOTES["empty-first"].append(confirmed)
    await send(start())
    await send(body(more_body=True))
    await confirmed.wait()
    await send(body(b"event"))


@application_of("fail-after-start")
async def fail_after_start(_scope, _receive, send):
    """Raise between the start and the body."""
    await send(start())
    raise LookupError("after the start")


@application_of("fail-in-body")
async def fail_in_body(_scope, _receive, send):
    """Raise in the middle of the body."""
    await send(start(headers=[(b"content-length", b"10")]))
    await send(body(b"12345", more_body=True))
    raise LookupError("in the body")


@application_of("end-early")
async def end_early(_scope, _receive, send):
    """Return in the middle of the response."""
    await send(start())


WRONG = {
    "unknown type": ([], {"type": "http.response.debug"}),
    "another protocol": ([], {"type": "websocket.accept"}),
    "no type": ([], {"status": 200}),
    "body first": ([], body(b"x")),
    "no status": ([], {"type": "http.response.start", "headers": []}),
    "status is text": ([], start("200")),
    "headers are text": ([], start(headers=[("x-a", "b")])),
    "headers are None": ([], {"type": "http.response.start", "status": 200, "headers": None}),
    "header is no pair": ([], start(headers=[(b"x-a",)])),
    "line break in a value": ([], start(headers=[(b"x-a", b"b\r\nx-evil: 1")])),
    "line feed in a value": ([], start(headers=[(b"x-a", b"b\nx-evil: 1")])),
    "null in a value": ([], start(headers=[(b"x-a", b"b\0c")])),
    "blank in a name": ([], start(headers=[(b"x a", b"b")])),
    "line break in a name": ([], start(headers=[(b"x-a: 1\r\nx-evil", b"b")])),
    "pseudo header": ([], start(headers=[(b":status", b"200")])),
    "two starts": ([start()], start()),
    "push": ([start()], {"type": "http.response.push", "path": "/", "headers": []}),
    "body is text": ([start()], body("x")),
    "body is None": ([start()], body(None)),
    "start in the body": ([start(), body(b"1", more_body=True)], start()),
    "unknown in the body": ([start(), body(b"1", more_body=True)], {"type": "http.response.x"}),
}


@application_of("wrong")
async def send_wrong_message(scope, _receive, send):
    """Send a wrong message, note what is raised, and finish the response as is right."""
    name = scope["query_string"].decode().replace("+", " ")
    before, wrong = WRONG[name]
    for message in before:
        await send(message)
    try:
        await send(wrong)
    except Exception as error:  # noqa: BLE001 - any will do
        NOTES[name].append(error)
    if not before:
        await send(start())
    await send(body(b"right"))


@application_of("wrong-and-end")
async def end_with_wrong_message(scope, _receive, send):
    """Let what a wrong message raises out."""
    before, wrong = WRONG[scope["query_string"].decode().replace("+", " ")]
    for message in before:
        await send(message)
    await send(wrong)


@application_of("after-end")
async def send_after_end(_scope, _receive, send):
    """Send more when the response is complete."""
    await respond(send, b"whole")
    with contextlib.suppress(RuntimeError):
        await send(body(b"more"))


@application_of("bodiless")
async def send_body_with_status(scope, _receive, send):
    """Send a body with a status that has none."""
    await respond(send, b"null", int(scope["query_string"]), [(b"content-length", b"4")])


@application_of("chunked-bodiless")
async def stream_body_with_status(scope, _receive, send):
    """Send a body in pieces with a status that has none."""
    await send(start(int(scope["query_string"])))
    await send(body(b"nu", more_body=True))
    await send(body(b"ll"))


@application_of("length")
async def send_other_length(scope, _receive, send):
    """Send a body that is not as long as declared, in pieces."""
    await send(start(headers=[(b"content-length", b"4")]))
    for _ in range(int(scope["query_string"])):
        await send(body(b"12", more_body=True))
    await send(body())


@application_of("disconnect")
async def wait_for_disconnect(_scope, receive, send):
    """Wait until the client leaves, and note what can still be done then."""
    await whole_body(receive)
    NOTES["disconnect"].append("waits")
    NOTES["disconnect"].append((await receive())["type"])
    await respond(send, b"nobody reads it")
    NOTES["disconnect"].append("sent")


@application_of("poll")
async def poll_for_disconnect(_scope, receive, send):
    """Ask now and then whether the client has left, as Starlette does, in a long stream."""
    await whole_body(receive)
    await send(start())
    await send(body(b"begin", more_body=True))
    while True:
        with contextlib.suppress(TimeoutError):
            message = await asyncio.wait_for(receive(), 0.01)
            NOTES["poll"].append(message["type"])
            return


@application_of("sleeps")
async def sleep_without_receive(_scope, _receive, send):
    """Neither receive nor send for long, as a long poll does."""
    NOTES["sleeps"].append("sleeps")
    await asyncio.sleep(20)
    await respond(send, b"late")


@application_of("after-response")
async def receive_after_response(_scope, receive, send):
    """Receive when the response is complete."""
    await whole_body(receive)
    await respond(send, b"whole")
    NOTES["after-response"].append((await receive())["type"])


@application_of("ws-scope")
async def note_websocket_scope(scope, receive, send):
    """Note the scope of a WebSocket and what comes first."""
    NOTES["ws-scope"].append(scope)
    NOTES["ws-first"].append((await receive())["type"])
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close"})


@application_of("ws-echo")
async def echo(_scope, receive, send):
    """Send each message back, and note the end."""
    await receive()
    await send({"type": "websocket.accept"})
    while True:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            NOTES["ws-echo"].append(message)
            with contextlib.suppress(OSError):
                await send({"type": "websocket.send", "text": "nobody reads it"})
            return
        await send({**message, "type": "websocket.send"})


@application_of("ws-sleep")
async def sleep_in_websocket(_scope, receive, send):
    """Accept, and receive nothing, not even that the server stops."""
    await receive()
    await send({"type": "websocket.accept"})
    NOTES["ws-sleep"].append("sleeps")
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        NOTES["ws-sleep"].append("cancelled")
        raise


@application_of("ws-accept")
async def accept_with_headers(_scope, receive, send):
    """Accept with a subprotocol and headers."""
    await receive()
    headers = [(b"x-b", b"1"), (b"x-a", b"2"), (b"x-b", b"3")]
    await send({"type": "websocket.accept", "subprotocol": "two", "headers": headers})
    await send({"type": "websocket.close"})


@application_of("ws-refuse")
async def refuse(_scope, receive, send):
    """Close before the handshake is accepted."""
    await receive()
    await send({"type": "websocket.close"})


@application_of("ws-close")
async def close_with_code(scope, receive, send):
    """Accept and close with the code of the query, if it has one."""
    await receive()
    await send({"type": "websocket.accept"})
    code = scope["query_string"]
    more = {"code": int(code), "reason": "enough"} if code else {}
    await send({"type": "websocket.close", **more})
    NOTES["ws-close"].append((await receive())["type"])


@application_of("ws-nothing")
async def leave_handshake(_scope, receive, _send):
    """Neither accept nor refuse."""
    await receive()


@application_of("ws-return")
async def return_from_websocket(_scope, receive, send):
    """Return after the handshake."""
    await receive()
    await send({"type": "websocket.accept"})


@application_of("ws-leave")
async def return_after_message(_scope, receive, send):
    """Return after a message."""
    await return_from_websocket(_scope, receive, send)
    await receive()


@application_of("ws-raise")
async def raise_in_websocket(_scope, receive, send):
    """Raise after the handshake."""
    await receive()
    await send({"type": "websocket.accept"})
    raise LookupError("in the WebSocket")


WRONG_IN_WEBSOCKET = {
    "unknown type": {"type": "websocket.debug"},
    "http": {"type": "http.response.body", "body": b""},
    "second accept": {"type": "websocket.accept"},
    "neither": {"type": "websocket.send"},
    "both None": {"type": "websocket.send", "text": None, "bytes": None},
}


@application_of("ws-wrong")
async def send_wrong_message_in_websocket(scope, receive, send):
    """Send a wrong message, and note what is raised."""
    name = scope["query_string"].decode().replace("+", " ")
    await receive()
    await send({"type": "websocket.accept"})
    try:
        await send(WRONG_IN_WEBSOCKET[name])
    except Exception as error:  # noqa: BLE001 - any will do
        NOTES[name].append(error)
    await send({"type": "websocket.close"})
