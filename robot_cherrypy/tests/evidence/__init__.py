"""Tests of what a failed test shows."""
