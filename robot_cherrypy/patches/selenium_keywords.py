"""How SeleniumLibrary's keywords are run, with what they send to the browser and what they log.

Upstream: SeleniumLibrary 6.9 with robotframework-pythonlibcore 4.6, whose libraries keep their
keywords in two dictionaries (`robotlibcore/core/hybrid.py`); selenium 4.51; Robot Framework 7.5.
"""

import functools
from collections.abc import Callable
from typing import Any

from robot_cherrypy.patches.replacements import Replacements

# Gets a keyword's method and its arguments, and calls it.
_Run = Callable[..., Any]


def observed_keywords(replacements: Replacements, library: Any, run: _Run) -> None:
    """Have each keyword of a library run by a function, also those of its plugins.

    A subclass may run keywords by a `run_keyword` of its own, and other libraries call them as
    methods; all find them in the dictionaries of `robotlibcore/core/hybrid.py`.

    Args:
        replacements: How the patch is put in place.
        library: The library.
        run: Gets a keyword's method and its arguments, and calls it.
    """
    runs: dict[Any, Any] = {}
    for methods in (library.keywords, library.attributes):
        for name, method in list(methods.items()):
            if method not in runs:
                runs[method] = functools.wraps(method)(functools.partial(run, method))
            replacements.set_item(methods, name, runs[method])


def observed_locators(replacements: Replacements, library: Any, run: _Run) -> None:
    """Have each search for an element run by a function, as that of a plugin or another library.

    Args:
        replacements: How the patch is put in place.
        library: The library, whose finder is that of `SeleniumLibrary/locators/elementfinder.py`.
        run: Gets the finder's method and its arguments, and calls it.
    """
    replacements.wrap(library._element_finder, "find", run)  # noqa: SLF001


def observed_commands(
    replacements: Replacements, drivers: type[Any], execute: Callable[..., Any]
) -> None:
    """Have each command of a test to a browser sent by a function.

    Selenium has no extension point for it: a listener of `EventFiringWebDriver` is not told of
    actions of the mouse. Everything is sent by `WebDriver.execute`
    (`selenium/webdriver/remote/webdriver.py`).

    Args:
        replacements: How the patch is put in place.
        drivers: The class `WebDriver`.
        execute: Gets the original method, the driver, the name of the command and its parameters.
    """
    replacements.wrap(drivers, "execute", execute)


def held_messages(replacements: Replacements, log: Any, hold: Callable[[Any], None]) -> None:
    """Give what is logged to a function in place of the log.

    A listener can change a message and not leave it out (`robot/output/logger.py`). What the log
    leaves out by its level at that moment is not held, such as the passwords that SeleniumLibrary
    types.

    Args:
        replacements: How the patch is put in place.
        log: Robot's logger, to which libraries write.
        hold: Gets each message.
    """

    def log_message(original: Callable[[Any], None], message: Any) -> None:
        output = log._output_file  # noqa: SLF001 - where the level is known
        is_held = output is None or output.is_logged(message)
        (hold if is_held else original)(message)

    replacements.wrap(log, "log_message", log_message)
