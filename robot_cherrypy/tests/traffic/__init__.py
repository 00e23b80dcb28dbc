"""Tests of how traffic is recorded, and of faults."""
