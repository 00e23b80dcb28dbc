"""A shop with opening hours, and a page with a clock."""

from datetime import datetime

import cherrypy

PAGE = """<!DOCTYPE html><html lang="en"><title>Shop</title><h1>{}</h1>
<p id="waited"></p>
<script>
  const opened = Date.now();
  setInterval(() => {{
    if (Date.now() - opened >= 600000) waited.textContent = "Still there?";
  }}, 100);
</script>"""


class Shop:
    @cherrypy.expose
    def index(self):
        is_open = 9 <= datetime.now().hour < 18
        return PAGE.format("Open" if is_open else "Closed")
