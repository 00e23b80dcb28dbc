"""Forms."""

from cherrypy import _cpreqbody

from robot_cherrypy.patches.known import patch
from robot_cherrypy.patches.replacing import Replacements


@patch("cherrypy._cpreqbody:unquote_plus")
def plain_fields(replacements: Replacements) -> None:
    """Do not unquote field names and values that have nothing quoted (`_cpreqbody.py`)."""
    original = _cpreqbody.unquote_plus

    def unquote_plus(quoted: bytes) -> bytes:
        if b"%" in quoted:
            return original(quoted)  # type: ignore[no-any-return]
        return quoted.replace(b"+", b" ")

    replacements.set(_cpreqbody, "unquote_plus", unquote_plus)
