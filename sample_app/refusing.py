"""An application whose class cannot be instantiated."""


class Refusing:
    """Needs a database that is not there."""

    def __init__(self) -> None:
        raise RuntimeError("no database")
