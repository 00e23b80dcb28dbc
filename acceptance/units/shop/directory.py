"""Responds to each request with the number of instances that are in the registry."""

import base64
import http.server
import json
import urllib.request

URL = "http://registry:2379/v3/kv/range"
RANGE = {
    name: base64.b64encode(key).decode()
    for name, key in (("key", b"/shop/"), ("range_end", b"/shop0"))
}


class Handler(http.server.BaseHTTPRequestHandler):
    """Responds with the number."""

    def do_GET(self) -> None:
        """Ask the registry."""
        body = json.dumps({**RANGE, "count_only": True}).encode()
        with urllib.request.urlopen(URL, body, timeout=5) as response:
            count = json.load(response).get("count", "0")
        self.send_response(200)
        self.end_headers()
        self.wfile.write(str(count).encode())


http.server.ThreadingHTTPServer(("", 8080), Handler).serve_forever()
