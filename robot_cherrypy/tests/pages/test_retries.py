"""Keywords are tried again as long as that may help, and changes nothing."""

import functools
from types import SimpleNamespace

import pytest
from robot.output.logger import LOGGER
from selenium.common.exceptions import (
    InvalidSelectorException,
    NoSuchElementException,
    StaleElementReferenceException,
    UnexpectedAlertPresentException,
    WebDriverException,
)
from selenium.webdriver.remote.command import Command
from selenium.webdriver.remote.webdriver import WebDriver
from SeleniumLibrary import SeleniumLibrary
from SeleniumLibrary.errors import ElementNotFound

from robot_cherrypy.pages import observers, retries
from robot_cherrypy.pages.rest import State
from robot_cherrypy.pages.retries import Retries

BUSY = State(["a timer"])


class Library:
    """A library with one keyword, whose runs have these results; an error is raised.

    A function of a run sends commands.
    """

    def __init__(self, name, *results, module="SeleniumLibrary.keywords.element"):
        self.results = list(results)
        self.runs = 0

        def plain(*_args):
            return self.run()

        def waiting(timeout=None):
            return self.run()

        keyword = waiting if name.endswith(" timeout") else plain
        keyword.__name__, keyword.__module__ = name.removesuffix(" timeout"), module
        self.keywords = {"Keyword": keyword}
        self.attributes = {"keyword": keyword}
        self._drivers = SimpleNamespace(current="driver")
        self._element_finder = SimpleNamespace(find=self.find)

    def run(self):
        """Run the keyword once."""
        self.runs += 1
        result = self.results.pop(0)
        if callable(result):
            result = result()
        if isinstance(result, BaseException):
            raise result
        return result

    def run_keyword(self):
        """Run the keyword as other libraries do."""
        return self.keywords["Keyword"]()

    def find(self):
        """Find an element."""
        return self.keywords["Keyword"]()


class FakeRest:
    """Tells states in their order, the last one for ever; counts waits for the end."""

    def __init__(self, *states):
        self.states = list(states) or [BUSY]
        self.ends = 0

    def state(self, _driver, _within):
        return self.states.pop(0) if len(self.states) > 1 else self.states[0]

    def has_dialog(self, _driver):
        return False

    def wait_for_end(self, _driver, _limit):
        self.ends += 1


@pytest.fixture
def logged(monkeypatch):
    """What is logged."""
    messages = []
    monkeypatch.setattr(LOGGER, "log_message", messages.append)

    def info(text):
        LOGGER.log_message(text)

    monkeypatch.setattr(retries.logger, "info", info)
    return messages


@pytest.fixture
def attach(logged, monkeypatch):
    """Retries for a library, with what its page does."""
    attached = []

    def attach(library, rest=None, limit=60):
        tried = Retries(None, lambda: limit)
        tried._rest = rest or FakeRest()
        tried.attach([library])
        attached.append(tried)
        return tried

    monkeypatch.setattr(retries, "_LONGEST_PAUSE", 0.001)
    monkeypatch.setattr(retries, "_PAUSES", ())
    yield attach
    for tried in attached:
        tried.detach()


WRONG = AssertionError("wrong")


def log(text):
    """Log a text, as keywords do, and fail."""

    def run():
        retries.logger.info(text)
        raise WRONG

    return run


def test_a_check_is_tried_until_it_holds(attach, logged):
    """The log shows its last run only, and that there were others."""
    library = Library("page_should_contain", log("first"), log("second"), "value")
    attach(library)
    assert "value" == library.keywords["Keyword"]()
    assert 3 == library.runs
    assert len(logged) == 1
    assert logged[0].startswith("Tried 3 times within ")


def test_a_check_that_passes_at_once_is_run_once(attach, logged):
    """Nothing is logged of it."""
    library = Library("title_should_be", None)
    attach(library)
    library.attributes["keyword"]("as a method")
    assert (1, []) == (library.runs, logged)


def test_a_check_fails_when_nothing_can_change(attach, logged):
    """The last error is raised, and what was logged before it is kept."""
    library = Library("title_should_be", *[log("x")] * 999)
    attach(library, FakeRest(BUSY, State()))
    with pytest.raises(AssertionError, match="wrong"):
        library.keywords["Keyword"]()
    assert "x" == logged[0]
    assert logged[1].endswith(
        "Nothing could change any more: nothing was in flight, running or due in time."
    )


def test_a_check_fails_when_its_time_is_over(attach, logged):
    """The log says what went on."""
    library = Library("title_should_be", *[WRONG] * 999)
    attach(library, limit=0.02)
    with pytest.raises(AssertionError):
        library.keywords["Keyword"]()
    assert logged[0].endswith("The time was over; still going on: a timer.")


def test_a_dialog_is_left_alone(attach, logged):
    """The next try would close it."""
    library = Library("title_should_be", WRONG)
    attach(library, FakeRest(State(has_dialog=True)))
    with pytest.raises(AssertionError):
        library.keywords["Keyword"]()
    assert ["A dialog is open, which the next try would have closed."] == logged


class DialogInRetry(FakeRest):
    """A dialog opens while the keyword is run again."""

    def __init__(self, driver):
        super().__init__()
        self.driver = driver

    def has_dialog(self, _driver):
        return len(self.driver.commands) > 1

    def state(self, driver, _within):
        return State(has_dialog=True) if self.has_dialog(driver) else BUSY


def test_a_dialog_that_a_retry_meets_stays_open(attach):
    """The error is that of the try before it."""
    driver = Sent({"value": "old"}, UnexpectedAlertPresentException())
    retries.leaves_dialogs(driver)

    def check():
        assert "new" == driver.execute(Command.GET_TITLE)["value"]

    library = Library("title_should_be", check, check)
    attach(library, DialogInRetry(driver))
    with pytest.raises(AssertionError):
        library.keywords["Keyword"]()
    assert [Command.GET_TITLE] * 2 == driver.commands


def test_a_dialog_that_is_met_otherwise_is_closed(attach):
    """As a driver does that was told nothing."""
    driver = Sent(*[UnexpectedAlertPresentException()] * 2)
    attach(Library("title_should_be", None))
    for expected in ([], [Command.W3C_DISMISS_ALERT]):
        driver.commands.clear()
        with pytest.raises(UnexpectedAlertPresentException):
            driver.execute(Command.GET_TITLE)
        assert [Command.GET_TITLE, *expected] == driver.commands
        retries.leaves_dialogs(driver)


@pytest.mark.parametrize(
    ("error", "is_repeated"),
    [
        (AssertionError(), True),
        (ElementNotFound(), True),
        (StaleElementReferenceException(), True),
        (NoSuchElementException(), True),
        (InvalidSelectorException(), False),
        (UnexpectedAlertPresentException(), False),
        (ValueError(), False),
        (KeyboardInterrupt(), False),
    ],
    ids=lambda value: type(value).__name__,
)
def test_errors_that_time_may_heal_are_known(attach, error, is_repeated):
    """Others are raised at once."""
    library = Library("get_text", error, None)
    attach(library)
    if is_repeated:
        library.keywords["Keyword"]()
    else:
        with pytest.raises(type(error)):
            library.keywords["Keyword"]()


@pytest.mark.parametrize(
    ("name", "module", "is_repeated"),
    [
        ("click_element", "SeleniumLibrary.keywords.element", True),
        ("wait_until_page_contains", "SeleniumLibrary.keywords.waiting", False),
        ("alert_should_be_present timeout", "SeleniumLibrary.keywords.alert", False),
        ("switch_window timeout", "SeleniumLibrary.keywords.window", True),
        ("order_tea", "own", False),
        ("tea_should_be_ready", "own", True),
        ("get_tea", "own", True),
    ],
)
def test_keywords_that_may_be_repeated_are_known(attach, name, module, is_repeated):
    """Those of others may do more than what their commands tell."""
    library = Library(name, WRONG, None, module=module)
    attach(library)
    if is_repeated:
        library.keywords["Keyword"]()
    else:
        with pytest.raises(AssertionError):
            library.keywords["Keyword"]()


class Sent(WebDriver):
    """A driver whose commands have these results."""

    def __init__(self, *results):
        self.results = list(results)
        self.session_id = None
        self.error_handler = SimpleNamespace(check_response=lambda response: response)
        self.command_executor = SimpleNamespace(execute=self._result)
        self.commands = []

    def _wrap_value(self, value):
        return value

    def _result(self, command, _values):
        self.commands.append(command)
        result = self.results.pop(0) if self.results else {"value": None}
        if isinstance(result, Exception):
            raise result
        return result


def test_what_has_acted_is_not_repeated(attach):
    """A form would be sent twice."""
    driver = Sent()

    def click():
        driver.execute(Command.CLICK_ELEMENT, {"id": "e"})
        raise StaleElementReferenceException

    library = Library("click_button", click)
    attach(library)
    with pytest.raises(StaleElementReferenceException):
        library.keywords["Keyword"]()
    assert [Command.W3C_EXECUTE_SCRIPT, Command.CLICK_ELEMENT] == driver.commands


NODE_LEFT = "unhandled inspector error: Node with given id does not belong to the document"


@pytest.mark.parametrize(
    "error",
    [StaleElementReferenceException(), WebDriverException(NODE_LEFT)],
    ids=["W3C", "Chrome"],
)
def test_an_action_that_was_not_begun_is_repeated(attach, error):
    """The page has replaced the element."""
    driver = Sent({"value": None}, error)
    click = lambda: driver.execute(Command.CLICK_ELEMENT, {"id": "e"})  # noqa: E731
    library = Library("click_button", click, click)
    attach(library)
    library.keywords["Keyword"]()
    assert 2 == library.runs


def test_a_script_that_returns_a_stale_element_is_not_repeated(attach):
    """It has been run."""
    driver = Sent(StaleElementReferenceException())
    run = lambda: driver.execute(Command.W3C_EXECUTE_SCRIPT, {"script": "go()"})  # noqa: E731
    library = Library("execute_javascript", run, run)
    attach(library)
    with pytest.raises(StaleElementReferenceException):
        library.keywords["Keyword"]()


COVERED = {"value": {"what": "<a>", "why": "is covered by <b>", "isFatal": True, "isCovered": True}}


def test_an_action_waits_for_its_element(attach, logged):
    """Then it is sent once."""
    driver = Sent(COVERED, COVERED)
    click = lambda: driver.execute(Command.CLICK_ELEMENT, {"id": "e"})  # noqa: E731
    library = Library("click_button", click)
    attach(library)
    library.keywords["Keyword"]()
    assert 1 == driver.commands.count(Command.CLICK_ELEMENT)
    assert logged[0].endswith("s: Element <a> is covered by <b>.")


@pytest.mark.parametrize("is_fatal", [True, False])
def test_in_the_end_the_driver_judges_what_only_it_can(attach, is_fatal):
    """But no click goes to another element."""
    obstacle = {"value": {"what": "<a>", "why": "is moving", "isFatal": is_fatal}}
    driver = Sent(*[obstacle] * 2)
    click = lambda: driver.execute(Command.CLICK_ELEMENT, {"id": "e"})  # noqa: E731
    library = Library("click_button", click)
    attach(library, limit=1e-9)
    if is_fatal:
        with pytest.raises(Exception, match="is moving"):
            library.keywords["Keyword"]()
    else:
        library.keywords["Keyword"]()
    assert is_fatal != (Command.CLICK_ELEMENT in driver.commands)


def like(name, library):
    """Give the keyword of a library the name and the arguments of one of SeleniumLibrary's."""
    real = SeleniumLibrary().attributes[name]
    library.keywords["Keyword"] = functools.wraps(real)(library.keywords["Keyword"])
    return library


@pytest.mark.parametrize(
    ("name", "arguments", "is_negative"),
    [
        ("page_should_not_contain", ("Error",), True),
        ("page_should_contain", ("Error",), False),
        ("page_should_contain_element", ("id:error", None, "TRACE", 0), True),
        ("page_should_contain_element", ("id:error", None, "TRACE", 1), False),
        ("page_should_contain_element", ("id:error",), False),
        ("list_should_have_no_selections", ("id:list",), True),
        ("list_selection_should_be", ("id:list",), True),
        ("list_selection_should_be", ("id:list", "tea"), False),
        ("element_text_should_be", ("id:error", ""), True),
        ("element_text_should_be", ("id:error", "no"), False),
        ("textfield_value_should_be", ("id:name", ""), True),
        ("element_should_contain", ("id:error", ""), False),
        ("get_text", ("id:error",), False),
        ("title_should_be", (), False),
    ],
)
def test_checks_that_something_is_not_there_wait_first(attach, name, arguments, is_negative):
    """What was set off may bring it."""
    rest = FakeRest()
    library = like(name, Library(name, None))
    attach(library, rest)
    library.keywords["Keyword"](*arguments)
    assert is_negative == bool(rest.ends)


def test_such_checks_in_checks_of_other_libraries_wait_as_well(attach):
    """Only the outer ones are tried again."""
    rest = FakeRest()
    inner = Library("page_should_not_contain", WRONG, None)
    outer = Library("cart_should_be_empty", *[inner.run_keyword] * 2, module="own")
    attach(inner, rest).attach([outer])
    outer.keywords["Keyword"]()
    assert (2, 2, 2) == (rest.ends, inner.runs, outer.runs)


def test_such_checks_do_not_disturb_a_keyword_that_waits(attach):
    """It asks again itself."""
    rest = FakeRest()
    inner = Library("page_should_not_contain", None)
    outer = Library("wait_until_cart_is_empty", inner.run_keyword, module="own")
    attach(inner, rest).attach([outer])
    outer.keywords["Keyword"]()
    assert 0 == rest.ends


def test_a_keyword_around_it_limits_the_time(attach):
    """`Wait Until Keyword Succeeds` tries again itself."""
    library = Library("title_should_be", WRONG, WRONG)
    tried = attach(library)
    tried.begin_outer_wait(0)
    with pytest.raises(AssertionError):
        library.keywords["Keyword"]()
    assert 1 == library.runs
    tried.end_outer_wait()
    tried.end_outer_wait()


def test_without_the_option_nothing_is_repeated(attach):
    """Another suite may import the library without it."""
    library = Library("title_should_be", WRONG)
    attach(library, limit=0)
    with pytest.raises(AssertionError):
        library.keywords["Keyword"]()


def test_all_is_restored(attach):
    """Another run may follow in the same process."""
    library = Library("title_should_be", WRONG)
    before = dict(library.keywords), dict(library.attributes), WebDriver.execute
    tried = attach(library)
    assert before != (library.keywords, library.attributes, WebDriver.execute)
    tried.attach([library])
    tried.detach()
    assert before == (library.keywords, library.attributes, WebDriver.execute)
    assert {} == observers._EVERYWHERE
