"""The clock is moved for applications, at no cost to threads that ask for the time meanwhile."""

import datetime as dt
import sys
import threading
import types
import uuid

import pytest

from robot_cherrypy.harness.clock import CLOCK

pytestmark = pytest.mark.timing

pytest.importorskip("time_machine")

FAR = dt.datetime(2031, 5, 6, 7, 8, 9, tzinfo=dt.UTC)
ASKING = """
import datetime, time
def year():
    return datetime.datetime.now().year
def years():
    utc = datetime.datetime.now(datetime.UTC).year
    seconds = time.gmtime(time.time()).tm_year, time.gmtime(time.time_ns() // 10**9).tm_year
    days = datetime.date.today().year, datetime.datetime.today().year
    fields = time.localtime().tm_year, time.gmtime().tm_year, int(time.strftime("%Y"))
    return {year(), utc, *seconds, *days, *fields}
def call(function):
    return function()
"""


@pytest.fixture
def clock():
    """The clock, which is put back after the test."""
    yield CLOCK
    CLOCK.put_back()
    CLOCK.owners.set_libraries([])


def module(name):
    """A module of this name, with a function that asks for the year and one that calls another."""
    made = types.ModuleType(name)
    exec(ASKING, vars(made))
    return made


def test_every_function_tells_the_moved_time(clock):
    """Those of `time` and of `datetime`."""
    clock.move(FAR, frozen=True)
    assert {2031} == module("other").years()
    assert FAR == clock.now()


def test_time_goes_on_or_stands_still(clock):
    """As it is moved."""
    clock.move(FAR, frozen=False)
    first = clock.now()
    assert first < clock.now()
    clock.move(FAR, frozen=True)
    clock.shift(dt.timedelta(hours=1))
    assert FAR + dt.timedelta(hours=1) == clock.now()


def test_a_time_out_of_range_changes_nothing(clock):
    """The application would meet it otherwise."""
    clock.move(FAR, frozen=True)
    with pytest.raises(OverflowError):
        clock.shift(dt.timedelta(days=4_000_000))
    assert FAR == clock.now()


def test_uuids_follow_back(clock):
    """Python gives out none that is earlier than the last otherwise."""
    clock.move(FAR, frozen=True)
    late = uuid.uuid1().time
    clock.put_back()
    assert uuid.uuid1().time < late


def test_threads_can_always_ask(clock):
    """Whatever happens to the clock at that moment."""
    ended, errors, other = threading.Event(), [], module("other")

    def ask():
        try:
            while not ended.is_set():
                other.years()
        except BaseException as error:  # noqa: BLE001 - checked below
            errors.append(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for thread in threads:
            thread.start()
        for number in range(2000):
            clock.move(FAR, frozen=bool(number % 2))
            clock.shift(dt.timedelta(hours=-1))
            clock.put_back()
    finally:
        ended.set()
        sys.setswitchinterval(interval)
    for thread in threads:
        thread.join()
    assert [] == errors


@pytest.mark.parametrize(
    "name",
    ["robot.utils", "selenium.webdriver", "urllib3.util", "cheroot.workers", "steps", "shop.ui"],
)
def test_the_test_and_servers_keep_the_real_time(clock, name):
    """So do libraries of the project, and what is in their package."""
    clock.owners.add_application("shop.web")
    clock.owners.set_libraries({"steps", "shop.ui.library"})
    clock.move(FAR, frozen=True)
    assert 2031 != module(name).year()


@pytest.mark.parametrize(
    "name", ["shop.web", "shop.models", "cherrypy.lib", "robot.libraries.DateTime", "other"]
)
def test_the_application_has_the_moved_time(clock, name):
    """So has what asks for it on the test's behalf, and who is not known."""
    clock.owners.add_application("shop.web")
    clock.owners.set_libraries({"steps", "shop.ui.library"})
    clock.move(FAR, frozen=True)
    assert 2031 == module(name).year()


def test_who_is_called_has_the_time_of_the_nearest_caller(clock):
    """A package of others waits for the test, or works for the application."""
    clock.owners.add_application("shop.web")
    clock.owners.set_libraries({"steps"})
    clock.move(FAR, frozen=True)
    other, steps, shop = module("other"), module("steps"), module("shop.web")
    assert 2031 != steps.call(other.year)
    assert 2031 == steps.call(shop.year)
    assert 2031 == steps.call(lambda: shop.call(other.year))
    assert 2031 != shop.call(lambda: steps.call(other.year))


def test_an_application_that_is_a_library_has_the_moved_time(clock):
    """A small project may have both in one module."""
    clock.owners.set_libraries({"shop"})
    clock.owners.add_application("shop")
    clock.move(FAR, frozen=True)
    assert 2031 == module("shop").year()
