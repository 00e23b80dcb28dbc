"""A chat: rooms, names, who is there, and a history that outlives the server."""

import json
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import cherrypy

from robot_cherrypy.websocket import Group, WebSocket, websocket

_PAGE = Path(__file__).with_name("page.html")
_LONGEST_NAME = 30
_LONGEST_TEXT = 2000


class Room:
    """What was said in one room, and who is in it.

    Messages are numbered, so that a client that comes back says up to which it has them; and each
    has an id that its sender gave it, so that one that is sent again is not said twice.
    """

    def __init__(self) -> None:
        self.members = Group()
        self.present: Counter[str] = Counter()
        self.messages: list[dict[str, Any]] = []
        self._by_id: dict[str, dict[str, Any]] = {}

    def known(self, id_: str) -> dict[str, Any] | None:
        """Return the message with an id, if it was said."""
        return self._by_id.get(id_)

    def add(self, message: dict[str, Any]) -> None:
        """Remember a message."""
        self.messages.append(message)
        self._by_id[message["id"]] = message

    def broadcast(self, **event: Any) -> None:
        """Tell everybody in the room."""
        self.members.broadcast(json.dumps(event))

    def tell_present(self) -> None:
        """Tell everybody who is there."""
        self.broadcast(type="present", names=sorted(+self.present))


class Chat:
    """The page, and the WebSocket behind it.

    With the configuration entry `chat.history`, a file, messages are there again after a restart.
    """

    def __init__(self) -> None:
        self._rooms: defaultdict[str, Room] = defaultdict(Room)
        self._history: Path | None = None

    @cherrypy.expose
    def index(self) -> str:
        """Show the chat."""
        return _PAGE.read_text("utf-8")

    @cherrypy.expose
    @websocket(max_message=64 * 1024)
    async def talk(self, ws: WebSocket, room: str, name: str, after: str = "0") -> None:
        """Carry one visitor's conversation.

        Args:
            ws: The visitor's WebSocket.
            room: Name of the room.
            name: What the visitor is called.
            after: Number of the last message that the visitor has; only later ones are sent.

        Raises:
            HTTPError: The name is empty or too long, or `after` is no number.
        """
        if not 0 < len(name.strip()) <= _LONGEST_NAME or not room or not after.isdecimal():
            raise cherrypy.HTTPError(400, f"A name has 1 to {_LONGEST_NAME} characters.")
        here = self._room(room, cherrypy.request.config.get("chat.history"))
        await ws.accept()
        with here.members.joined(ws):
            missed = [one for one in here.messages if one["number"] > int(after)]
            await ws.send(json.dumps({"type": "history", "messages": missed}))
            here.present[name] += 1
            here.tell_present()
            try:
                async for event in ws:
                    await self._said(ws, here, room, name, event)
            finally:
                here.present[name] -= 1
                here.tell_present()

    def _room(self, name: str, history: str | None) -> Room:
        """Return a room, after what was said before the server was restarted was read."""
        if history is not None and self._history is None:
            self._history = Path(history)
            self._history.parent.mkdir(parents=True, exist_ok=True)
            if self._history.exists():
                for line in self._history.read_text("utf-8").splitlines():
                    room, message = json.loads(line)
                    self._rooms[room].add(message)
        return self._rooms[name]

    async def _said(
        self, ws: WebSocket, room: Room, room_name: str, name: str, event: str | bytes
    ) -> None:
        said = json.loads(event)
        text, id_ = str(said["say"]).strip()[:_LONGEST_TEXT], str(said["id"])
        known = room.known(id_)
        if known is not None:  # the visitor did not hear that it arrived
            await ws.send(json.dumps({"type": "message", **known}))
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
