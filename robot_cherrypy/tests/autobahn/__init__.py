"""All cases of the Autobahn test suite for WebSocket servers, run against both servers."""
