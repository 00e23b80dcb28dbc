"""Hosts with systemd, on which units run: quadlets of Podman and services of systemd's own."""
