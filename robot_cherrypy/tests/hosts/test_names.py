"""The names of a cluster, as containers ask for them by DNS."""

import socket
import struct
import threading

import pytest

from robot_cherrypy.hosts.kubernetes import names

OF_SERVICES = {
    ("shop", "services", "web"): {"spec": {"clusterIP": "10.199.7.20"}},
    ("shop", "services", "database"): {"spec": {"clusterIP": "None"}},
    ("shop", "endpoints", "database"): {
        "subsets": [
            {"addresses": [{"ip": "10.101.7.2", "hostname": "database-0"}, {"ip": "10.102.7.2"}]}
        ]
    },
}


class NamesOfTest(names.Names):
    """Names that ask no API server."""

    def __init__(self):
        super(names.Names, self).__init__(("127.0.0.1", 0), names._Question)

    def _get(self, namespace, kinds, name):
        try:
            return OF_SERVICES[namespace, kinds, name]
        except KeyError:
            raise names.urllib.error.URLError("404") from None


@pytest.fixture
def ask():
    """Return a function that asks for a name and returns the status and the addresses."""

    def ask(name):
        labels = b"".join(bytes([len(each)]) + each.encode() for each in name.split("."))
        question = labels + b"\0" + struct.pack(">HH", 1, 1)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(30)
            client.sendto(b"\x12\x34" + struct.pack(">5H", 0x100, 1, 0, 0, 0) + question, address)
            answer = client.recv(512)
        identifier, flags, questions, records, *_ = struct.unpack(">6H", answer[:12])
        assert (0x1234, 1) == (identifier, questions)
        assert answer[12 : 12 + len(question)] == question
        rest = answer[12 + len(question) :]
        assert len(rest) == 16 * records
        return flags & 15, [socket.inet_ntoa(rest[16 * n + 12 :][:4]) for n in range(records)]

    with NamesOfTest() as server:
        address = server.server_address
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield ask
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("web.shop.svc.cluster.local", (0, ["10.199.7.20"])),
        ("WEB.shop.svc.cluster.local", (0, ["10.199.7.20"])),
        ("database.shop.svc.cluster.local", (0, ["10.101.7.2", "10.102.7.2"])),
        ("database-0.database.shop.svc.cluster.local", (0, ["10.101.7.2"])),
        ("database-1.database.shop.svc.cluster.local", (3, [])),
        ("pod.web.shop.svc.cluster.local", (3, [])),
        ("web.other.svc.cluster.local", (3, [])),
        ("example.com", (3, [])),
    ],
)
def test_services_and_their_pods_have_names(ask, name, expected):
    """A Service is its own address, or those of its pods; nothing else has a name (RFC 1035)."""
    assert expected == ask(name)
