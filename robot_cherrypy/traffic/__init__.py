"""One recorder for both servers: exchanges, requests in flight, server-side errors."""
