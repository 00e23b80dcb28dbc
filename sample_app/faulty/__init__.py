"""A tea shop with deliberate faults: its pages look fine while errors happen on its server.

For the suites that show what a test learns about browser and server. The docstring of each page
handler says what is wrong with it.
"""

import asyncio
import random
import threading
import time
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any, ClassVar

import cherrypy
from cherrypy.lib.sessions import RamSession

from robot_cherrypy.websocket import BlockingWebSocket, WebSocket, websocket

_PAGE = (Path(__file__).parent / "page.html").read_text("utf-8")
_TEAS = {"assam": 480, "darjeeling": 690, "sencha": 620}  # price of 100 g, in cents

_random = random.Random(7)  # noqa: S311 - the same in every run

SESSIONS = {"tools.sessions.on": True, "tools.sessions.httponly": True}


def _page(title: str, body: str) -> str:
    return _PAGE.replace("{title}", escape(title)).replace("{body}", body)


class Shop:
    """The pages without coroutines, for both servers."""

    @cherrypy.expose
    def index(self) -> str:
        """List the teas. Nothing is wrong here."""
        rows = "".join(
            f'<li><a href="/tea?name={name}">{name.title()}</a> {cents / 100:.2f} €</li>'
            for name, cents in _TEAS.items()
        )
        return _page("Our teas", f"<ul>{rows}</ul>" + _ORDER)

    @cherrypy.expose
    def tea(self, name: str) -> str:
        """Show a tea; respond with an error page for a tea that does not exist."""
        return _page(name.title(), f"<p>{_TEAS[name] / 100:.2f} € for 100 g</p>")

    @cherrypy.expose
    def order(self, tea: str = "assam", grams: str = "100", card_secret: str = "") -> str:
        """Thank for an order also when it could not be written down: the page looks fine."""
        try:
            self._write_down(tea, int(grams), card_secret)
        except Exception:  # noqa: BLE001 - the fault that this page is for
            cherrypy.log("The order was not written down", traceback=True)
        return _page("Thank you", f'<p id="thanks">Your {escape(tea)} is on its way.</p>')

    @cherrypy.expose
    def newsletter(self) -> str:
        """Respond at once; raise an exception later, in a thread."""
        threading.Thread(target=self._send_newsletter, name="newsletter").start()
        return _page("Subscribed", "<p>You will hear from us.</p>")

    @cherrypy.expose
    @cherrypy.config(**{"response.stream": True})
    def catalogue(self) -> Iterator[str]:
        """Stream a catalogue; raise an exception in the middle, after the headers were sent."""

        def chunks() -> Iterator[str]:
            yield _PAGE.partition("{body}")[0].replace("{title}", "Catalogue")
            for name in [*_TEAS, "oolong"]:
                yield f"<p>{name}: {_TEAS[name]} cents</p>"

        return chunks()

    @cherrypy.expose
    @websocket
    def haggle(self, ws: BlockingWebSocket) -> None:
        """Haggle over a price; raise an exception at an offer that is no number."""
        for offer in ws:
            ws.send("Done" if int(offer) >= _TEAS["assam"] else "More")

    @cherrypy.expose
    @websocket
    async def auction(self, ws: WebSocket) -> None:
        """Send the price at which bidding for a tea begins; raise an error for an unknown one."""
        async for tea in ws:
            await ws.send(str(_TEAS[str(tea)]))

    @cherrypy.expose
    def stock(self, seconds: str = "2") -> str:
        """Respond after two seconds."""
        time.sleep(float(seconds))
        return _page("Stock", "<p>Plenty.</p>")

    @cherrypy.expose
    @cherrypy.tools.json_in()
    @cherrypy.tools.json_out()
    def wish(self) -> Any:
        """Grant a wish in JSON. Nothing is wrong here."""
        return {"granted": cherrypy.request.json}

    @cherrypy.expose
    def till(self) -> str:
        """Respond with status 503 without any exception."""
        cherrypy.response.status = 503
        return _page("Till", "<p>The till is closed.</p>")

    @cherrypy.expose
    def broken_page(self) -> str:
        """Show a page with a script that raises an exception and a picture that is missing."""
        script = '<script>fetch("/api/none"); total.update(5)</script><img src="/none.png">'
        return _page("Basket", "<p>Your basket</p>" + script)

    @cherrypy.expose
    def close_shop(self) -> None:
        """End the whole server."""
        raise SystemExit("closed for today")

    @staticmethod
    def _write_down(tea: str, grams: int, _card: str) -> None:
        if grams > 1000:
            raise ValueError(f"no more than 1000 g of {tea} at once, not {grams}")

    @staticmethod
    def _send_newsletter() -> None:
        time.sleep(0.05)
        raise ConnectionRefusedError("the mail server does not answer")


_ORDER = """
<h2>Order</h2>
<form action="/order" method="post">
  <label>Tea <input name="tea" value="assam"></label>
  <label>Grams <input name="grams" value="100"></label>
  <label>Card number <input name="card_secret" type="password"></label>
  <button id="order">Order</button>
</form>
"""


class Members:
    """Pages behind a login, kept by a session."""

    @cherrypy.expose
    def index(self) -> str:
        """Greet a member; ask others to log in."""
        user = cherrypy.session.get("user")
        if user is None:
            raise cherrypy.HTTPRedirect("/members/login")
        cherrypy.session["visits"] = visits = cherrypy.session.get("visits", 0) + 1
        return _page("Members", f'<p id="greeting">Hello {escape(user)}, visit {visits}</p>')

    @cherrypy.expose
    def login(self, user: str = "", password: str = "") -> str:
        """Log in with a form."""
        if user and password == "earl grey":  # noqa: S105 - a sample
            cherrypy.session["user"] = user
            raise cherrypy.HTTPRedirect("/members/")
        return _page("Log in", _LOGIN)

    @cherrypy.expose
    def leak(self) -> str:
        """Put a card number into the session, where it stays."""
        cherrypy.session["card_number"] = "4929 1234 5678 9010"
        cherrypy.session["basket"] = ["assam"] * 3
        return _page("Paid", "<p>Paid by card.</p>")


_LOGIN = """
<form method="post">
  <label>Name <input name="user"></label>
  <label>Password <input name="password" type="password"></label>
  <button id="login">Log in</button>
</form>
"""


class Counter:
    """A page that comes after a while, as on a busy server."""

    def __init__(self) -> None:
        self.count = 0

    @cherrypy.expose
    def index(self) -> str:
        """Show the count and a form that raises it."""
        form = '<form action="raise_count" method="post"><button id="raise">Raise</button></form>'
        return _page("Counter", f'<p id="count">{self.count}</p>{form}')

    @cherrypy.expose
    def raise_count(self) -> str:
        """Raise the count after a random time of up to 50 ms."""
        time.sleep(_random.uniform(0, 0.05))
        self.count += 1
        page: str = self.index()
        return page


class Clock:
    """Shows the time of the server, and the time of the browser by a script."""

    @cherrypy.expose
    def index(self) -> str:
        """Show both times."""
        hour = time.strftime("%Y-%m-%d %H:%M", time.gmtime())
        return _page("Clock", f'<p id="server">{hour}</p><p id="page"></p>{_CLOCK}')


_CLOCK = """
<script>
  const show = () => {
    page.textContent = new Date().toISOString().slice(0, 16).replace("T", " ");
  };
  show();
  setInterval(show, 50);
</script>
"""


class Untidy:
    """A page that changes the global state of CherryPy."""

    @cherrypy.expose
    def index(self) -> str:
        """Change configuration, tools, bus and tree, and do not change them back."""
        cherrypy.config["tea.discount"] = 0.2
        cherrypy.request.app.config.setdefault("/tea", {})["response.timeout"] = 1
        cherrypy.tools.tea = cherrypy.Tool("before_handler", lambda: None)
        cherrypy.engine.subscribe("log", _listen)
        cherrypy.tree.mount(Clock(), "/sale")
        cherrypy.request.app.root.discounts += 1
        return _page("Sale", "<p>20 % off</p>")


def _listen(_message: str, _level: int) -> None:
    """Do nothing."""


class Faulty(Shop):
    """The whole shop, for either server."""

    def __init__(self) -> None:
        self.members = Members()
        self.counter = Counter()
        self.clock = Clock()
        self.untidy = Untidy()
        self.discounts = 0


class AsyncFaulty(Faulty):
    """The same with coroutines that raise exceptions, for the asyncio server."""

    @cherrypy.expose
    async def reserve(self) -> str:
        """Respond at once; raise an exception later, in a task that nobody awaits."""
        task = asyncio.create_task(self._reserve())
        _tasks.add(task)
        task.add_done_callback(_tasks.discard)
        return _page("Reserved", "<p>Reserved.</p>")

    @cherrypy.expose
    async def weigh(self) -> str:
        """Raise an exception after waiting."""
        await asyncio.sleep(0.01)
        raise OverflowError("the scales only go to 1 kg")

    @staticmethod
    async def _reserve() -> Any:
        await asyncio.sleep(0.01)
        raise LookupError("no shelf is free")


_tasks: set["asyncio.Task[Any]"] = set()


def members() -> cherrypy.Application:
    """Make the shop with sessions for its members."""
    return cherrypy.Application(Faulty(), "", {"/members": SESSIONS, "/": {}})


class MarkedSession(RamSession):
    """Sessions of a third party: kept in memory, and marked as its own."""

    cache: ClassVar[dict[str, Any]] = {}
    locks: ClassVar[dict[str, Any]] = {}

    def _save(self, expiration_time: Any) -> None:
        self._data["kept_by"] = type(self).__name__
        super()._save(expiration_time)


def third_party_members() -> cherrypy.Application:
    """Make the shop with sessions of a class of its own, as in the documentation of CherryPy."""
    config = {**SESSIONS, "tools.sessions.storage_class": MarkedSession}
    return cherrypy.Application(Faulty(), "", {"/members": config})
