"""Tells what tests need, what of it is there, and installs the rest."""
