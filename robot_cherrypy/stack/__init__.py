"""Databases and a load balancer, as they stand around an application in production."""
