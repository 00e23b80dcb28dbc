"""Pages that only some users may see."""

import cherrypy
from cherrypy.lib import auth_basic

PASSWORDS = {"ada": "engine", "grace": "compiler"}
ROLES = {"ada": {"reader"}, "grace": {"reader", "editor"}}


@cherrypy.tools.register("before_handler")
def needs_role(role):
    if role not in ROLES[cherrypy.request.login]:
        raise cherrypy.HTTPError(403, f"This page is for each {role}.")


class Articles:
    _cp_config = {
        "tools.auth_basic.on": True,
        "tools.auth_basic.realm": "articles",
        "tools.auth_basic.checkpassword": auth_basic.checkpassword_dict(PASSWORDS),
        "tools.needs_role.on": True,
        "tools.needs_role.role": "reader",
    }

    @cherrypy.expose
    def index(self):
        return "All articles"

    @cherrypy.expose
    @cherrypy.tools.needs_role(role="editor")
    def edit(self):
        return "An editor writes."
