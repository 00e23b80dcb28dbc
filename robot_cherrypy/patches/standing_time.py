"""Waits of other people's keywords do not end while a test is paused.

Upstream: Robot 7.5, `robot/libraries/BuiltIn.py` (Wait Until Keyword Succeeds, Sleep);
SeleniumLibrary 6.9, `SeleniumLibrary/keywords/waiting.py`; Selenium 4.51,
`selenium/webdriver/support/wait.py`. Each of them calls `time.time()` or `time.monotonic()` by its
own global name `time`.
"""

from collections.abc import Iterable
from types import ModuleType
from typing import Any

from robot_cherrypy.patches.replacements import Replacements


def time_in_modules(replacements: Replacements, modules: Iterable[ModuleType], time: Any) -> None:
    """Let modules use something else as the module `time`."""
    for module in modules:
        if hasattr(module, "time"):
            replacements.set(module, "time", time)
