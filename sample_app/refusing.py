"""An application that cannot be made."""


class Refusing:
    """Needs what is not there."""

    def __init__(self) -> None:
        raise RuntimeError("no database")
