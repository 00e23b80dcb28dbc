"""What a test or a suite setup did and what is undone when that test or suite ends."""

from collections.abc import Callable

from robot.libraries.BuiltIn import BuiltIn

Undo = Callable[[], None]


class Owners:
    """Knows who is at work now, and what has to be undone for whom."""

    def __init__(self) -> None:
        self._undo: dict[str, list[Undo]] = {}

    @property
    def current(self) -> str:
        """Full name of the running test; in a setup or teardown of a suite, that of the suite."""
        builtin = BuiltIn()
        suite = builtin.get_variable_value("${SUITE_NAME}")
        test = builtin.get_variable_value("${TEST_NAME}")
        return f"{suite}.{test}" if test else str(suite)

    def at_the_end(self, undo: Undo) -> None:
        """Do something once when the current owner ends, whatever happens; later things first."""
        planned = self._undo.setdefault(self.current, [])
        if undo not in planned:
            planned.append(undo)

    def end(self, owner: str) -> None:
        """Undo what an owner did."""
        for undo in reversed(self._undo.pop(owner, [])):
            undo()
