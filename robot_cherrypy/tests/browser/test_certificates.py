"""Certificates that a browser accepts are named by files."""

import base64
import hashlib
import ssl
import threading
from http.server import ThreadingHTTPServer

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from robot_cherrypy import browser
from robot_cherrypy.browser import Settings
from robot_cherrypy.browser.certificates import key_hashes
from robot_cherrypy.errors import BrowserError
from robot_cherrypy.tests.browser.conftest import Page


@pytest.fixture(scope="module")
def certificate():
    """A certificate for this machine, of an authority that nobody knows."""
    return trustme.CA().issue_cert("127.0.0.1")


@pytest.fixture
def file(certificate, tmp_path):
    """The certificate in a file."""
    path = tmp_path / "server.pem"
    certificate.cert_chain_pems[0].write_to_path(path)
    return path


def test_hash_is_that_of_the_public_key(certificate, file):
    """As a package for certificates makes it."""
    [pem] = certificate.cert_chain_pems
    key = x509.load_pem_x509_certificate(pem.bytes()).public_key()
    encoded = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    expected = base64.b64encode(hashlib.sha256(encoded).digest()).decode()
    assert [expected] == key_hashes(file)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nothing", "no certificate"),
        ("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", "a broken certificate"),
    ],
)
def test_file_without_a_certificate(tmp_path, text, message):
    """The error names the file."""
    path = tmp_path / "server.pem"
    path.write_text(text)
    with pytest.raises(BrowserError, match=f"server.pem has {message}"):
        key_hashes(path)


def test_browser_accepts_the_certificate(certificate, file):
    """And no other."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        driver = browser.open_local("auto", Settings(certificates=(str(file),)))
        try:
            driver.get(f"https://127.0.0.1:{server.server_port}/")
            assert "Here" == driver.title
        finally:
            driver.quit()
            server.shutdown()
            thread.join()
