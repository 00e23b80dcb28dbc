"""How a patch is put in and taken out again."""

from collections.abc import Callable
from typing import Any

_ABSENT = object()


class Replacements:
    """Attributes of other people's classes and modules that were replaced, and what they were."""

    def __init__(self) -> None:
        self._originals: list[tuple[Any, str, Any]] = []

    def set(self, owner: Any, name: str, value: Any) -> None:
        """Replace one attribute of a class or module.

        Args:
            owner: The class or module.
            name: The attribute, which may be new or inherited.
            value: What it shall be.
        """
        self._originals.append((owner, name, vars(owner).get(name, _ABSENT)))
        setattr(owner, name, value)

    def wrap(self, owner: Any, name: str, wrapper: Callable[..., Any]) -> None:
        """Replace one function by `wrapper`, which gets the original as its first argument."""
        original = getattr(owner, name)

        def wrapped(*args: Any, **kwargs: Any) -> Any:
            return wrapper(original, *args, **kwargs)

        wrapped.__wrapped__ = original  # type: ignore[attr-defined]
        wrapped.__doc__ = original.__doc__
        wrapped.__name__ = getattr(original, "__name__", name)
        self.set(owner, name, wrapped)

    def restore(self) -> None:
        """Put everything back, the last replacement first."""
        while self._originals:
            owner, name, value = self._originals.pop()
            if value is _ABSENT:
                delattr(owner, name)
            else:
                setattr(owner, name, value)
