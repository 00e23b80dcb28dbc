"""Pages in the language that the visitor's browser prefers."""

import gettext
import io
from pathlib import Path

import cherrypy
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

FOLDER = Path(__file__).with_name("locale")


def catalog(file):
    compiled = io.BytesIO()
    with file.open("rb") as texts:
        write_mo(compiled, read_po(texts))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


CATALOGS = {file.parts[-3]: catalog(file) for file in FOLDER.glob("*/LC_MESSAGES/messages.po")}
CATALOGS["en"] = gettext.NullTranslations()  # the language of the source


@cherrypy.tools.register("before_handler")
def languages():
    cherrypy.response.headers["Vary"] = "Accept-Language"
    preferred = cherrypy.request.headers.elements("Accept-Language")  # the best first
    known = [item.value[:2] for item in preferred if item.value[:2] in CATALOGS]
    language = known[0] if known else "en"
    cherrypy.response.headers["Content-Language"] = language
    cherrypy.request.translate = CATALOGS[language].gettext


class Site:
    _cp_config = {"tools.languages.on": True}

    @cherrypy.expose
    def index(self):
        _ = cherrypy.request.translate
        return f"<!DOCTYPE html><title>{_('Tea')}</title><h1>{_('Good morning')}</h1>"
