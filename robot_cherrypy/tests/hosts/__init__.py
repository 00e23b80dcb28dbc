"""Unit tests of what needs no hosts."""
