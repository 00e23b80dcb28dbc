"""A visitor without a browser: asks for pages, and keeps cookies."""

import requests
from robot.api.deco import keyword, library
from robot.libraries.BuiltIn import BuiltIn


@library(scope="SUITE")
class visitor:  # noqa: N801 - Robot imports a library by the name of its file
    def __init__(self):
        self.session = requests.Session()

    @keyword
    def visit(self, path, method="GET", **options):
        """Return the response of the current server, whatever its status.

        Options are those of `requests`, such as ``data``, ``json``, ``headers`` and ``files``.
        """
        url = BuiltIn().get_library_instance("robot_cherrypy").get_server_url() + path
        return self.session.request(method, url, timeout=10, **options)

    @keyword
    def page_should_say(self, path, text):
        """Fail unless a page is there and has this text."""
        response = self.visit(path)
        response.raise_for_status()
        if text not in response.text:
            raise AssertionError(f"{path} should say '{text}', but says '{response.text}'.")

    @keyword
    def status_should_be(self, path, status: int, method="GET", **options):
        """Fail unless a page has this status. Redirects are not followed."""
        response = self.visit(path, method, allow_redirects=False, **options)
        if response.status_code != status:
            raise AssertionError(f"{path} should be {status}, but is {response.status_code}.")
