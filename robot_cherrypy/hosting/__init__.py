"""Django, WSGI and ASGI applications on the CherryPy bus."""
