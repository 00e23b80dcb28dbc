"""A form that other sites cannot send in a visitor's name."""

import hmac
import secrets

import cherrypy

FORM = """<!DOCTYPE html><html lang="en"><title>Order</title>
<form method="post" action="/order">
  <input type="hidden" name="csrf_token" value="{}">
  <button>Order tea</button>
</form>"""


@cherrypy.tools.register("before_handler", priority=60)
def csrf():
    token = cherrypy.session.setdefault("csrf_token", secrets.token_urlsafe())
    sent = cherrypy.request.params.pop("csrf_token", "")
    is_safe = cherrypy.request.method in {"GET", "HEAD", "OPTIONS"}
    if not is_safe and not hmac.compare_digest(sent.encode(), token.encode()):
        raise cherrypy.HTTPError(403, "The form is too old, or not ours.")


class Shop:
    _cp_config = {"tools.sessions.on": True, "tools.csrf.on": True}

    @cherrypy.expose
    def index(self):
        return FORM.format(cherrypy.session["csrf_token"])

    @cherrypy.expose
    @cherrypy.tools.allow(methods=["POST"])
    def order(self):
        return "Tea is on its way."
