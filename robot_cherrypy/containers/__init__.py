"""Containers beside an application: Docker's and Podman's, started by compose files."""
