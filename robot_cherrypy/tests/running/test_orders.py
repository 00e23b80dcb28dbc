"""Selections of tests can be joined and reduced."""

from pathlib import Path

from robot_cherrypy.running.orders import Selection

ONE, TWO = Path("/one.robot"), Path("/two.robot")
ALL_OF_ONE = Selection({ONE: None})
SOME = Selection({ONE: frozenset({"A"}), TWO: frozenset({"B"})})


def test_what_is_in_either():
    """All tests of a suite and some of them are all."""
    both = Selection({ONE: None, TWO: frozenset({"B"})})
    assert (both, both) == (ALL_OF_ONE | SOME, SOME | ALL_OF_ONE)
    more = Selection({ONE: frozenset({"C"})})
    assert frozenset({"A", "C"}) == (SOME | more).tests[ONE]


def test_what_is_in_other_suites():
    """Suites are removed as a whole."""
    assert Selection({TWO: frozenset({"B"})}) == SOME.without({ONE})
    assert {ONE} == ALL_OF_ONE.whole()
    assert set() == SOME.whole()


def test_what_is_there(tmp_path):
    """A suite may have been deleted meanwhile."""
    there = tmp_path / "there.robot"
    there.write_text("")
    assert Selection({there: None}) == Selection({there: None, ONE: None}).existing()
