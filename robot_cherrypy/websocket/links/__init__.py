"""An open WebSocket on the event loop that carries it: on a transport, or on ASGI's messages."""
