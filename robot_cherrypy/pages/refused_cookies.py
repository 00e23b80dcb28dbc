"""Cookies that a browser refused to store or to send, and why."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

# How many requests of a test are known by their cookies, the newest ones.
_MOST_REQUESTS = 10_000

# What the browser's names of reasons mean, https://chromedevtools.github.io/devtools-protocol/tot/Network/
# (CookieBlockedReason, SetCookieBlockedReason). `Schemeful` ones differ only in what a site is.
_REASONS = {
    "DisallowedCharacter": "it has a character that is not allowed",
    "InvalidDomain": "its Domain is not that of this server",
    "InvalidPrefix": "its name begins with __Secure- or __Host-, and its attributes do not fit",
    "NameValuePairExceedsMaxSize": "it is longer than 4096 bytes",
    "NoCookieContent": "it is empty",
    "OverwriteSecure": "a cookie of this name is Secure, and this connection is not",
    "SameSiteLax": "it is SameSite=Lax, and the request came from another site",
    "SameSiteNoneInsecure": "SameSite=None needs the attribute Secure",
    "SameSiteStrict": "it is SameSite=Strict, and the request came from another site",
    "SameSiteUnspecifiedTreatedAsLax": (
        "without SameSite it counts as Lax, and the request came from another site"
    ),
    "SecureOnly": "it is Secure, and this connection is not",
    "SyntaxError": "the header cannot be read",
    "ThirdPartyPhaseout": "it is of another site than the page",
    "UserPreferences": "the browser's settings refuse it",
}

# The browser has many cookies that are for other paths and servers; that it keeps them is right.
_EXPECTED = frozenset({"DomainMismatch", "NotOnPath", "PortMismatch"})


@dataclass(frozen=True)
class RefusedCookie:
    """A cookie that the browser refused.

    Attributes:
        is_sent: Whether it should have been sent to the server; otherwise it came from there.
        header: As it is, or would be, in `Cookie` or `Set-Cookie`.
        reason: Why, in words.
    """

    is_sent: bool
    header: str
    reason: str


class RefusedCookies:
    """What one window tells of cookies, in events that come before or after those of their request.

    A redirected request keeps its identifier, so what comes is counted.
    """

    def __init__(self) -> None:
        self._stored: dict[str, list[tuple[RefusedCookie, ...]]] = defaultdict(list)
        self._sent: dict[str, list[tuple[RefusedCookie, ...]]] = defaultdict(list)

    def handle_event(self, method: str, values: dict[str, Any]) -> None:
        """Handle `Network.requestWillBeSentExtraInfo` or `Network.responseReceivedExtraInfo`."""
        if method == "Network.responseReceivedExtraInfo":
            refused = (_not_stored(each) for each in values.get("blockedCookies", ()))
            self._add(self._stored, values["requestId"], tuple(refused))
        else:
            cookies = values.get("associatedCookies", ())
            refused = (_not_sent(each) for each in cookies if _is_unexpected(each))
            self._add(self._sent, values["requestId"], tuple(refused))

    def of(self, identifier: str, hop: int) -> tuple[RefusedCookie, ...]:
        """Return the cookies that were refused at a request.

        Args:
            identifier: The browser's, of the request.
            hop: How often it was redirected before.
        """
        kinds = (told.get(identifier, ()) for told in (self._sent, self._stored))
        return tuple(cookie for kind in kinds for cookie in (kind[hop] if hop < len(kind) else ()))

    def clear(self) -> None:
        """Discard what belongs to a test that ends."""
        self._stored.clear()
        self._sent.clear()

    @staticmethod
    def _add(
        told: dict[str, list[tuple[RefusedCookie, ...]]],
        identifier: str,
        refused: tuple[RefusedCookie, ...],
    ) -> None:
        told[identifier].append(refused)
        if len(told) > _MOST_REQUESTS:
            del told[next(iter(told))]


def _is_unexpected(associated: dict[str, Any]) -> bool:
    """Whether a cookie of the browser was not sent that one would expect to be."""
    reasons = associated.get("blockedReasons", ())
    return bool(reasons) and not _EXPECTED.intersection(reasons)


def _not_sent(associated: dict[str, Any]) -> RefusedCookie:
    cookie = associated["cookie"]
    return RefusedCookie(True, f"{cookie['name']}={cookie['value']}", _reason(associated))


def _not_stored(blocked: dict[str, Any]) -> RefusedCookie:
    return RefusedCookie(False, blocked.get("cookieLine", ""), _reason(blocked))


def _reason(values: dict[str, Any]) -> str:
    """Return the reasons in words; one that is not known as the browser names it."""
    names = [name.removeprefix("Schemeful") for name in values.get("blockedReasons", ())]
    return ", and ".join(_REASONS.get(name, name) for name in dict.fromkeys(names))
