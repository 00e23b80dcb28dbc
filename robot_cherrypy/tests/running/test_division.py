"""A run is divided into parts, and its parts into shards that take about the same time."""

from pathlib import Path

import pytest
from robot import run

from robot_cherrypy.errors import RobotCherryPyError
from robot_cherrypy.running.division import Part, divide, longest_first, recorded_times, shard
from robot_cherrypy.running.orders import Order


def suite(path, *names, body="No Operation"):
    """Write a suite."""
    path.parent.mkdir(parents=True, exist_ok=True)
    tests = "\n".join(f"{name}\n    [Tags]    {name}\n    {body}" for name in names)
    path.write_text(f"*** Test Cases ***\n{tests}\n")


@pytest.fixture
def shop(tmp_path):
    """The folder of three suites with six tests."""
    folder = tmp_path / "shop"
    suite(folder / "basket.robot", "A", "B", "C")
    suite(folder / "late/stock.robot", "A", "B")
    suite(folder / "tea.robot", "C")
    return folder


OUTPUT = Path("results/output.xml")


def test_part_is_a_suite(shop):
    """Parts are in the order of the run; without times each test counts one."""
    parts = divide([str(shop)], OUTPUT, {})
    assert [
        ("Shop.Basket", "shop/basket.robot", 3, 3.0),
        ("Shop.Late.Stock", "shop/late/stock.robot", 2, 2.0),
        ("Shop.Tea", "shop/tea.robot", 1, 1.0),
    ] == [(part.name, part.place, part.tests, part.seconds) for part in parts]
    assert {"Shop"} == {part.order.options["name"] for part in parts}
    (names,) = parts[1].order.selection.tests.values()
    assert {"Shop.Late.Stock.A", "Shop.Late.Stock.B"} == names


def test_options_select(shop):
    """Only what `robot` would run is in parts."""
    parts = divide(["--exclude", "C", "--name", "Market", str(shop)], OUTPUT, {})
    assert {"Market.Basket": 2, "Market.Late.Stock": 2} == {part.name: part.tests for part in parts}


def test_several_suites_are_named(shop):
    """They are in a suite that has no file, and places do not tell of each other."""
    parts = divide([str(shop / "tea.robot"), str(shop / "late")], OUTPUT, {})
    assert [("Tea & Late.Tea", "tea.robot"), ("Tea & Late.Late.Stock", "late/stock.robot")] == [
        (part.name, part.place) for part in parts
    ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--include", "none"], "contains no tests matching tag 'none'"),
        (["--exitonfailure"], "--exitonfailure does not go with --processes and --shard"),
    ],
)
def test_mistakes(shop, options, message):
    """Robot's own message, or what does not go together."""
    with pytest.raises(RobotCherryPyError, match=message):
        divide([*options, str(shop)], OUTPUT, {})


def test_times_are_those_of_an_earlier_run(shop, tmp_path):
    """By test, so that a suite may have got more; tests of other suites take as long as usual."""
    output = tmp_path / "output.xml"
    suite(shop / "tea.robot", "A", "B", body="Sleep    0.2s")
    names = {"log": None, "report": None, "stdout": None, "console": "none"}
    run(str(shop), outputdir=str(tmp_path), exclude="C", **names)
    times = recorded_times(output)
    assert {"shop/basket.robot", "shop/late/stock.robot", "shop/tea.robot"} == set(times)
    suite(shop / "tea.robot", "A", "B", "C", "D")
    suite(shop / "new.robot", "A", "B")
    parts = {part.place: part for part in divide([str(shop)], OUTPUT, times)}
    assert 4 * times["shop/tea.robot"] == parts["shop/tea.robot"].seconds >= 0.8
    assert sum(times.values()) / 3 * 2 == pytest.approx(parts["shop/new.robot"].seconds)
    assert "shop/tea.robot" == longest_first(parts.values())[0].place


def test_times_are_not_there(tmp_path):
    """The message names the file."""
    with pytest.raises(RobotCherryPyError, match=r"No times of earlier runs: .*none\.xml"):
        recorded_times(tmp_path / "none.xml")


def parts(*seconds):
    """Make parts that take so long."""
    return [
        Part(
            name=f"Suite {number:02}",
            place="",
            tests=1,
            seconds=each,
            output=OUTPUT,
            order=Order(sources=()),
        )
        for number, each in enumerate(seconds)
    ]


def test_shards_take_about_the_same_time():
    """Each part is in one of them."""
    whole = parts(7, 1, 4, 1, 3, 2, 2)
    shards = [shard(whole, number, 3) for number in (1, 2, 3)]
    assert [[7.0], [4.0, 2.0, 1.0], [3.0, 2.0, 1.0]] == [
        [part.seconds for part in each] for each in shards
    ]
    assert set(whole) == {part for each in shards for part in each}


def test_shards_do_not_depend_on_the_order():
    """Machines may list files in any order."""
    whole = parts(1, 1, 1, 1, 1)
    assert shard(whole, 1, 2) == shard(whole[::-1], 1, 2)


def test_more_shards_than_parts():
    """Some have nothing to do."""
    assert [] == shard(parts(1), 2, 2)
