"""Unit tests of what needs no container engine."""
