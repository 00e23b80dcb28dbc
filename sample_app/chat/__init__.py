"""A chat with rooms, a list of who is there, and a history that is kept over restarts."""

import json
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import cherrypy

from robot_cherrypy.websocket import Group, WebSocket, websocket

_PAGE = Path(__file__).with_name("page.html")
# Characters: as many as the page's list of names and its messages show well, on a phone, too.
_LONGEST_NAME = 30
_LONGEST_TEXT = 2000


class Room:
    """The messages of one room, and who is in it.

    Messages are numbered, so that a client that reconnects can ask for those that it missed. And
    each has an id from its sender, so that a message that is sent again does not appear twice.
    """

    def __init__(self) -> None:
        self.members = Group()
        # How many WebSockets each visitor has open here.
        self.present: Counter[str] = Counter()
        self.messages: list[dict[str, Any]] = []
        self._by_id: dict[str, dict[str, Any]] = {}

    def find(self, id_: str) -> dict[str, Any] | None:
        """Return the message with an id, or None."""
        return self._by_id.get(id_)

    def add(self, message: dict[str, Any]) -> None:
        """Add a message to the history."""
        self.messages.append(message)
        self._by_id[message["id"]] = message

    def broadcast(self, **event: Any) -> None:
        """Send an event to everybody in the room."""
        self.members.broadcast(json.dumps(event))

    def broadcast_present(self) -> None:
        """Tell everybody in the room who is there."""
        self.broadcast(type="present", names=sorted(+self.present))


class Chat:
    """The page, and its WebSocket.

    The configuration entry `chat.history` names a file that keeps the messages over restarts.
    """

    def __init__(self) -> None:
        self._rooms: defaultdict[str, Room] = defaultdict(Room)
        self._history: Path | None = None

    @cherrypy.expose
    def index(self) -> str:
        """Return the page."""
        return _PAGE.read_text("utf-8")

    @cherrypy.expose
    @websocket(max_message=64 * 1024)
    async def talk(self, ws: WebSocket, room: str, name: str, after: str = "0") -> None:
        """Exchange messages with one visitor in one room.

        Args:
            ws: The visitor's WebSocket.
            room: Name of the room.
            name: Name of the visitor.
            after: Number of the last message that the visitor has; later ones are sent at once.

        Raises:
            HTTPError: The name is empty or too long, or `after` is no number.
        """
        if not 0 < len(name.strip()) <= _LONGEST_NAME or not room or not after.isdecimal():
            raise cherrypy.HTTPError(400, f"A name has 1 to {_LONGEST_NAME} characters.")
        joined = self._room(room, cherrypy.request.config.get("chat.history"))
        await ws.accept()
        with joined.members.joined(ws):
            missed = [message for message in joined.messages if message["number"] > int(after)]
            await ws.send(json.dumps({"type": "history", "messages": missed}))
            joined.present[name] += 1
            joined.broadcast_present()
            try:
                async for event in ws:
                    await self._handle(ws, joined, room, name, event)
            finally:
                joined.present[name] -= 1
                joined.broadcast_present()

    def _room(self, name: str, history: str | None) -> Room:
        """Return a room; read the history first, if it is not read yet."""
        if history is not None and self._history is None:
            self._history = Path(history)
            self._history.parent.mkdir(parents=True, exist_ok=True)
            if self._history.exists():
                for line in self._history.read_text("utf-8").splitlines():
                    room, message = json.loads(line)
                    self._rooms[room].add(message)
        return self._rooms[name]

    async def _handle(
        self, ws: WebSocket, room: Room, room_name: str, name: str, event: str | bytes
    ) -> None:
        """Add a visitor's message to the room."""
        content = json.loads(event)
        text, id_ = str(content["say"]).strip()[:_LONGEST_TEXT], str(content["id"])
        earlier = room.find(id_)
        if earlier is not None:  # sent again, because the visitor did not get it back
            await ws.send(json.dumps({"type": "message", **earlier}))
            return
        if not text:
            return
        message = {
            "number": len(room.messages) + 1,
            "id": id_,
            "name": name,
            "text": text,
            "at": int(time.time()),
        }
        room.add(message)
        if self._history is not None:
            with self._history.open("a", encoding="utf-8") as file:
                file.write(json.dumps([room_name, message]) + "\n")
        room.broadcast(type="message", **message)
