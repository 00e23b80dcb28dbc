"""Cleanup without Robot Framework: what is run when, in which order, whatever fails."""

import pytest

from robot_cherrypy.cleanup import Cleanup, Stage
from robot_cherrypy.errors import ServerError


class Run:
    """A run whose current suite and test are set by hand, and whose actions write down names."""

    def __init__(self):
        self.suite, self.test = "Shop", None
        self.cleanup = Cleanup(lambda: (self.suite, self.test))
        self.log = []

    def open(self, name, stage=Stage.SERVERS, *, raises=None):
        self.cleanup.at_end_of_suite(name, self._action(name, raises), stage)

    def change(self, name, *, raises=None):
        stage = Stage.FAULTS_AND_CLOCK
        self.cleanup.at_end_of_test(name, self._action(name, raises), stage)

    def _action(self, name, raises):
        def action():
            self.log.append(name)
            if raises is not None:
                raise raises

        return action


@pytest.fixture
def run():
    return Run()


def test_actions_wait_for_their_own_suite(run):
    """A suite's end runs nothing of the suite around it."""
    run.open("outer")
    run.suite = "Shop.Orders"
    run.open("inner")
    run.cleanup.run("Shop.Orders")
    assert ["inner"] == run.log
    run.cleanup.run("Shop")
    assert ["inner", "outer"] == run.log


def test_actions_are_run_once(run):
    """What was run is forgotten."""
    run.open("server")
    run.cleanup.run("Shop")
    run.cleanup.run("Shop")
    run.cleanup.run_all()
    assert ["server"] == run.log


def test_test_ends_with_its_own_actions(run):
    """What a test opened for its suite stays until the suite ends."""
    run.test = "Order Tea"
    run.open("server")
    run.change("clock")
    run.cleanup.run("Shop.Order Tea")
    assert ["clock"] == run.log


def test_setup_of_a_suite_acts_for_the_suite(run):
    """Where no test runs, the end of the suite is meant."""
    run.change("clock")
    run.cleanup.run("Shop.Order Tea")
    assert [] == run.log
    run.cleanup.run("Shop")
    assert ["clock"] == run.log


def test_suite_ends_with_all_that_is_inside_it(run):
    """Nothing survives its suite, even if the end of a test or of an inner suite was not seen."""
    run.suite, run.test = "Shop.Orders", "Order Tea"
    run.change("clock")
    run.open("server")
    run.cleanup.run("Shop")
    assert ["clock", "server"] == run.log


def test_suite_whose_name_begins_alike_goes_on(run):
    """`Shopping` is not inside `Shop`."""
    run.suite = "Shopping"
    run.open("server")
    run.cleanup.run("Shop")
    assert [] == run.log


def test_stages_come_in_order_and_the_newest_of_a_stage_first(run):
    """Whatever the order in which things were opened."""
    names = []
    for stage in reversed(Stage):
        for age in ("old", "new"):
            run.open(f"{age} {stage.name}", stage)
            names.append(f"{age} {stage.name}")
    run.cleanup.run("Shop")
    assert names[::-1] == run.log


def test_stages_close_clients_before_the_servers_that_they_use(run):
    """Faults first, databases last."""
    names = "FAULTS_AND_CLOCK CLIENTS LOAD_BALANCER SERVERS DATABASES IMAGES"
    assert names.split() == [stage.name for stage in sorted(Stage)]


def test_withdrawn_action_is_not_run(run):
    """As after `Stop Server`, also in another suite than the one that started it."""
    run.open("server 'tea'")
    run.open("server 'coffee'")
    run.suite = "Shop.Orders"
    run.cleanup.withdraw("server 'tea'")
    run.cleanup.run_all()
    assert ["server 'coffee'"] == run.log


def test_failing_actions_stop_no_other(run):
    """Each is reported with what it was to clean up, and for whom."""
    run.open("database", Stage.DATABASES)
    run.open("server 'tea'", raises=ServerError("It hangs."))
    run.open("browser '1'", Stage.CLIENTS, raises=KeyError("gone"))
    errors = run.cleanup.run("Shop")
    assert ["browser '1'", "server 'tea'", "database"] == run.log
    assert [
        "Cleanup of browser '1' after 'Shop' failed: KeyError: 'gone'",
        "Cleanup of server 'tea' after 'Shop' failed: It hangs.",
    ] == list(map(str, errors))
    assert isinstance(errors[0].__cause__, KeyError)


def test_failing_action_is_not_run_again(run):
    """Nor does the end of the run repeat it."""
    run.open("server", raises=ServerError("It hangs."))
    run.cleanup.run("Shop")
    assert [] == run.cleanup.run_all()


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, SystemExit])
def test_interrupt_is_raised_when_all_actions_have_run(run, interrupt):
    """Who presses Ctrl-C twice leaves no server behind either."""
    run.open("first")
    run.open("second", raises=interrupt())
    run.open("third")
    with pytest.raises(interrupt):
        run.cleanup.run("Shop")
    assert ["third", "second", "first"] == run.log


def test_end_of_the_run_runs_all_that_is_left(run):
    """Of every suite, in the order of the stages."""
    run.open("database", Stage.DATABASES)
    run.suite = "Shop.Orders"
    run.open("server")
    run.suite = "Café"
    run.open("browser", Stage.CLIENTS)
    run.cleanup.run_all()
    assert ["browser", "server", "database"] == run.log


def test_action_may_plan_another_one(run):
    """It is kept for the next end."""

    def action():
        run.open("late")

    run.cleanup.at_end_of_suite("early", action, Stage.SERVERS)
    run.cleanup.run("Shop")
    assert [] == run.log
    run.cleanup.run_all()
    assert ["late"] == run.log
