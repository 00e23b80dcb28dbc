"""One WebSocket page-handler API for both servers, and a client."""
