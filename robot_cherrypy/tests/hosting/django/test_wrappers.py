"""A project is recognised in an application that wraps its handler, and that answers itself."""

import pytest
import requests
from django.contrib.auth import get_user_model

from robot_cherrypy.harness.sessions import sessions_of
from robot_cherrypy.hosting.django.wrappers import wraps_project

TIMEOUT = 60
WRAPPED = "robot_cherrypy.tests.hosting.django.wrapped"


def get(server, path, **options):
    """Return the response to a GET request."""
    return requests.get(f"{server.url}{path}", timeout=TIMEOUT, **options)


@pytest.mark.parametrize("name", ["router", "slots", "closure", "static", "function", "coroutine"])
def test_wrapped_project_is_served(launch, book, name):
    """By the wrapper, with static files and sessions as for a project."""
    server = launch(f"{WRAPPED}:{name}")
    response = get(server, "/")
    assert "Ærø &amp; öl" in response.text
    assert "yes" == response.headers["X-Wrapped"]
    assert 200 == get(server, "/static/admin/css/base.css").status_code

    user = get_user_model().objects.create_superuser("ann")
    try:
        cookie = sessions_of(server, "/", TIMEOUT).seed({"user": "ann"})
        page = get(server, "/admin/", cookies={cookie.name: cookie.value})
    finally:
        user.delete()
    assert "Site administration" in page.text


def test_wrapped_project_can_be_taken_off_the_tree(launch, book):
    """With its static files."""
    server = launch("robot_cherrypy.tests.hosting.frameworks:Beside")
    server.mount(f"{WRAPPED}:router", "/books", {})
    assert "Ærø &amp; öl" in get(server, "/books/").text
    server.unmount("/books")
    statuses = [get(server, path).status_code for path in ("/books/", "/static/shelf/shelf.css")]
    assert [404, 404] == statuses


@pytest.mark.parametrize("kind", ["threaded"])
def test_application_with_django_below_a_path_is_no_project(launch):
    """Its own pages stay its own, also at the path of Django's static files."""
    from robot_cherrypy.tests.hosting.django import wrapped

    assert not wraps_project(wrapped.dispatcher)
    assert "my own" == get(launch(f"{WRAPPED}:dispatcher"), "/static/a.css").text
