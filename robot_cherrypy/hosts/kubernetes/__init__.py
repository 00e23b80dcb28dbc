"""Kubernetes: stacks on a cluster that there is, or on hosts of this machine."""
