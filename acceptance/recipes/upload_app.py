"""Visitors send files, which are stored in a folder."""

import os
import shutil
import uuid
from html import escape
from pathlib import Path

import cherrypy

FORM = """<!DOCTYPE html><html lang="en"><title>Send a file</title>
<form method="post" action="/send" enctype="multipart/form-data">
  <label>File <input type="file" name="file" required></label>
  <button>Send</button>
</form>"""


class Files:
    @cherrypy.expose
    def index(self):
        return FORM

    @cherrypy.expose
    @cherrypy.tools.allow(methods=["POST"])
    def send(self, file):
        if not getattr(file, "filename", ""):
            raise cherrypy.HTTPError(400, "Please choose a file.")
        stored = Path(
            os.environ["UPLOADS"], uuid.uuid4().hex
        )  # never the name that the client gives
        with stored.open("wb") as target:
            shutil.copyfileobj(file.file, target)
        return f"{escape(file.filename)} has {stored.stat().st_size} bytes."
