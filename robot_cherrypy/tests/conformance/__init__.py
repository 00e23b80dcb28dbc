"""CherryPy's own test suite, run against CherryPy on asyncio: `python -m ...tests.conformance`."""
