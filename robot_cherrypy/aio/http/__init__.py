"""HTTP connections: from bytes to ASGI and back; knows nothing of CherryPy."""
