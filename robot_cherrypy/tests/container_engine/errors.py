"""The error of this package."""


class EngineError(Exception):
    """There can be no engine here; the message says why, as the end of a sentence."""
