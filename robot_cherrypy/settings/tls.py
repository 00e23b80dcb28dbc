"""TLS as the settings of `cherrypy.server` describe it, by Python's `ssl`."""

import re
import ssl
from pathlib import Path
from typing import Any, NoReturn

from robot_cherrypy.errors import ServerError

# The value of `server.ssl_module` for Python's `ssl`.
BUILTIN = "builtin"

# The labels of PEM (RFC 7468) that OpenSSL accepts for certificates and for keys.
_CERTIFICATE = re.compile(rb"-----BEGIN ([A-Z0-9]+ )?CERTIFICATE-----")
_KEY = re.compile(rb"-----BEGIN ([A-Z0-9]+ )?PRIVATE KEY-----")


class _EncryptedKeyError(Exception):
    """A key has a pass phrase."""


def context_for(settings: Any) -> ssl.SSLContext | None:
    """Return the TLS context that settings contain or describe; None if they describe none.

    Raises:
        ServerError: They describe one that cannot be made. The message names the setting, its
            value and its file.
    """
    given = settings.ssl_context
    if not (given or settings.ssl_certificate):
        return None
    module = settings.ssl_module or BUILTIN
    if str(module).lower() != BUILTIN:
        raise ServerError(
            f"server.ssl_module is {module!r}: the asyncio server has nothing but {BUILTIN!r}."
        )
    if given:
        check_context(given)
    return given or _context_of_files(settings)


def check_context(context: Any) -> None:
    """Check what is given as `server.ssl_context` for the module `builtin`.

    Raises:
        ServerError: It is no `ssl.SSLContext`.
    """
    if not isinstance(context, ssl.SSLContext):
        raise ServerError(f"server.ssl_context is {context!r}: it has to be an ssl.SSLContext.")


def check_files(settings: Any) -> None:
    """Check the files that settings name for TLS.

    Raises:
        ServerError: See `context_for`.
    """
    if settings.ssl_certificate:
        _context_of_files(settings)


def _context_of_files(settings: Any) -> ssl.SSLContext:
    certificate, key = settings.ssl_certificate, settings.ssl_private_key
    if not _CERTIFICATE.search(_read(settings, "ssl_certificate")):
        _refuse(settings, "ssl_certificate", "the file holds no certificate in PEM format")
    key_setting = "ssl_private_key" if key else "ssl_certificate"
    if not _KEY.search(_read(settings, key_setting)):
        _refuse(settings, key_setting, "the file holds no private key in PEM format")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        # Without a function for the pass phrase, OpenSSL would ask for it on the terminal.
        context.load_cert_chain(certificate, key or None, _refuse_to_ask)
    except _EncryptedKeyError:
        _refuse(
            settings,
            key_setting,
            "the private key has a pass phrase. Use a key without one, or an ssl.SSLContext with"
            " the key as server.ssl_context",
        )
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            _refuse(settings, key_setting, "the private key is not that of the certificate")
        _refuse(settings, _guilty(certificate), f"it cannot be loaded: {_reason(error)}")
    _add_chain(context, settings)
    _add_ciphers(context, settings)
    return context


def _refuse_to_ask() -> NoReturn:
    raise _EncryptedKeyError


def _guilty(certificate: Any) -> str:
    """Return which of the two settings names what OpenSSL could not load."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_verify_locations(certificate)
    except ssl.SSLError:
        return "ssl_certificate"
    return "ssl_private_key"


def _add_chain(context: ssl.SSLContext, settings: Any) -> None:
    if settings.ssl_certificate_chain:
        _read(settings, "ssl_certificate_chain")
        try:
            context.load_verify_locations(settings.ssl_certificate_chain)
        except ssl.SSLError as error:
            _refuse(settings, "ssl_certificate_chain", f"it cannot be loaded: {_reason(error)}")


def _add_ciphers(context: ssl.SSLContext, settings: Any) -> None:
    if settings.ssl_ciphers:
        try:
            context.set_ciphers(settings.ssl_ciphers)
        except (ssl.SSLError, TypeError, ValueError) as error:
            _refuse(settings, "ssl_ciphers", _reason(error))


def _read(settings: Any, name: str) -> bytes:
    """Return the contents of the file that a setting names."""
    value = getattr(settings, name)
    try:
        return Path(value).read_bytes()
    except (OSError, TypeError, ValueError) as error:
        _refuse(settings, name, _reason(error))


def _refuse(settings: Any, name: str, reason: str) -> NoReturn:
    value = getattr(settings, name)
    is_relative = isinstance(value, str) and name != "ssl_ciphers" and not Path(value).is_absolute()
    folder = f" (in {Path.cwd()})" if is_relative else ""
    raise ServerError(f"server.{name} is {value!r}{folder}: {reason}.")


def _reason(error: Exception) -> str:
    known = getattr(error, "reason", None) or getattr(error, "strerror", None)
    return str(known or error.args[-1]).rstrip(".")
