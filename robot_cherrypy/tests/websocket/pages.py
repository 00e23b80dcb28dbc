"""WebSocket pages for the tests."""

import asyncio
import queue
import threading

import cherrypy

from robot_cherrypy.websocket import Closed, Group, websocket

BASIC_AUTH = {
    "tools.auth_basic.on": True,
    "tools.auth_basic.realm": "pages",
    "tools.auth_basic.checkpassword": lambda _realm, user, password: user == password,
}

# Code and reason with which WebSockets of `recorded` and `watched` were closed.
ended = queue.SimpleQueue()


class Pages:
    """A page for each behaviour that is tested."""

    def __init__(self):
        self.group = Group(max_unsent=2**16)

    @cherrypy.expose
    @websocket(subprotocols=("soup", "salad"))
    async def echo(self, ws):
        async for message in ws:
            await ws.send(message)

    @cherrypy.expose
    @websocket(subprotocols=("soup", "salad"))
    def plain_echo(self, ws):
        for message in ws:
            ws.send(message)

    @cherrypy.expose
    @websocket
    async def greet(self, ws, name, greeting="Hello"):
        await ws.send(f"{greeting}, {name}!")

    @cherrypy.expose
    @websocket
    async def refuse(self, ws, status="403"):
        raise cherrypy.HTTPError(int(status), "Not for you")

    @cherrypy.expose
    @websocket
    def plain_refuse(self, ws, status="403"):
        raise cherrypy.HTTPError(int(status), "Not for you")

    @cherrypy.expose
    @websocket
    async def move(self, ws):
        raise cherrypy.HTTPRedirect("/echo")

    @cherrypy.expose
    @websocket
    async def break_early(self, ws):
        raise ZeroDivisionError

    @cherrypy.expose
    @websocket
    async def break_late(self, ws):
        await ws.receive()
        raise ZeroDivisionError

    @cherrypy.expose
    @websocket
    def plain_break_late(self, ws):
        ws.receive()
        raise ZeroDivisionError

    @cherrypy.expose
    @websocket
    async def close(self, ws, code="1000", reason=""):
        await ws.receive()
        await ws.close(int(code), reason)

    @cherrypy.expose
    @websocket
    async def recorded(self, ws):
        try:
            while True:
                await ws.receive()
        except Closed as closed:
            ended.put((closed.code, closed.reason))

    @cherrypy.expose
    @cherrypy.config(**BASIC_AUTH)
    @websocket
    async def private(self, ws):
        await ws.send(cherrypy.request.login)

    @cherrypy.expose
    @cherrypy.config(**{"tools.sessions.on": True})
    @websocket
    async def visits(self, ws):
        cherrypy.session["visits"] = cherrypy.session.get("visits", 0) + 1
        await ws.accept()
        await asyncio.sleep(0)
        await ws.send(str(cherrypy.session["visits"]))

    @cherrypy.expose
    @websocket
    async def cookie(self, ws):
        cherrypy.response.cookie["flavour"] = "vanilla"
        await ws.accept()

    @cherrypy.expose
    @websocket
    async def path(self, ws):
        async for _message in ws:
            await ws.send(cherrypy.request.path_info + " " + ws.request.path_info)

    @cherrypy.expose
    @websocket
    def plain_path(self, ws):
        for _message in ws:
            ws.send(cherrypy.request.path_info + " " + threading.current_thread().name)

    @cherrypy.expose
    @websocket
    def impatient(self, ws):
        try:
            ws.receive(timeout=0.05)
        except TimeoutError:
            ws.send("Too slow")

    @cherrypy.expose
    @websocket(max_message=1000, max_frame=600)
    async def small(self, ws):
        async for message in ws:
            await ws.send(str(len(message)))

    @cherrypy.expose
    @cherrypy.config(**{"websocket.max_message": 10, "websocket.compression": False})
    @websocket
    async def configured(self, ws):
        async for message in ws:
            await ws.send(message)

    @cherrypy.expose
    @websocket(origins=("https://friend.example",))
    async def friends(self, ws):
        await ws.send("Welcome")

    @cherrypy.expose
    @websocket(origins=("*",))
    async def everybody(self, ws):
        await ws.send("Welcome")

    @cherrypy.expose
    @websocket(ping_interval=0.05, ping_timeout=0.2, close_timeout=0.2)
    async def watched(self, ws):
        try:
            while True:
                await ws.receive()
        except Closed as closed:
            ended.put((closed.code, closed.reason))

    @cherrypy.expose
    @websocket(ping_interval=0.05, ping_timeout=2)
    async def pinged(self, ws):
        await ws.receive()

    @cherrypy.expose
    @websocket(max_queue=1000, ping_interval=None)
    async def unread(self, ws):
        self.websocket, self.reading = ws, asyncio.Event()
        await ws.accept()
        await self.reading.wait()
        total = 0
        async for message in ws:
            total += len(message)
            if not message:
                await ws.send(str(total))

    @cherrypy.expose
    @websocket(close_timeout=60)
    async def member(self, ws):
        with self.group.joined(ws):
            await ws.send("joined")
            async for message in ws:
                self.group.broadcast(message)
                await ws.send("sent")

    @cherrypy.expose
    @websocket
    def plain_member(self, ws):
        with self.group.joined(ws):
            ws.send("joined")
            for message in ws:
                self.group.broadcast(message)

    @cherrypy.expose
    def say(self, message):
        self.group.broadcast(message)
        return str(len(self.group))

    @cherrypy.expose
    def index(self):
        return "An ordinary page"
