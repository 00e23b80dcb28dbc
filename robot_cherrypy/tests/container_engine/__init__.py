"""Runs a command where container engines are, on a bare machine too."""
