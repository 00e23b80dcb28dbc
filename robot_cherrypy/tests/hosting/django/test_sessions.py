"""Sessions of a project are made and read whatever its backends are."""

import pytest
import requests
from django.contrib.auth import get_user_model, user_logged_in
from django.contrib.messages import info
from django.test import override_settings

from robot_cherrypy.errors import SessionError

ENGINES = ["db", "cache", "cached_db", "file", "signed_cookies"]
URL = "http://127.0.0.1:1"


# Where the backends are.
OURS = "robot_cherrypy.tests.hosting.django.backends"
DJANGO = "django.contrib.auth.backends.ModelBackend"


def sessions_at(url):
    """The sessions of the project; their module can be imported once Django is set up."""
    from robot_cherrypy.harness.django_sessions import DjangoSessions

    return DjangoSessions(url)


@pytest.fixture
def ann():
    """A user."""
    user = get_user_model().objects.create_superuser("ann")
    yield user
    user.delete()


@pytest.mark.parametrize("others", [[], ["Permissions"], ["MorePermissions", "Permissions"]])
def test_user_is_logged_in_by_the_backend_that_knows_users(launch, ann, others):
    """Backends that only give permissions may stand before it."""
    backends = [*(f"{OURS}.{name}" for name in (*others, "Users")), DJANGO]
    with override_settings(AUTHENTICATION_BACKENDS=backends):
        server = launch("sample_app.djangosite.settings")
        cookie = sessions_at(server.url).seed({"user": "ann", "visits": 3})
        session = sessions_at(server.url).read(cookie.value)
        page = requests.get(f"{server.url}/admin/", cookies={cookie.name: cookie.value}, timeout=20)
    assert (f"{OURS}.Users", 3) == (session["_auth_user_backend"], session["visits"])
    assert "Site administration" in page.text


def test_user_whom_no_backend_knows_is_refused(ann):
    """Such as one who may not log in."""
    ann.is_active = False
    ann.save()
    with pytest.raises(SessionError, match="None of AUTHENTICATION_BACKENDS knows user 'ann'"):
        sessions_at(URL).seed({"user": "ann"})


@pytest.mark.parametrize("engine", ENGINES)
def test_session_is_read_from_each_engine(engine, tmp_path):
    """Also where the server keeps nothing of it."""
    name = f"django.contrib.sessions.backends.{engine}"
    with override_settings(SESSION_ENGINE=name, SESSION_FILE_PATH=str(tmp_path)):
        sessions = sessions_at(URL)
        cookie = sessions.seed({"visits": 3})
        assert {"visits": 3} == sessions.read(cookie.value)
        assert {} == sessions.read(sessions.seed({}).value)
        with pytest.raises(SessionError, match="There is no session 'abcdefgh…' any more"):
            sessions.read("abcdefghijklmnopqrstuvwxyz012345")


def test_receivers_of_a_login_get_a_request_of_a_client(ann):
    """With its address, the server's host, a user, and messages."""
    seen = []

    def receive(sender, request, user, **_facts):
        info(request, "Welcome")
        seen.append((request.META["REMOTE_ADDR"], request.build_absolute_uri("/a"), request.user))

    user_logged_in.connect(receive)
    try:
        sessions_at("https://127.0.0.1:8443").seed({"user": "ann"})
    finally:
        user_logged_in.disconnect(receive)
    assert [("127.0.0.1", "https://127.0.0.1:8443/a", ann)] == seen
