"""One request: from ASGI to what is mounted on a CherryPy tree, and back."""
