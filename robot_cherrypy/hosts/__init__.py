"""Hosts on one machine, each with a container engine of its own, joined to a cluster."""
