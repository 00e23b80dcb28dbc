"""The authority of a run signs certificates that clients accept who know it."""

import socket
import ssl
import threading

import pytest

from robot_cherrypy.errors import ServerError
from robot_cherrypy.harness.authority import write_certificate


@pytest.fixture
def files(tmp_path):
    """A server's file and the authority's."""
    return write_certificate(tmp_path, ["0.0.0.0", "ci.example"])


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "ci.example"])
def test_names_are_accepted(files, name):
    """Of this machine, and those that were given."""
    assert name in shake_hands(files, name)


def test_other_names_are_not_accepted(files):
    """As by any authority."""
    with pytest.raises(ssl.SSLCertVerificationError, match="not valid for"):
        shake_hands(files, "other.example")


def test_servers_have_one_authority(files, tmp_path):
    """So a browser needs to know one certificate."""
    folder = tmp_path / "second"
    folder.mkdir()
    _own, known = write_certificate(folder, [])
    assert files[1].read_bytes() == known.read_bytes()


def test_name_that_no_certificate_can_have(tmp_path):
    """The error has it."""
    with pytest.raises(ServerError, match=r"^There is no certificate for ci_one\.example: "):
        write_certificate(tmp_path, ["ci_one.example"])


def shake_hands(files, name):
    """Connect a client to a server, and return the names in the server's certificate."""
    own, known = files
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(own)
    client = ssl.create_default_context(cafile=str(known))
    ends = socket.socketpair()
    with ends[0], ends[1]:
        thread = threading.Thread(target=_serve, args=(server, ends[0]))
        thread.start()
        try:
            with client.wrap_socket(ends[1], server_hostname=name) as secure:
                names = secure.getpeercert()["subjectAltName"]
        finally:
            ends[1].close()
            thread.join()
    return [text for _kind, text in names]


def _serve(context, connection):
    try:
        with context.wrap_socket(connection, server_side=True):
            pass
    except (ssl.SSLError, OSError):
        pass
