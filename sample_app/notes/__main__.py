"""Runs the migrations of the notes application, before its instances start.

python -m sample_app.notes CONFIG
"""

import sys

from cherrypy.lib import reprconf

from sample_app.notes.database import migrate
from sample_app.notes.settings import Settings

if len(sys.argv) != 2:
    sys.exit(__doc__)
settings = Settings()
for name, value in reprconf.Parser.load(sys.argv[1]).get("/", {}).items():
    if name.startswith("notes."):
        settings.set_entry(name.removeprefix("notes."), value)
migrate(settings.database_url)
