"""A named argument whose name is misspelt is an error, not a value of another argument."""

import pytest

from robot_cherrypy.library import CherryPyLibrary


@pytest.mark.parametrize(
    ("keyword", "args", "message"),
    [
        (
            "start_server",
            ["shop:Shop", "threaded", "alais=first"],
            "'alais' is no argument of 'Start Server'. Did you mean 'alias'?",
        ),
        (
            "open_headless_browser",
            ["divice=Pixel 7"],
            "'divice' is no argument of 'Open Headless Browser'. Did you mean 'device'?",
        ),
        (
            "server_should_have_received",
            ["GET", "/", "heders={}"],
            "'heders' is no argument of 'Server Should Have Received'. Did you mean 'headers'?",
        ),
    ],
)
def test_misspelt_name(keyword, args, message):
    """The keyword does not run."""
    with pytest.raises(ValueError, match="no argument") as caught:
        CherryPyLibrary().run_keyword(keyword, args)
    assert message == str(caught.value)


@pytest.mark.parametrize("method", ["/items", "", "GET /items"])
def test_method_and_path_in_the_wrong_order(method):
    """The message says which comes first."""
    with pytest.raises(ValueError, match="is no HTTP method: write it before the path") as caught:
        CherryPyLibrary().run_keyword("server_should_have_received", [method, "GET"])
    assert f"'{method}'" in str(caught.value)
