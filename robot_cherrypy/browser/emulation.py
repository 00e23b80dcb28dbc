"""What a browser pretends about its user: languages, time zone, colours and motion."""

import os
import re
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

from robot_cherrypy.browser.kinds import suggestion
from robot_cherrypy.errors import BrowserError

ColorScheme = Literal["light", "dark"]

# A language tag such as `de`, `de-DE` or `zh-Hant-TW` (RFC 5646, 2.1, without its rarer parts).
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|\d{3}))?")

# Chromium's `mojom::PreferredColorScheme`, and Firefox's values for its own preference.
_SCHEMES = {"dark": 0, "light": 1}


@dataclass(frozen=True)
class Emulation:
    """What a browser tells its pages; what is None, it tells as it is.

    Attributes:
        language: The preferred language, such as `de-DE`.
        time_zone: The name of the time zone, such as `Europe/Berlin`.
        color_scheme: The preferred colours.
        reduced_motion: Whether the user prefers pages that move little.

    Raises:
        BrowserError: There is no such language or time zone.
    """

    language: str | None = None
    time_zone: str | None = None
    color_scheme: ColorScheme | None = None
    reduced_motion: bool = False

    def __post_init__(self) -> None:
        if self.language is not None and not _LANGUAGE.fullmatch(self.language):
            raise BrowserError(
                f"'{self.language}' is no language: expected one such as de or de-DE."
            )
        if self.time_zone is not None:
            _check_time_zone(self.time_zone)

    @property
    def asked(self) -> list[str]:
        """The names of what is asked for."""
        return [field.name for field in fields(self) if getattr(self, field.name)]

    @property
    def environment(self) -> Mapping[str, str]:
        """What the driver's process, and so the browser's, has to have in its environment."""
        return {"TZ": self.time_zone} if self.time_zone else {}

    @property
    def languages(self) -> str:
        """The languages in order of preference, as for the header Accept-Language."""
        language = self.language or ""
        return ",".join(dict.fromkeys([language, language.partition("-")[0]]))

    @property
    def chromium_arguments(self) -> list[str]:
        """Arguments for Chrome, Chromium and Edge."""
        arguments = []
        if self.language:
            arguments += [f"--lang={self.language}", f"--accept-lang={self.languages}"]
        if self.color_scheme:
            arguments.append(f"--blink-settings=preferredColorScheme={_SCHEMES[self.color_scheme]}")
        if self.reduced_motion:
            arguments.append("--force-prefers-reduced-motion")
        return arguments

    @property
    def firefox_preferences(self) -> Mapping[str, Any]:
        """Preferences for Firefox."""
        preferences: dict[str, Any] = {}
        if self.language:
            preferences["intl.accept_languages"] = self.languages
            preferences["intl.locale.requested"] = self.language
        if self.color_scheme:
            scheme = _SCHEMES[self.color_scheme]
            preferences["layout.css.prefers-color-scheme.content-override"] = scheme
        if self.reduced_motion:
            preferences["ui.prefersReducedMotion"] = 1
        return preferences


def _check_time_zone(name: str) -> None:
    known = zoneinfo.available_timezones()  # empty where the system has none
    if known and name not in known:
        hint = suggestion(name, known) or " Expected one such as Europe/Berlin or UTC."
        raise BrowserError(f"There is no time zone '{name}'.{hint}")


def check_display() -> None:
    """Find out whether a window can be shown.

    Raises:
        BrowserError: There is no display.
    """
    if os.name == "posix" and os.uname().sysname == "Linux":
        displays = ("DISPLAY", "WAYLAND_DISPLAY")
        if not any(os.environ.get(name) for name in displays):
            raise BrowserError(
                "A browser with a window needs a display, and there is none: neither DISPLAY nor"
                " WAYLAND_DISPLAY is set. Start the run on a desktop, or with xvfb-run, or leave"
                " the window out (headless=True)."
            )
