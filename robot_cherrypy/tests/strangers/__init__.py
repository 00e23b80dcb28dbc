"""Public applications that nobody here wrote, on both servers: `tox -e strangers`."""
