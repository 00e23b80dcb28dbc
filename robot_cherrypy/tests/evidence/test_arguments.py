"""Arguments are shown with the values of their variables."""

import pytest
from robot.libraries.BuiltIn import BuiltIn

from robot_cherrypy.evidence.arguments import with_values


class Broken:
    """An object that cannot be shown, and must not be asked."""

    def __str__(self):
        raise AssertionError

    __repr__ = __len__ = __iter__ = __str__


VALUES = {
    "tea": "assam",
    "grams": 50,
    "teas": ["assam", "sencha"],
    "order": {"tea": "assam", "password": "swordfish"},
    "none": None,
    "yes": True,
    "page": Broken(),
    "pages": [Broken()],
    "password": "swordfish",
    "long": "x" * 5_000,
    "many": list(range(100)),
}

ARGUMENTS = {
    "${tea}": "assam",
    "/tea?name=${tea}&grams=${grams}": "/tea?name=assam&grams=50",
    "@{teas}": "assam  sencha",
    "&{order}": "&{order}",
    "${order}": "${order}",
    "${teas}[0]": "${teas}[0]",
    "${none}": "None",
    "${yes}": "True",
    "${page}": "${page}",
    "${pages}": "${pages}",
    "${password}": "${password}",
    "${unknown}": "${unknown}",
    "${order.tea}": "${order.tea}",
    "${{print(1)}}": "${{print(1)}}",
    "${tea[0]}": "${tea[0]}",
    "\\${tea}": "\\${tea}",
    "plain": "plain",
    "${long}": "x" * 2_000 + "…",
    "${many}": "0  1  2  3  4  5  6  7  8  9  …",
}


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_simple_values_are_shown(argument, monkeypatch):
    """What would run code, is a secret, or is an object, stays as the suite has it."""

    def value_of(_builtin, name, default):
        return VALUES.get(name[2:-1], default)

    monkeypatch.setattr(BuiltIn, "get_variable_value", value_of)
    assert (ARGUMENTS[argument],) == with_values((argument,))


def test_outside_of_a_run_there_are_no_values():
    """The arguments stay as they are."""
    assert ("${tea}", "b") == with_values(("${tea}", "b"))
