"""An application that shows secrets of its visitors, and a page that loads from elsewhere."""

import base64
import json
import os
import sys
import threading
from html import escape
from typing import Any

import cherrypy
from planted import HIDDEN, SAID

_FORM = """<!DOCTYPE html><title>Log in</title><form action="login" method="post">
<input id="user" name="user"><input id="secret" type="password" name="word">
<input id="number" name="number" autocomplete="one-time-code">
<button id="send">Log in</button></form><div id="host"></div>
<iframe id="inner" srcdoc="<input id=framed type=password>"></iframe><script>
const root = document.getElementById("host").attachShadow({mode: "open"});
root.innerHTML = "<input id=shadowed type=password>";
addEventListener("submit", () => {
  const framed = document.getElementById("inner").contentDocument.getElementById("framed");
  for (const field of [root.getElementById("shadowed"), framed])
    document.getElementById("user").value += " " + field.value;
});</script>"""

_MARKUP = """<!DOCTYPE html><title>Markup</title><meta name="csrf-token" content="{}">
<input type="hidden" name="csrf_token" value="{}"><p data-token="{}">Text</p>
<input name="api_key" value="{}"><script>console.error(JSON.stringify({{token: "{}"}}))</script>"""

_REMOTE = """<!DOCTYPE html><html><head><title>Remote</title>
<link rel="stylesheet" href="{0}/link.css"><link rel="preload" as="image" href="{0}/preload.png">
<link rel="icon" href="{0}/icon.png"><style>@import "{0}/import.css";
body {{ background: url({0}/background.png) }}
@font-face {{ font-family: f; src: url({0}/font.woff) }} p {{ font-family: f }}</style>
<base href="{0}/base/"></head><body><p>Text</p>
<img src="{0}/image.png" srcset="{0}/set.png 2x"><video poster="{0}/poster.png"></video>
<video src="{0}/video.mp4" autoplay muted></video><audio src="{0}/audio.mp3" preload="auto"></audio>
<iframe src="{0}/frame.html"></iframe><object data="{0}/object.svg"></object>
<embed src="{0}/embed.svg"><input type="image" src="{0}/input.png">
<svg><image href="{0}/svg.png" /></svg><table background="{0}/table.png"><tr><td>x</table>
<img src="relative.png"><img src="{0}/x" onerror="fetch('{0}/onerror')">
<script>fetch("{0}/script"); console.error("<img src={0}/console.png>");
document.title = "<img src={0}/title.png onerror=fetch('{0}/title')>"</script></body></html>"""

# Python prints the errors of threads, and Robot logs what is printed in its process.
threading.excepthook = lambda _args: None


class Leaking:
    """Says in errors, pages and logs what it was told in confidence."""

    @cherrypy.expose
    def index(self) -> str:
        """Return a form to log in."""
        return _FORM

    @cherrypy.expose
    def login(self, user: str = "", word: str = "", number: str = "") -> str:
        """Show the password in many spellings, and raise an error with it in a log."""
        word = word or number or user.rpartition(" ")[2]
        cherrypy.log(f"{user} came with {word} and {json.dumps(word)}")
        cherrypy.log(f"{user} has {word!r}: {base64.b64encode(word.encode()).decode()}")
        try:
            self._let_in(word)
        except ValueError:
            cherrypy.log("Nobody came in", traceback=True)
        return f"<title>Welcome {escape(word)}</title><p data-x='{escape(word)}'>{escape(word)}"

    @staticmethod
    def _let_in(word: str) -> None:
        raise ValueError(f"{word} is wrong, as {json.dumps({'a': word})}")

    @cherrypy.expose
    def api(self, **_parameters: Any) -> None:
        """Raise an error with all that came."""
        raise ValueError(cherrypy.request.request_line, cherrypy.request.header_list)

    @cherrypy.expose
    def upload(self, **_parameters: Any) -> None:
        """Raise an error with the body of the request."""
        body = cherrypy.request.body.fp.read() if cherrypy.request.body.processors else b""
        raise ValueError(body.decode())

    @cherrypy.expose
    def say(self) -> str:
        """Say secrets in a log, on a thread, in a session, in headers and on the console."""
        for said in SAID:
            cherrypy.log(said)
        if "serve" in sys.argv:  # else Robot logs it as it is
            print(*SAID, sep="\n")  # noqa: T201 - the output of a child process
        key = os.environ["SHOP_API_KEY"]
        cherrypy.session["note"] = key
        thread = threading.Thread(target=self._fail, args=(key,), name=f"with {key}")
        thread.start()
        thread.join()
        cherrypy.response.headers["Authentication-Info"] = key
        cherrypy.response.headers["Set-Cookie"] = f"remember={key}; Path=/"
        raise cherrypy.HTTPError(500, "; ".join(SAID))

    @staticmethod
    def _fail(key: str) -> None:
        raise ValueError(f"no shop for {key}")

    @cherrypy.expose
    def markup(self) -> str:
        """Return a page that has secrets in its markup and writes one to its console."""
        return _MARKUP.format(*HIDDEN)

    @cherrypy.expose
    def remote(self, address: str) -> str:
        """Return a page that loads much from another address."""
        return _REMOTE.format(address)
