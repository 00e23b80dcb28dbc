"""An application whose pages make it hard to look at them."""

import cherrypy

_ROWS = "".join(f"<p>row {number}</p>" for number in range(2_000))


class Pages:
    """One page for each trouble."""

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
    def nothing(self) -> None:
        """Return nothing."""
