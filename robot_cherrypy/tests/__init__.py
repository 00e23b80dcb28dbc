"""Unit tests, mirroring the modules."""
