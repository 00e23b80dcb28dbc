"""Which names of parameters, fields, headers and variables are those of secrets."""

import functools
import re

# Each names a secret wherever it is in a name.
_TELLING = re.compile(
    r"passw(or)?d|passphrase|passcode|passwort|kennwort|secret|token|credential|csrf|xsrf"
    r"|api[ ._-]?key|(access|private|account|auth|subscription|functions|signing|encryption|master)"
    r"[ ._-]?key|authori[sz]ation|authentication[_-]info|session[ ._-]?id|jwt|cookie"
    r"|card[ ._-]?(no|num|number|code)|saml[ ._-]?response|(client|saml)[ ._-]?assertion"
    r"|code[ ._-]?verifier|dpop"
)

# Each names a secret as the last word of a name, such as `db_pw` or `user[pin]`.
_WORDS = frozenset(
    {"pass", "sess", "pwd", "pw", "pin", "otp", "totp", "auth", "sid", "sig", "signature", "bearer"}
    | {"requirepass", "masterauth"}  # of Redis
    | {"card", "cvc", "cvv", "iban", "ssn"}
)

# Words that may follow such a word.
_AFTER = frozenset({"id", "value", "number", "no", "hash", "code", "data"})

# A name that ends in such a word, as `password_error`, is not the name of the secret itself.
_ABOUT = frozenset(
    {"error", "exception", "warning", "type", "name", "label", "field", "input", "url", "uri"}
    | {
        "path",
        "file",
        "page",
        "length",
        "count",
        "required",
        "expired",
        "locator",
        "socket",
        "sock",
    }
)

# Each names a secret where it is the whole name of a parameter, such as `?code=` of OAuth.
# Elsewhere they name too much that is none: a code may be that of an error.
_PARAMETERS = frozenset({"code", "key", "session"})

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_BETWEEN_WORDS = re.compile(r"[^a-z]+")
# As environment variables are written: `AWS_CLOUD_KEY`.
_KEY_OF_ENVIRONMENT = re.compile(r"[A-Z][A-Z0-9_]*_KEY(_ID)?")

# A longer text is not a name that a person chose.
_LONGEST_NAME = 200


@functools.lru_cache(maxsize=10_000)
def is_secret_name(name: str, *, of_parameter: bool = False) -> bool:
    """Whether what has this name is a secret.

    Args:
        name: The name, in whatever spelling: `userPassword`, `X-Auth-Token`, `user[pin]`.
        of_parameter: Whether it is the name of a parameter or an entry of a session, where short
            words such as `code` and `key` name secrets, too.
    """
    if len(name) > _LONGEST_NAME:
        return False
    separated = _HUMP.sub("_", name).lower()
    words = [word for word in _BETWEEN_WORDS.split(separated) if word]
    if not words or words[-1] in _ABOUT:
        return False
    if (
        _TELLING.search(separated)
        or _TELLING.search(name.lower())
        or _KEY_OF_ENVIRONMENT.fullmatch(name)
    ):
        return True
    if of_parameter and words in [[word] for word in _PARAMETERS]:
        return True
    while len(words) > 1 and words[-1] in _AFTER:
        words.pop()
    return words[-1] in _WORDS
