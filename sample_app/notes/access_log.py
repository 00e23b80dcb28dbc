"""An access log in JSON."""

import json
import time
from datetime import UTC, datetime

import cherrypy
from cherrypy._cplogging import LogManager

from sample_app.notes.settings import Settings


class AccessLog(LogManager):
    """Writes a JSON object for each request, with the name of the instance."""

    def __init__(self, application: int, settings: Settings) -> None:
        super().__init__(application, cherrypy.log.logger_root)
        self._settings = settings

    def access(self) -> None:
        """Log a request (called by CherryPy)."""
        request, response = cherrypy.serving.request, cherrypy.serving.response
        status = (response.output_status or b"").partition(b" ")[0].decode()
        entry = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "instance": self._settings.instance,
            "client": request.headers.get("X-Forwarded-For", request.remote.ip),
            "request": request.request_line,
            "status": int(status) if status else None,
            "milliseconds": round((time.time() - response.time) * 1000, 1),
            "id": str(request.unique_id),
        }
        self.access_log.info(json.dumps(entry))
