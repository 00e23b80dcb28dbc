"""A certificate authority for the run, which signs the certificates of servers under test."""

from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from robot_cherrypy.errors import MissingExtraError, ServerError

if TYPE_CHECKING:
    import trustme

# Names and addresses by which every machine knows itself.
_HERE = ("localhost", "127.0.0.1", "::1")


def write_certificate(folder: Path, names: Collection[str]) -> tuple[Path, Path]:
    """Write the certificate of a server into a folder, and that of the authority.

    Args:
        folder: A folder that nobody else can read.
        names: Names and addresses of the server, besides those of this machine.

    Returns:
        The file with the server's private key, its certificate and that of the authority, which the
        server sends as well; and the file with the certificate of the authority alone.

    Raises:
        MissingExtraError: The package trustme is not installed.
        ServerError: One of the names can be in no certificate.
    """
    authority = _authority()
    try:
        issued = authority.issue_cert(*dict.fromkeys([*_HERE, *names]))
    except ValueError as error:
        raise ServerError(f"There is no certificate for {' and '.join(names)}: {error}.") from error
    parts = (issued.private_key_pem, *issued.cert_chain_pems, authority.cert_pem)
    own, known = folder / "server.pem", folder / "authority.pem"
    own.write_bytes(b"".join(part.bytes() for part in parts))
    authority.cert_pem.write_to_path(str(known))
    return own, known


@cache
def _authority() -> "trustme.CA":
    """Return the authority of this process, which lives as long as that."""
    try:
        import trustme  # noqa: PLC0415 - an optional package
    except ImportError:
        raise MissingExtraError("https=True", "https") from None
    return trustme.CA(organization_name="robot_cherrypy", organization_unit_name="tests")
