"""Tests of CherryPy on asyncio."""
