"""What a WSGI environ says of TLS: the variables of Apache, as PEP 3333 has it."""

import ssl

from cheroot.ssl.builtin import BuiltinSSLAdapter

from robot_cherrypy.asgi import TLS_CONNECTION, Scope


class _Adapter(BuiltinSSLAdapter):
    """CherryPy's own, which knows the variables, for a context that was made elsewhere."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        self._server_env: dict[str, str] = {}


def tls_variables(scope: Scope) -> dict[str, str]:
    """Return what is known of a request's TLS; nothing if it came without.

    Another ASGI server, or one behind a proxy that it trusts, tells no more than the scheme.
    """
    if scope.get("scheme") != "https":
        return {}
    connection: ssl.SSLObject | None = scope.get("extensions", {}).get(TLS_CONNECTION)
    if connection is None:
        return {"HTTPS": "on"}
    variables = _Adapter(connection.context).get_environ(connection)  # type: ignore[no-untyped-call]
    del variables["wsgi.url_scheme"]
    return {name: str(value) for name, value in variables.items()}
