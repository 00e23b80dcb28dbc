"""Sentences of error messages about applications."""

import runpy

import pytest

from robot_cherrypy.errors import ApplicationError, did_you_mean, suggest_alike
from robot_cherrypy.harness.messages import raised


def caught(error):
    """Return an error with the traceback that it has when it is caught."""
    try:
        raise error
    except type(error) as raised_here:
        return raised_here


def test_error_is_described_with_its_place():
    """The place is the innermost frame of the application."""
    message = raised("Making", "shop:Root", caught(RuntimeError("no database")))
    assert message.startswith("Making 'shop:Root' raised RuntimeError: no database (")
    assert f"({__file__}, line " in message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("class Root(:", "SyntaxError: invalid syntax ({file}, line 1)."),
        ("\nfrom robot_cherrypy.hosting import mount\nmount(3)", "{error} ({file}, line 3)."),
    ],
)
def test_place_is_never_in_the_harness(tmp_path, text, message):
    """A module of the application is named, not what of the harness it was in the middle of."""
    file = tmp_path / "broken.py"
    file.write_text(text)
    with pytest.raises((SyntaxError, ApplicationError)) as broken:
        runpy.run_path(str(file))
    expected = message.format(file=file, error=f"ApplicationError: {broken.value}")
    assert f"Importing 'broken' raised {expected}" == raised("Importing", "broken", broken.value)


def test_error_without_text_and_place_is_described():
    """Nothing is put where nothing is known."""
    assert "Making 'shop:Root' raised KeyError." == raised("Making", "shop:Root", KeyError())


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("Page", " Did you mean 'shop.Pages'?"),
        ("pages", " Did you mean 'shop.Pages'?"),
        ("_hide", ""),
        ("nothing like it", ""),
    ],
)
def test_public_names_that_are_alike_are_suggested(name, suggestion):
    """Upper and lower case count as alike."""
    assert suggestion == suggest_alike(name, ["Pages", "Parse", "_hidden"], prefix="shop.")


def test_several_names_are_suggested():
    """In the order in which they are given."""
    assert " Did you mean 'one' or 'two'?" == did_you_mean(["one", "two"])
    assert "" == did_you_mean([])
