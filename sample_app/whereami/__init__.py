"""An application for a phone: a page that shows where the phone is, and resources to read it from.

The page gets the position from the browser (Geolocation API), draws it on a map that needs no other
host, and sends it to `/location`, where everybody can read it.
"""

import functools
import math
import time
from collections import deque
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path
from typing import Any, ClassVar

import cherrypy

_FOLDER = Path(__file__).parent

# How many positions are kept: those of eight minutes, as a phone sends one a second at most.
_KEPT = 500

_RANGES = {"latitude": (-90, 90), "longitude": (-180, 180), "accuracy": (0, math.inf)}

# The page may use its own files and send requests to its own server only.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class Position:
    """A position of the phone, in degrees and metres, and its time in seconds since 1970."""

    latitude: float
    longitude: float
    accuracy: float
    time: float


class WhereAmI:
    """The application; each instance has the track of a single phone.

    Args:
        stale_after: After how many seconds a position is stale.
    """

    _cp_config: ClassVar = {
        "tools.response_headers.on": True,
        "tools.response_headers.headers": [
            ("Cache-Control", "no-store"),
            ("Content-Security-Policy", _POLICY),
            ("Permissions-Policy", "geolocation=(self)"),
            ("X-Content-Type-Options", "nosniff"),
        ],
    }

    script = cherrypy.tools.staticfile.handler(str(_FOLDER / "whereami.js"))
    style = cherrypy.tools.staticfile.handler(str(_FOLDER / "whereami.css"))

    def __init__(self, stale_after: float = 60) -> None:
        self.stale_after = stale_after
        self._track: deque[Position] = deque(maxlen=_KEPT)

    @cherrypy.expose
    @cherrypy.tools.encode(encoding="utf-8")
    def index(self) -> str:
        """Show the page."""
        return _page().replace("$stale_after", str(self.stale_after))

    @cherrypy.expose
    @cherrypy.tools.allow(methods=["GET", "HEAD", "POST", "DELETE"])
    @cherrypy.tools.json_in(force=False)
    @cherrypy.tools.json_out()
    def location(self) -> dict[str, Any] | None:
        """Return the last position, add one (POST), or delete all (DELETE)."""
        if cherrypy.request.method == "POST":
            self._track.append(_position(getattr(cherrypy.request, "json", None)))
            cherrypy.response.status = 201
        elif cherrypy.request.method == "DELETE":
            self._track.clear()
            return None
        if not self._track:
            raise cherrypy.HTTPError(404, "The phone has not said where it is.")
        last = self._track[-1]
        age = max(0.0, time.time() - last.time)
        return {**asdict(last), "age": age, "stale": age > self.stale_after}

    @cherrypy.expose
    @cherrypy.tools.allow(methods=["GET", "HEAD"])
    @cherrypy.tools.json_out()
    def track(self) -> list[dict[str, float]]:
        """Return all positions, the oldest first."""
        return [asdict(position) for position in self._track]


def make_forgetful() -> WhereAmI:
    """Return an application whose positions are stale after a second."""
    return WhereAmI(stale_after=1)


def _position(data: Any) -> Position:
    """Return the position in the JSON that the page sent.

    Raises:
        cherrypy.HTTPError: 400, with the value that is wrong.
    """
    if not isinstance(data, dict):
        raise cherrypy.HTTPError(400, "Send JSON: latitude, longitude, accuracy and time.")
    values = {name: _number(data, name) for name in (*_RANGES, "time")}
    for name, (least, most) in _RANGES.items():
        if not least <= values[name] <= most:
            raise cherrypy.HTTPError(400, f"The {name} cannot be {values[name]:g}.")
    return Position(**values)


def _number(data: dict[str, Any], name: str) -> float:
    value = data.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise cherrypy.HTTPError(400, f"The {name} is to be a number, not {value!r}.")
    return float(value)


@functools.cache
def _page() -> str:
    return resources.files(__name__).joinpath("page.html").read_text("utf-8")
