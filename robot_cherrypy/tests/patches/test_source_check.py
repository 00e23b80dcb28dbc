"""A patch is active only on CherryPy code that it was written for."""

import warnings

import cherrypy
import pytest

from robot_cherrypy import aio
from robot_cherrypy.aio.installation import WITHOUT
from robot_cherrypy.patches.digests import DIGESTS
from robot_cherrypy.patches.replacements import Replacements
from robot_cherrypy.patches.source_check import UnknownSourceWarning, apply_known
from robot_cherrypy.tests.patches.pages import REQUESTS, get
from robot_cherrypy.tests.patches.test_speed import PATCHES, patched, response_to


@pytest.fixture
def replacements():
    """Replacements that are restored after the test."""
    replacements = Replacements()
    yield replacements
    replacements.restore()


def test_every_patch_knows_the_installed_cherrypy():
    """The digests on file are those of the CherryPy that is tested."""
    assert {patch.name: [] for patch in PATCHES} == {
        patch.name: patch.unknown() for patch in PATCHES
    }


def test_unknown_code_is_left_alone(address, replacements, monkeypatch):
    """A patch for other code is left out with a warning, and the others are active."""
    first = PATCHES[0]
    monkeypatch.setitem(DIGESTS["18.10.0"], first.upstream[0], "of another version")

    with pytest.warns(UnknownSourceWarning, match=f"Patch '{first.name}' was left out"):
        names = apply_known(replacements, PATCHES)

    assert [patch.name for patch in PATCHES[1:]] == names
    assert b"Hello" in response_to(address, REQUESTS[0])


@pytest.mark.parametrize(
    ("name", "upstream", "consequence"),
    [
        (
            "status_lines",
            "cherrypy.lib.httputil:valid_status",
            "CherryPy works without it, only slower.",
        ),
        (
            "coroutine_virtual_paths",
            "cherrypy._cpdispatch:Dispatcher.find_handler",
            (
                "Without it, a _cp_dispatch that is a coroutine function finds nothing: its paths"
                " answer 404."
            ),
        ),
    ],
)
def test_warning_says_what_is_lost(replacements, monkeypatch, name, upstream, consequence):
    """Speed, or something that then does not work."""
    monkeypatch.setitem(DIGESTS["18.10.0"], upstream, "of another version")

    with pytest.warns(UnknownSourceWarning) as caught:
        apply_known(replacements, [patch for patch in PATCHES if patch.name == name])

    assert [
        f"Patch '{name}' was left out: it does not know this source of {upstream}. {consequence}"
    ] == [str(warning.message) for warning in caught]


@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited")
@pytest.mark.parametrize(("without", "status"), [("", b"200"), ("coroutine_virtual_paths", b"404")])
def test_coroutine_virtual_paths_need_their_patch(address, monkeypatch, without, status):
    """Without it such a path answers 404, as the warning says."""
    monkeypatch.setenv(WITHOUT, without)
    instance = cherrypy.server.instance
    aio.install()
    try:
        response = response_to(address, get("/coroutine_virtual/a/page"))
    finally:
        aio.uninstall()

    assert status == response.split()[1]
    assert instance == cherrypy.server.instance


def test_a_patch_can_be_left_out(replacements):
    """Patches that are named are left out, without a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        names = apply_known(replacements, PATCHES, without=["access_log", "tool_plans"])

    assert {"access_log", "tool_plans"} == {patch.name for patch in PATCHES} - set(names)


def test_nothing_is_left_of_patches():
    """Once they are taken out, the functions are CherryPy's own again."""
    with patched(PATCHES):
        replaced = [patch.name for patch in PATCHES if patch.unknown()]

    assert {"access_log", "tool_plans"} <= set(replaced)
    assert [] == [name for patch in PATCHES for name in patch.unknown()]
