"""Finds what tests need, reports what is missing, and installs it."""
