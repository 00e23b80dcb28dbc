"""CherryPy on asyncio."""
