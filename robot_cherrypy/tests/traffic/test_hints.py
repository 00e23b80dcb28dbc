"""Server errors whose own message does not say what to do get a sentence that does."""

import pytest

from robot_cherrypy.traffic.exchange import RecordedError


@pytest.mark.parametrize(
    ("type_", "message", "advice"),
    [
        (
            "TypeError",
            "'coroutine' object is not iterable",
            ". Page handlers that are coroutines need server=async.",
        ),
        (
            "AttributeError",
            "'_Serving' object has no attribute 'session'",
            ". Sessions need tools.sessions.on in the configuration.",
        ),
        (
            "AttributeError",
            "module 'cherrypy' has no attribute 'session'",
            ". Sessions need tools.sessions.on in the configuration.",
        ),
        (
            "AttributeError",
            "'Toolbox' object has no attribute 'sessoins'",
            (
                ". The configuration names a tool 'sessoins' that does not exist."
                " Did you mean 'sessions'?"
            ),
        ),
        (
            "TypeError",
            "'int' object is not iterable",
            ". A page handler returns text, bytes, or an iterable of them.",
        ),
        ("AttributeError", "'Shop' object has no attribute 'sessions'", ""),
        ("ValueError", "'coroutine' object is not iterable", ""),
    ],
)
def test_advice(type_, message, advice):
    """It stands behind the error, whose own text stays as it is."""
    error = RecordedError(type=type_, message=message, handler="shop.Shop.index")
    assert f"{type_}: {message} in shop.Shop.index{advice}" == str(error)
    assert f"{type_}: {message}" == error.error
