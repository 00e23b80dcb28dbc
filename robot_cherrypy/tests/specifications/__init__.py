"""The sentences of ASGI and of PEP 3333 with "must" or "should", each against our servers."""
