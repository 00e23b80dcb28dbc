"""Servers to measure. `python servers.py NAME` runs one and prints its port."""

import logging
import sys

import cherrypy
from cherrypy._cpserver import Server
from cherrypy._cptree import Tree
from cherrypy._cpwsgi_server import CPWSGIServer

from robot_cherrypy.websocket import Group, websocket

# Bytes. Twice the largest message of the benchmarks.
LARGEST = 2**27


class Pages:
    """The pages of our servers."""

    group = Group(max_unsent=2**24)

    @cherrypy.expose
    @websocket(max_message=LARGEST)
    async def echo(self, ws):
        async for message in ws:
            await ws.send(message)

    @cherrypy.expose
    @websocket(max_message=LARGEST)
    def plain(self, ws):
        for message in ws:
            ws.send(message)

    @cherrypy.expose
    @websocket(ping_interval=None)
    async def member(self, ws):
        """Broadcast each message of a member to all."""
        with self.group.joined(ws):
            async for message in ws:
                self.group.broadcast(message)


def settings():
    server_settings = Server()
    server_settings.socket_host, server_settings.socket_port = "127.0.0.1", 0
    server_settings.socket_queue_size = 2048
    return server_settings


def tree():
    cherrypy.config.update({"log.screen": False})
    pages_tree = Tree()
    pages_tree.mount(Pages())
    return pages_tree


def ours_async():
    from robot_cherrypy import aio

    return serve(aio.HTTPServer(settings(), aio.application(tree())))


def ours_threaded():
    server = CPWSGIServer(settings())
    server.wsgi_app = tree()
    return serve(server)


def serve(server):
    server.prepare()
    print(server.bind_addr[1], flush=True)
    server.serve()


def library():
    """The `websockets` library, on uvloop like our servers."""
    import uvloop
    from websockets.asyncio.server import broadcast
    from websockets.asyncio.server import serve as websockets_serve

    logging.disable(logging.CRITICAL)  # it logs each client that is cut
    members = set()

    async def handler(connection):
        if connection.request.path.startswith("/member"):
            members.add(connection)
            async for message in connection:
                broadcast(members, message)
        else:
            async for message in connection:
                await connection.send(message)

    async def main():
        options = {"max_size": LARGEST, "ping_interval": None, "open_timeout": None}
        async with websockets_serve(handler, "127.0.0.1", 0, backlog=2048, **options) as server:
            print(server.sockets[0].getsockname()[1], flush=True)
            await server.serve_forever()

    uvloop.run(main())


def library_threads():
    """The `websockets` library with a thread for each connection, like our plain page handlers."""
    from websockets.sync.server import serve as websockets_serve

    logging.disable(logging.CRITICAL)  # likewise

    def handler(connection):
        for message in connection:
            connection.send(message)

    with websockets_serve(handler, "127.0.0.1", 0, max_size=LARGEST, ping_interval=None) as server:
        print(server.socket.getsockname()[1], flush=True)
        server.serve_forever()


def ws4py():
    from ws4py.server.cherrypyserver import WebSocketPlugin, WebSocketTool
    from ws4py.websocket import EchoWebSocket

    manager = WebSocketPlugin(cherrypy.engine)
    manager.subscribe()
    cherrypy.tools.websocket = WebSocketTool()

    class Root:
        @cherrypy.expose
        @cherrypy.config(
            **{"tools.websocket.on": True, "tools.websocket.handler_cls": EchoWebSocket}
        )
        def echo(self):
            pass

    server = CPWSGIServer(settings())
    server.wsgi_app = Tree()
    server.wsgi_app.mount(Root())
    manager.start()
    serve(server)


if __name__ == "__main__":
    globals()[sys.argv[1]]()
