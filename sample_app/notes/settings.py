"""What can be configured."""

import os
import socket
from dataclasses import dataclass, field, fields

import cherrypy


@dataclass
class Settings:
    """The entries of the configuration namespace `notes` (CherryPy documentation, "Config").

    Attributes:
        database: URL of the database.
        instance: How this process calls itself among others of its kind.
    """

    database: str = "sqlite:///notes.db"
    instance: str = field(default_factory=lambda: f"{socket.gethostname()}-{os.getpid()}")

    def set(self, name: str, value: str) -> None:
        """Take one entry.

        Raises:
            ValueError: There is no such entry.
        """
        if name not in {one.name for one in fields(self)}:
            raise ValueError(f"There is no entry 'notes.{name}'.")
        setattr(self, name, value)

    def sign(self) -> None:
        """Tell with the response which instance gave it."""
        cherrypy.serving.response.headers["X-Instance"] = self.instance
