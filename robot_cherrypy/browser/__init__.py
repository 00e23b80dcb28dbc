"""Finds, installs and opens a headless browser."""
