"""A checker around ASGI applications, as `wsgiref.validate` is for WSGI."""

SCOPE = {  # the keys of an HTTP scope, and of what type they are (ASGI, "HTTP Connection Scope")
    "type": str,
    "asgi": dict,
    "http_version": str,
    "method": str,
    "scheme": str,
    "path": str,
    "raw_path": (bytes, type(None)),
    "query_string": bytes,
    "root_path": str,
    "headers": (list, tuple),
    "client": (list, tuple, type(None)),
    "server": (list, tuple, type(None)),
    "extensions": dict,
    "state": dict,
}
WEBSOCKET = {key: kind for key, kind in SCOPE.items() if key != "method"} | {"subprotocols": list}
REQUIRED = {
    "http": ("type", "asgi", "http_version", "method", "path", "query_string", "headers"),
    "websocket": ("type", "asgi", "path", "query_string", "headers"),
    "lifespan": ("type", "asgi"),
}
MESSAGES = {  # what `receive` may return, with the types of the keys
    "http.request": {"body": bytes, "more_body": bool},
    "http.disconnect": {},
    "websocket.connect": {},
    "websocket.receive": {"bytes": (bytes, type(None)), "text": (str, type(None))},
    "websocket.disconnect": {"code": int, "reason": (str, type(None))},
    "lifespan.startup": {},
    "lifespan.shutdown": {},
}


def checked(application, faults):
    """Return an application that appends to `faults` what its server does against ASGI."""

    async def checking(scope, receive, send):
        faults.extend(_scope_faults(scope))
        last = None

        async def checking_receive():
            nonlocal last
            message = await receive()
            faults.extend(_message_faults(scope, message, last))
            last = message
            return message

        async def checking_send(message):
            copy = dict(message)
            result = await send(message)
            if result is not None:
                faults.append(f"send returned {result!r}")
            if message != copy:
                faults.append(f"send has changed {copy!r}")

        await application(scope, checking_receive, checking_send)

    return checking


def _scope_faults(scope):
    if type(scope) is not dict:
        yield f"the scope is no dict: {type(scope)}"
    kinds = WEBSOCKET if scope["type"] == "websocket" else SCOPE
    for key in REQUIRED[scope["type"]]:
        if key not in scope:
            yield f"{scope['type']} scope without {key!r}"
    for key, value in scope.items():
        if key in kinds and not isinstance(value, kinds[key]):
            yield f"scope[{key!r}] is {value!r}"
    yield from _extension_faults(scope)
    for name, value in scope.get("headers", ()):
        if not (isinstance(name, bytes) and isinstance(value, bytes)) or name.startswith(b":"):
            yield f"header {name!r}: {value!r}"


def _extension_faults(scope):
    for key, value in scope.get("extensions", {}).items():
        # Our own server puts objects in place of dicts for our own parts.
        if not isinstance(value, dict) and not key.startswith("robot_cherrypy."):
            yield f"extension {key!r} is {value!r}"


def _message_faults(scope, message, last):
    if type(message) is not dict:
        yield f"a message is no dict: {type(message)}"
    kind = message["type"]
    if kind not in MESSAGES or not kind.startswith(scope["type"] + "."):
        yield f"{kind!r} in a scope of type {scope['type']!r}"
        return
    for key, types in MESSAGES[kind].items():
        if key in message and not isinstance(message[key], types):
            yield f"{kind}: {key} is {message[key]!r}"
    if kind == "websocket.receive" and (
        (message.get("bytes") is None) == (message.get("text") is None)
    ):
        yield f"not exactly one of bytes and text: {message!r}"
    if kind == "http.request" and last and not last.get("more_body") and "body" in last:
        yield "a piece of the body after the last one"
    if kind == "http.request" and last and last["type"] == "http.disconnect":
        yield "a piece of the body after http.disconnect"
