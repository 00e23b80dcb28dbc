"""Tests of hosting: WSGI and ASGI applications, and Django projects."""
