"""CherryPy's own test suite, run against CherryPy on asyncio and with patches."""
