"""What Django and Flask tell about exceptions, whether they log them or not."""

import sys
from collections.abc import Callable
from typing import Any

_Observe = Callable[[BaseException | None], object]

# The modules that have a signal `got_request_exception`.
_MODULES = ("django.core.signals", "flask.signals")


class FrameworkSignals:
    """Calls a function with the exception of each view that raises, while it is connected."""

    def __init__(self) -> None:
        self._observe: _Observe | None = None

    def connect(self, observe: _Observe) -> None:
        """Begin to call a function, for the frameworks that are imported."""
        self._observe = observe
        self.update()

    def update(self) -> None:
        """Include the frameworks that were imported meanwhile."""
        if self._observe is not None:
            for signal in self._signals():
                # Django would keep a finalizer for each weak connection, even after its end.
                signal.connect(self._receive, weak=False)

    def disconnect(self) -> None:
        """Do not call the function any more."""
        self._observe = None
        for signal in self._signals():
            signal.disconnect(self._receive)

    def _signals(self) -> list[Any]:
        modules = [sys.modules[name] for name in _MODULES if name in sys.modules]
        return [module.got_request_exception for module in modules]

    def _receive(self, *_sender: Any, **_facts: Any) -> None:
        """Be called by a framework, while it handles the exception."""
        if self._observe is not None:
            self._observe(sys.exc_info()[1])
