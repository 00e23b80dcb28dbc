"""Secrets known by their values: from keywords, variables, requests and the environment."""

import base64
import binascii
import os
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote

from robot.errors import RobotError
from robot.libraries.BuiltIn import BuiltIn, RobotNotRunningError

from robot_cherrypy.evidence.masking import Masker
from robot_cherrypy.evidence.secret_names import is_secret_name
from robot_cherrypy.traffic.exchange import Exchange

# Keywords of SeleniumLibrary and Browser whose second argument is a secret, and those where it is
# one if the first names a secret, such as `id:password`.
_SECRET_KEYWORDS = frozenset({"Input Password", "Fill Secret", "Type Secret"})
_TEXT_KEYWORDS = frozenset({"Input Text", "Press Keys", "Fill Text", "Type Text"})
_PARAMETERS = frozenset({"locator", "password", "text", "clear", "selector", "secret", "txt"})

_VARIABLE = re.compile(r"[$@&]\{([^{}\[\].]+)")
_USER_INFO = re.compile(r"://[^/:@\s]*+:([^\s]+)@")

# A shorter value of a parameter or of a variable with a telling name is no secret that somebody
# would guard, and might be in every text.
_SHORTEST = 4

# How many secrets are kept, the newest: a run may type a new password in each of its tests.
_MOST = 500

# How many levels of lists and dictionaries in a variable are searched for secrets; a dictionary of
# accounts that are dictionaries has two.
_DEEPEST = 3

# Environment variables that only look like secrets.
_NO_SECRETS = frozenset({"PWD", "OLDPWD"})


class KnownSecrets:
    """The secrets that this run has come to know. Any thread may add some."""

    def __init__(self) -> None:
        self._values: dict[str, None] = {}

    def add(self, values: Iterable[str]) -> None:
        """Mask these values from now on."""
        for value in values:
            self._values.pop(value, None)
            self._values[value] = None
        for value in list(self._values)[:-_MOST]:
            self._values.pop(value, None)

    def add_keyword(self, name: str, arguments: tuple[str, ...]) -> None:
        """Add the secrets that a keyword is about to be called with.

        Args:
            name: Name of the keyword.
            arguments: As the suite has them, without values of variables.
        """
        self.add(_typed(name, arguments))
        for argument in arguments:
            parameter, is_named, value = argument.partition("=")
            if is_named and is_secret_name(parameter):
                self.add(_secrets_in({parameter: _resolved(value)}))
            for variable in _VARIABLE.findall(argument):
                value = _value_of(f"${{{variable}}}")
                self.add([*_secrets_in(value), *_long(_secrets_in({variable: value}))])

    def add_parameters(self, specification: Any, arguments: tuple[str, ...]) -> None:
        """Add the arguments of a keyword whose parameters have the names of secrets.

        Args:
            specification: Robot Framework's `ArgumentSpec` of the keyword.
            arguments: As the suite has them; named ones are known by `add_keyword`.
        """
        names = [*specification.positional_only, *specification.positional_or_named]
        given = [
            (name, argument)
            for name, argument in zip(names, arguments, strict=False)
            if is_secret_name(name)
        ]
        self.add(_secrets_in({name: _resolved(argument) for name, argument in given}))

    def add_received(self, exchange: Exchange | None) -> None:
        """Add the secrets that a request has in its parameters and headers."""
        if exchange is None:
            return
        received = [*_secrets_in(exchange.parameters), *_secrets_in(exchange.json)]
        for name, value in exchange.request_headers.pairs:
            if name == "Authorization":
                received += _credentials(value)
            elif name != "Cookie" and is_secret_name(name):
                received.append(value)
        self.add(_long(received))

    def add_settings(self, settings: Iterable[tuple[str, str]]) -> None:
        """Add the secrets among names and values that other processes are given."""
        self.add(_secrets_in_settings(settings))

    def masker(self) -> Masker:
        """Return what masks all secrets that are known now."""
        return Masker([*self._values, *_secret_variables(), *_environment()])


# What this run knows; there is one report for it.
SECRETS = KnownSecrets()


def _typed(name: str, arguments: tuple[str, ...]) -> list[str]:
    """Return the text that a keyword is about to type, if it is a secret."""
    if name not in _SECRET_KEYWORDS | _TEXT_KEYWORDS:
        return []
    positional: list[Any] = []
    named: dict[str, Any] = {}
    for argument in arguments:
        parameter, is_named, value = argument.partition("=")
        if argument.startswith("@{"):
            positional += _as_list(_value_of(argument))
        elif argument.startswith("&{"):
            named |= _as_dictionary(_value_of(argument))
        elif is_named and parameter in _PARAMETERS:
            named[parameter] = _resolved(value)
        else:
            positional.append(_resolved(argument))
    locator = named.get("locator", named.get("selector", (positional or [""])[0]))
    typed = [named.get(parameter) for parameter in ("password", "text", "secret", "txt")]
    typed += positional[1:2]
    if name in _SECRET_KEYWORDS or is_secret_name(str(locator)):
        return [str(getattr(text, "value", text)) for text in typed if text is not None]
    return []


def _resolved(text: str) -> Any:
    """Return a text with the values of its variables; as it is if there is no such variable."""
    if "{" not in text:
        # Browser has its own way to name a variable.
        return _value_of(f"{text[0]}{{{text[1:]}}}") or text if text[:1] in {"$", "%"} else text
    try:
        return BuiltIn().replace_variables(text)
    except (RobotError, RobotNotRunningError):
        return text


def _value_of(variable: str) -> Any:
    if variable.startswith("%"):
        return os.environ.get(variable[2:-1])
    try:
        builtin: Any = BuiltIn()
        return builtin.get_variable_value(variable)
    except (RobotError, RobotNotRunningError):
        return None


def _as_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []


def _as_dictionary(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else {}


def _secrets_in(value: Any, depth: int = 0) -> list[str]:
    """Return the secrets in a value: objects of the type `Secret`, and texts with telling names."""
    if type(value).__name__ == "Secret":  # of Robot Framework 7.4
        return [str(value.value)]
    if depth == _DEEPEST:
        return []
    if isinstance(value, Mapping):
        named = [
            text
            for name, texts in value.items()
            if is_secret_name(str(name))
            for text in (texts if isinstance(texts, list) else [texts])
            if isinstance(text, str)
        ]
        inner = list(value.values())
    elif isinstance(value, list | tuple):
        named, inner = [], list(value)
    else:
        return []
    return named + [secret for item in inner for secret in _secrets_in(item, depth + 1)]


def _long(secrets: list[str]) -> list[str]:
    """Return the secrets of which nobody would say that a name only looks as if they were."""
    return [secret for secret in secrets if len(secret) >= _SHORTEST]


def _secret_variables() -> list[str]:
    """Return the values of Robot's variables that are secrets."""
    try:
        variables: Any = BuiltIn().get_variables(no_decoration=True)
    except RobotNotRunningError:
        return []
    named = {name: value for name, value in variables.items() if is_secret_name(name)}
    return [*_secrets_in(list(variables.values())), *_long(_secrets_in(named))]


def _environment() -> list[str]:
    """Return the secrets in the environment of this process."""
    return _secrets_in_settings(os.environ.items())


def _secrets_in_settings(settings: Iterable[tuple[str, str]]) -> list[str]:
    """Return the values that have telling names, and the passwords in URLs."""
    secrets = []
    for name, value in settings:
        if is_secret_name(name) and name not in _NO_SECRETS:
            secrets.append(value)
        elif (password := _USER_INFO.search(value)) is not None:
            secrets += [password[1], unquote(password[1])]
    return _long(secrets)


def _credentials(header: str) -> list[str]:
    """Return the secrets of a header `Authorization`."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return [value]
    try:
        _user, _, password = base64.b64decode(value).decode("utf-8", "replace").partition(":")
    except binascii.Error:
        return [value]
    return [value, password]
