"""Tests of the keyword library as users see it."""
