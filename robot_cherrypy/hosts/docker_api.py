"""Docker's API by its socket: a look takes milliseconds, where a command takes a tenth of a second.

https://docs.docker.com/reference/api/engine/
"""

import http.client
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from robot_cherrypy.errors import HostError
from robot_cherrypy.hosts.unix_http import UnixConnection

# How long an engine may take, in seconds, on a busy machine.
_TIMEOUT = 30.0

_Filters = Mapping[str, Sequence[str]]


class DockerAPI:
    """The API of an engine.

    Args:
        path: Its socket.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def get(self, path: str, filters: _Filters | None = None, timeout: float = _TIMEOUT) -> Any:
        """Return what the engine says.

        Args:
            path: Of the resource, such as `/nodes`.
            filters: What the entries of a list have to have; ended containers have it, too.
            timeout: How long it may take, in seconds.

        Raises:
            HostError: It does not answer, or says that it cannot.
        """
        query = f"?all=1&filters={quote(json.dumps(filters))}" if filters else ""
        connection = UnixConnection(self._path, timeout)
        try:
            connection.request("GET", path + query)
            response = connection.getresponse()
            body = json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise HostError(f"An engine does not answer: {error!r}") from error
        finally:
            connection.close()
        if response.status != http.client.OK:
            raise HostError(body["message"])
        return body
