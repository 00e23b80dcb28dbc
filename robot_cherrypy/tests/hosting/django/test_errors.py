"""Errors of a project are known with their exceptions, also where Django logs none."""

import logging
import time

import pytest
import requests
from django.test import override_settings

from robot_cherrypy.tests.hosting.django.conftest import SETTINGS
from robot_cherrypy.traffic.journal import JOURNAL


def test_project_without_a_lifespan_has_no_error(launch):
    """Django refuses the lifespan of ASGI, which the specification allows."""
    start = time.monotonic()
    server = launch(SETTINGS)
    requests.get(f"{server.url}/", timeout=20)
    server.stop()
    assert [] == [error for error in JOURNAL.new_errors if error.at >= start]


@pytest.mark.parametrize("page", ["/fail", "/miss"])
@pytest.mark.parametrize("is_logged", [True, False])
def test_error_has_its_exception(launch, monkeypatch, page, is_logged):
    """Django's signal tells of it."""
    urls = "robot_cherrypy.tests.hosting.django.failing_urls"
    with override_settings(DEBUG=False, ROOT_URLCONF=urls, ALLOWED_HOSTS=["*"]):
        server = launch(SETTINGS)
        requests.get(f"{server.url}/nowhere-else", timeout=20)
        monkeypatch.setattr(logging.getLogger("django.request"), "disabled", not is_logged)
        start = time.monotonic()
        requests.get(server.url + page, timeout=20)
        server.wait_for_end(start, 60)
    errors = [error for error in JOURNAL.new_errors if error.path == page and error.at >= start]
    assert ["LookupError"] == [error.type for error in errors]
    assert "Traceback" in errors[0].traceback
