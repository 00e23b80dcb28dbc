"""An application whose pages make it hard to look at them."""

import threading

import cherrypy

_ROWS = "".join(f"<p>row {number}</p>" for number in range(2_000))


class Pages:
    """One page for each trouble."""

    def __init__(self) -> None:
        self._is_released = threading.Event()

    @cherrypy.expose
    def index(self) -> str:
        """Return a page that does nothing special."""
        return "<title>Quiet</title><h1>Quiet</h1>"

    @cherrypy.expose
    def long(self) -> str:
        """Return a page of some 60,000 pixels, whose end is in view."""
        script = "scrollTo(0, 9e9); onresize = () => document.title = 'resized'"
        ready = f"addEventListener('load', () => {{{script}}})"
        return f"<title>Long</title>{_ROWS}<script>{ready}</script>"

    @cherrypy.expose
    def heavy(self) -> str:
        """Return a page whose document has 20 MB."""
        script = "document.body.innerHTML = '<p>heavy</p>'.repeat(1.6e6)"
        return f"<title>Heavy</title><body><script>{script}</script>"

    @cherrypy.expose
    def chatty(self) -> str:
        """Return a page that writes 20,000 lines on its console, an error before them."""
        script = "console.error('first'); for (let n = 0; n < 2e4; n++) console.log(n)"
        return f"<title>Chatty</title><script>{script}</script>"

    @cherrypy.expose
    def greedy(self) -> str:
        """Return a page that sends 1,000 requests."""
        script = "for (let n = 0; n < 1e3; n++) fetch('/nothing')"
        return f"<title>Greedy</title><script>{script}</script>"

    @cherrypy.expose
    def leaving(self) -> str:
        """Return a page that is left for one that does not come."""
        script = "setTimeout(() => { location = '/held' }, 500)"
        return f"<title>Leaving</title><p>The old page<script>{script}</script>"

    @cherrypy.expose
    def held(self) -> str:
        """Return a page once it is released."""
        self._is_released.wait(60)
        return "<title>Held</title>"

    @cherrypy.expose
    def release(self) -> None:
        """Let the page come that is held."""
        self._is_released.set()

    @cherrypy.expose
    def nothing(self) -> None:
        """Return nothing."""
