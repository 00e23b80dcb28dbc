"""Pauses in a pseudo-terminal."""
