"""Pages of templates: the page handler returns the values, the tool renders them."""

import cherrypy
from jinja2 import DictLoader, Environment

TEMPLATES = {  # in an application: a folder, with FileSystemLoader or PackageLoader
    "base.html": (
        "<!DOCTYPE html><html lang='en'><title>{{ title }}</title>"
        "<h1>{{ title }}</h1>{% block content %}{% endblock %}"
    ),
    "books.html": (
        "{% extends 'base.html' %}{% block content %}<ul>"
        "{% for book in books %}<li>{{ book }}{% endfor %}</ul>{% endblock %}"
    ),
}
ENVIRONMENT = Environment(loader=DictLoader(TEMPLATES), autoescape=True)


@cherrypy.tools.register("before_handler", priority=60)
def template(name):
    handler = cherrypy.request.handler

    def render(*args, **kwargs):
        return ENVIRONMENT.get_template(name).render(handler(*args, **kwargs))

    cherrypy.request.handler = render


class Books:
    @cherrypy.expose
    @cherrypy.tools.template(name="books.html")
    def index(self):
        return {"title": "Books", "books": ["Emma", "Dombey & Son"]}
