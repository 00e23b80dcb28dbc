"""The one way in which a patch is put in place and taken out again."""

import contextlib
from collections.abc import Callable, Iterator, MutableMapping
from typing import Any, Concatenate, ParamSpec

_P = ParamSpec("_P")


class Replacements:
    """Replaces attributes of other people's objects, and knows how to restore them."""

    def __init__(self) -> None:
        self._originals = contextlib.ExitStack()

    def set(self, owner: Any, name: str, value: Any) -> None:
        """Replace one attribute.

        Args:
            owner: A class, module or instance.
            name: The name of the attribute, which may be new or inherited.
            value: The new value.
        """
        if name in vars(owner):
            self._originals.callback(setattr, owner, name, vars(owner)[name])
        else:
            self._originals.callback(delattr, owner, name)
        setattr(owner, name, value)

    def add_item(self, mapping: MutableMapping[str, Any], key: str, value: Any) -> None:
        """Add a key that a mapping does not have."""
        self._originals.callback(mapping.pop, key, None)
        mapping[key] = value

    def set_item(self, mapping: MutableMapping[str, Any], key: str, value: Any) -> None:
        """Replace the value of a key that a mapping has."""
        self._originals.callback(mapping.__setitem__, key, mapping[key])
        mapping[key] = value

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
        """Restore the originals, the last replacement first."""
        self._originals.close()


@contextlib.contextmanager
def active(
    patch: Callable[Concatenate[Replacements, _P], None], *args: _P.args, **kwargs: _P.kwargs
) -> Iterator[None]:
    """Put a patch in place for the time of a `with` block.

    Args:
        patch: A function of this room.
        args: Its arguments after the `Replacements`.
        kwargs: Its keyword arguments.
    """
    replacements = Replacements()
    try:
        patch(replacements, *args, **kwargs)
        yield
    finally:
        replacements.restore()
