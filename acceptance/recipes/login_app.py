"""Visitors log in by a form. The pages below /members need it."""

import hashlib
import hmac
import secrets
from html import escape

import cherrypy

FORM = """<!DOCTYPE html><html lang="en"><title>Log in</title>
<form method="post">
  <label>Name <input name="name" required></label>
  <label>Password <input name="password" type="password" required></label>
  <button>Log in</button>
</form>"""


def hashed(password, salt):
    return hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1)


SALT = secrets.token_bytes(16)
ACCOUNTS = {"ada": (SALT, hashed("difference engine", SALT))}  # in an application: a table


def is_known(name, password):
    salt, expected = ACCOUNTS.get(name, (SALT, b""))  # a name that is unknown takes as long
    return hmac.compare_digest(hashed(password, salt), expected)


@cherrypy.tools.register("before_handler")
def login_required():
    cherrypy.request.login = cherrypy.session.get("name")
    if cherrypy.request.login is None:
        raise cherrypy.HTTPRedirect("/login")


class Members:
    _cp_config = {"tools.login_required.on": True}

    @cherrypy.expose
    def index(self):
        name = escape(cherrypy.request.login)
        return f"<!DOCTYPE html><html lang='en'><title>Members</title><p>Hello, {name}."


class Site:
    _cp_config = {"tools.sessions.on": True, "tools.sessions.httponly": True}

    def __init__(self):
        self.members = Members()

    @cherrypy.expose
    def login(self, name="", password=""):
        if cherrypy.request.method != "POST":
            return FORM
        if not is_known(name, password):
            raise cherrypy.HTTPError(403, "The name or the password is wrong.")
        cherrypy.session.regenerate()  # an identifier that somebody has planted is worth nothing
        cherrypy.session["name"] = name
        raise cherrypy.HTTPRedirect("/members/")

    @cherrypy.expose
    @cherrypy.tools.allow(methods=["POST"])
    def logout(self):
        cherrypy.session.clear()
        cherrypy.session.regenerate()
        raise cherrypy.HTTPRedirect("/login")
