"""Certificates of servers that a browser accepts, though no authority that it knows signed them."""

import base64
import hashlib
import ssl
from collections.abc import Iterator
from pathlib import Path

from robot_cherrypy.errors import BrowserError

# In the place of files with certificates: all are accepted.
ANY = "any"

_BEGIN = "-----BEGIN CERTIFICATE-----"
_END = "-----END CERTIFICATE-----"

# The tag of the version in DER (ITU-T X.690): context-specific, number 0.
_VERSION = 0xA0


def key_hashes(file: Path) -> list[str]:
    """Return what Chromium's `--ignore-certificate-errors-spki-list` needs for a file.

    That are SHA-256 hashes, in Base64, of the `subjectPublicKeyInfo` of each certificate.

    Args:
        file: Certificates in PEM format.

    Raises:
        BrowserError: The file cannot be read, or has no certificate.
    """
    try:
        return [_hash(certificate) for certificate in certificates_in(file)]
    except (ValueError, IndexError) as error:
        raise BrowserError(f"{file} has a broken certificate: {error}") from error


def certificates_in(file: Path) -> list[bytes]:
    """Return the certificates in a file, in DER format.

    Args:
        file: Certificates in PEM format.

    Raises:
        BrowserError: The file cannot be read, or has no certificate.
    """
    try:
        text = file.read_text("ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise BrowserError(f"The certificate {file} cannot be read: {error}") from error
    parts = [part.partition(_END)[0] for part in text.split(_BEGIN)[1:]]
    if not parts:
        raise BrowserError(f"{file} has no certificate: '{_BEGIN}' is not in it.")
    try:
        return [ssl.PEM_cert_to_DER_cert(f"{_BEGIN}{part}{_END}\n") for part in parts]
    except ValueError as error:
        raise BrowserError(f"{file} has a broken certificate: {error}") from error


def _hash(certificate: bytes) -> str:
    """Return the hash for a certificate in DER format (RFC 5280, 4.1)."""
    [(_, _, whole)] = _elements(certificate)
    _, _, signed = next(_elements(whole))
    fields = [element for tag, element, _ in _elements(signed) if tag != _VERSION]
    # serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo
    return base64.b64encode(hashlib.sha256(fields[5]).digest()).decode()


def _elements(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield the elements of a DER sequence: the tag, the whole element, and its content."""
    start = 0
    while start < len(data):
        length, content = data[start + 1], start + 2
        if length > 0x7F:  # the number of bytes that have the length
            size = length & 0x7F
            length = int.from_bytes(data[content : content + size])
            content += size
        end = content + length
        if end > len(data):
            raise ValueError("it ends too early")
        yield data[start], data[start:end], data[content:end]
        start = end
