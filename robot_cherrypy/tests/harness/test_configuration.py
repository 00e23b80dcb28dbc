"""Reading configuration in the forms in which tests give it."""

import pytest

from robot_cherrypy.errors import ApplicationError
from robot_cherrypy.harness.configuration import read


@pytest.mark.parametrize(
    ("source", "sections"),
    [
        (None, {}),
        ("", {}),
        ({}, {}),
        (
            {"tools.gzip.on": "True", "server.thread_pool": "5", "environment": "production"},
            {
                "global": {"server.thread_pool": 5, "environment": "production"},
                "/": {"tools.gzip.on": True},
            },
        ),
        (
            {"global": {"a": "'text'"}, "/shop": {"b": "plain text", "c": ["kept"]}},
            {"global": {"a": "text"}, "/shop": {"b": "plain text", "c": ["kept"]}},
        ),
    ],
)
def test_dictionaries(source, sections):
    """Entries are put into their section, and texts are read as in a file."""
    assert sections == read(source)


def test_file(tmp_path):
    """A file is read by CherryPy's own parser."""
    file = tmp_path / "app.conf"
    file.write_text("[/]\ntools.gzip.on: True\n")
    assert read(str(file)) == {"/": {"tools.gzip.on": True}}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("tools.gzip.on: True", "is not valid: MissingSectionHeaderError"),
        (
            "[/]\ntools.gzip.on: truly",
            "is not valid: ValueError: Config error in section: '/', option: 'tools.gzip.on'",
        ),
    ],
)
def test_invalid_file_is_named(tmp_path, text, message):
    """The message of the error names the file."""
    file = tmp_path / "app.conf"
    file.write_text(text)
    with pytest.raises(ApplicationError) as caught:
        read(file)
    assert str(caught.value).startswith(f"Configuration file '{file}' {message}")


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"sessions": True}, "'sessions' is a tool: write 'tools.sessions.on' instead."),
        ({"/": {"gzip": "on"}}, "'gzip' is a tool: write 'tools.gzip.on' instead."),
        ({"tools.gzip.on": "off"}, "'tools.gzip.on' has to be True or False, not 'off'."),
    ],
)
def test_entry_that_cannot_mean_what_it_says(entries, message):
    """CherryPy would pass over it, or take it for true."""
    with pytest.raises(ApplicationError) as caught:
        read(entries)
    assert message == str(caught.value)
