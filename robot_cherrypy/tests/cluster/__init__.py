"""Tests of the notes application on several hosts: deploy/swarm, units and kubernetes."""
