"""The server tells open pages what is new, by server-sent events."""

import queue
import weakref

import cherrypy

PAGE = """<!DOCTYPE html><html lang="en"><title>News</title>
<ul id="news"></ul>
<script>
  const events = new EventSource("/events");
  events.onopen = () => document.getElementById("news").className = "live";
  events.onmessage = event => {
    const item = document.createElement("li");
    item.textContent = event.data;
    document.getElementById("news").append(item);
  };
</script>"""


class News:
    def __init__(self):
        self.readers = weakref.WeakSet()  # a reader goes with its stream
        cherrypy.engine.subscribe("stop", self.close, priority=10)  # before the server waits

    @cherrypy.expose
    def index(self):
        return PAGE

    @cherrypy.expose
    @cherrypy.config(**{"response.stream": True, "tools.encode.on": False})
    def events(self):
        cherrypy.response.headers["Content-Type"] = "text/event-stream"
        cherrypy.response.headers["Cache-Control"] = "no-cache"
        reader = queue.SimpleQueue()
        self.readers.add(reader)
        return self.stream(reader)

    def stream(self, reader):
        yield b": welcome\n\n"
        while True:
            try:
                text = reader.get(timeout=15)
            except queue.Empty:
                yield b": still here\n\n"  # so that a page that was closed is noticed
            else:
                if text is None:
                    return
                yield f"data: {text}\n\n".encode()

    @cherrypy.expose
    @cherrypy.tools.allow(methods=["POST"])
    def tell(self, text):
        for reader in tuple(self.readers):
            reader.put(" ".join(text.splitlines()))

    def close(self):
        for reader in tuple(self.readers):
            reader.put(None)
