"""Makes the report of parts, of which each may fail without the others."""

import traceback
from collections.abc import Callable, Iterable
from typing import ParamSpec

from robot_cherrypy.evidence.markup import folded, text
from robot_cherrypy.evidence.masking import Masker

_Arguments = ParamSpec("_Arguments")


class Parts:
    """Makes parts of the report; in the place of one that fails it says so."""

    def __init__(self, masker: Masker) -> None:
        self._masker = masker

    def make(
        self,
        name: str,
        make: Callable[_Arguments, str | Iterable[str]],
        *args: _Arguments.args,
        **kwargs: _Arguments.kwargs,
    ) -> str:
        """Return a part as HTML, or what went wrong in it.

        Args:
            name: What the part is, for the reader.
            make: Returns the HTML, in one piece or several; those before a fault are kept.
            args: Its arguments.
            kwargs: Its named arguments.
        """
        pieces: list[str] = []
        try:
            made = make(*args, **kwargs)
            pieces += [made] if isinstance(made, str) else ()
            for piece in () if isinstance(made, str) else made:
                pieces.append(piece)
        except Exception as error:  # noqa: BLE001 - a fault of ours must not cost the other parts
            pieces.append(self.fault(name, error))
        return "".join(pieces)

    def fault(self, name: str, error: Exception) -> str:
        """Return what is shown in the place of a part."""
        try:
            summary = self._masker.text(traceback.format_exception_only(error)[-1].strip())
            details = self._masker.text("".join(traceback.format_exception(error)))
        except Exception:  # noqa: BLE001 - what cannot be masked is not shown
            summary, details = type(error).__name__, ""
        return (
            f"<div class=problem>Missing: {text(name)}. robot_cherrypy has a fault: {text(summary)}"
            f"{folded('Please report it', f'<pre>{text(details)}</pre>')}</div>"
        )
