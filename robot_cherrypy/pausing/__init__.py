"""Pauses a test in the terminal: at a failure, at the keyword `Pause`, or at `breakpoint()`."""
