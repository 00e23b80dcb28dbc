"""Ends with 0 if the server of this container responds, and with 1 if it fails or is stopping."""

import http.client
import os
import sys

# Less than the time-out of HEALTHCHECK, in seconds.
_TIMEOUT = 10

connection = http.client.HTTPConnection(
    "127.0.0.1", int(os.environ.get("PORT", "8080")), timeout=_TIMEOUT
)
try:
    connection.request("GET", os.environ.get("HEALTH", "/"))
    status = connection.getresponse().status
except OSError as error:
    sys.exit(str(error))
sys.exit(0 if status < 500 else f"status {status}")
