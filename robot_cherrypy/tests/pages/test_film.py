"""A film has a picture for each change of the page."""

import base64
import io
import itertools

import pytest

from robot_cherrypy.pages import film as module
from robot_cherrypy.pages.film import Film
from robot_cherrypy.pages.observer import ObserverError, Picture
from robot_cherrypy.tests.pages.conftest import ObservedBrowser

image = pytest.importorskip("PIL.Image")


def jpeg(colour, size=(64, 40)):
    """A picture as a screenshot has it."""
    file = io.BytesIO()
    image.new("RGB", size, colour).save(file, "JPEG")
    return Picture(base64.b64encode(file.getvalue()).decode(), "image/jpeg")


@pytest.fixture
def filmed(open_driver, observe):
    """An open browser."""
    return observe(open_driver, ObservedBrowser())


@pytest.fixture
def clock(monkeypatch):
    """The moments at which pictures are taken."""
    moments = []
    monkeypatch.setattr(module.time, "monotonic", lambda: moments.pop(0))
    monkeypatch.setattr(module, "wait_for_navigation", lambda _driver, _timeout: True)
    return moments


def frames(film):
    """The size and the time in milliseconds of each picture."""
    shown = image.open(io.BytesIO(film.as_webp()))
    for number in range(shown.n_frames):
        shown.seek(number)
        shown.load()
        yield shown.size, shown.info["duration"]


def test_pictures_are_shown_as_long_as_they_lasted(filmed, clock):
    """Times have limits, and the pictures half their size."""
    clock += [0, 0.1, 1.1, 60]
    film = Film()
    for colour in ("red", "green", "blue", "white"):
        filmed.told["picture"] = jpeg(colour)
        film.add_picture()
    assert [((32, 20), time) for time in (300, 1_000, 1_500, 1_500)] == list(frames(film))


def test_a_page_that_has_not_changed_gives_no_picture(filmed, clock):
    """The picture before is shown for longer."""
    clock += [0, 1]
    film = Film()
    for colour in ("red", "red", "blue"):
        filmed.told["picture"] = jpeg(colour)
        film.add_picture()
    assert [1_000, 1_500] == [time for _size, time in frames(film)]


def test_pictures_have_one_size(filmed, clock):
    """All have the size of the first, also if the window was resized."""
    clock += [0, 1]
    film = Film()
    for colour, size in (("red", (64, 40)), ("blue", (20, 80))):
        filmed.told["picture"] = jpeg(colour, size)
        film.add_picture()
    assert {(32, 20)} == {size for size, _time in frames(film)}


def test_a_long_film_ends(filmed, clock, monkeypatch):
    """No picture is added after the limit."""
    monkeypatch.setattr(module, "_MOST_PICTURES", 3)
    clock += range(9)
    film = Film()
    for colour in itertools.islice(itertools.cycle(["red", "blue"]), 9):
        filmed.told["picture"] = jpeg(colour)
        film.add_picture()
    assert 3 == len(list(frames(film)))


def test_a_film_is_of_one_test(filmed, clock):
    """A film is empty when the next test starts."""
    clock.append(0)
    film = Film()
    filmed.told["picture"] = jpeg("red")
    film.add_picture()
    film.clear()
    assert b"" == film.as_webp()


def test_without_a_browser_there_is_no_film(libraries):
    """The film is empty."""
    film = Film()
    film.add_picture()
    assert b"" == film.as_webp()


def test_a_picture_that_fails_is_left_out(filmed, clock, monkeypatch):
    """No picture is taken of a page that is about to be left."""
    film = Film()
    filmed.told["picture"] = ObserverError("gone")
    film.add_picture()
    monkeypatch.setattr(module, "wait_for_navigation", lambda _driver, _timeout: False)
    filmed.told["picture"] = jpeg("red")
    film.add_picture()
    assert b"" == film.as_webp()


def test_a_browser_without_devtools_is_not_filmed(filmed):
    """Its driver would need seconds. Firefox is such a browser."""
    filmed.offers = frozenset()
    film = Film()
    film.add_picture()
    assert b"" == film.as_webp()
