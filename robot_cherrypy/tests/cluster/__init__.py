"""Tests of deploy/swarm: the notes application on three hosts."""
