"""How a request becomes a WebSocket, on each kind of server that a page may run under."""
