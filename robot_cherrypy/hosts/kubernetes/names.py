"""The names of a cluster by DNS, as far as stacks use them (RFC 1035); Debian has no CoreDNS.

    names.py FOLDER ADDRESS

FOLDER has the certificates, ADDRESS is that of the API server, and names are served there.
SERVICE.NAMESPACE.svc.cluster.local is the address of a Service, or if it has none ("headless")
those of its ready pods; POD.SERVICE.… is that of one of them. Other names do not exist. It runs by
itself, beside the control plane, and imports nothing of this package.
"""

import json
import re
import socketserver
import ssl
import struct
import sys
import urllib.error
import urllib.request
from typing import Any

# How long a client may remember a response, in seconds.
_TTL = 2

_ADDRESS, _INTERNET = 1, 1
_RESPONSE, _NO_SUCH_NAME = 0x8580, 3

# Where the name of the question begins, to which that of each record points.
_QUESTION = 12

_NAME = re.compile(
    r"(?:(?P<pod>[^.]+)\.)?(?P<service>[^.]+)\.(?P<namespace>[^.]+)\.svc\.cluster\.local"
)


class Names(socketserver.ThreadingUDPServer):
    """Serves the names of Services and their pods.

    Args:
        folder: Where the certificates are.
        address: That of the API server, at which names are served.
    """

    def __init__(self, folder: str, address: str) -> None:
        super().__init__((address, 53), _Question)
        self._server = f"https://{address}:6443/api/v1/namespaces"
        self._trust = ssl.create_default_context(cafile=f"{folder}/ca.crt")
        self._trust.load_cert_chain(f"{folder}/admin.crt", f"{folder}/admin.key")

    def addresses(self, name: str) -> list[str] | None:
        """Return the addresses of a name; None if there is no such name."""
        match = _NAME.fullmatch(name)
        if not match:
            return None
        try:
            service = self._get(match["namespace"], "services", match["service"])
            address = service["spec"]["clusterIP"]
            if address != "None":
                return None if match["pod"] else [address]
            endpoints = self._get(match["namespace"], "endpoints", match["service"])
        except urllib.error.URLError:
            return None
        found = [
            each["ip"]
            for subset in endpoints.get("subsets", ())
            for each in subset.get("addresses", ())
            if match["pod"] in {None, each.get("hostname")}
        ]
        return found or None

    def _get(self, namespace: str, kinds: str, name: str) -> Any:
        url = f"{self._server}/{namespace}/{kinds}/{name}"
        with urllib.request.urlopen(url, context=self._trust, timeout=5) as response:  # noqa: S310 - https
            return json.load(response)


class _Question(socketserver.BaseRequestHandler):
    server: Names

    def handle(self) -> None:
        """Send the addresses of the name that is asked for."""
        data, socket = self.request
        labels, at = [], _QUESTION
        while data[at]:
            labels.append(data[at + 1 : at + 1 + data[at]].decode().lower())
            at += 1 + data[at]
        (kind,) = struct.unpack_from(">H", data, at + 1)
        addresses = self.server.addresses(".".join(labels))
        records = [
            struct.pack(">HHHIH", 0xC000 + _QUESTION, _ADDRESS, _INTERNET, _TTL, 4)
            + bytes(map(int, address.split(".")))
            for address in addresses or ()
            if kind == _ADDRESS
        ]
        flags = _RESPONSE | (_NO_SUCH_NAME if addresses is None else 0)
        header = data[:2] + struct.pack(">HHHHH", flags, 1, len(records), 0, 0)
        socket.sendto(header + data[_QUESTION : at + 5] + b"".join(records), self.client_address)


if __name__ == "__main__":
    Names(*sys.argv[1:]).serve_forever()
