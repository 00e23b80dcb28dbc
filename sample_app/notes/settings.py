"""The entries of the configuration that the application adds to CherryPy's."""

import os
import socket
from dataclasses import dataclass, field, fields
from pathlib import Path

import cherrypy
from sqlalchemy import URL, make_url


@dataclass
class Settings:
    """The entries of the configuration namespace `notes` (CherryPy documentation, "Config").

    Attributes:
        database: The URL of the database.
        password_file: A file with the password for it, which then stands neither in the
            configuration nor in the environment.
        instance: The name of this process among several of the same application.
    """

    database: str = "sqlite:///notes.db"
    password_file: str = ""
    instance: str = field(default_factory=lambda: f"{socket.gethostname()}-{os.getpid()}")

    @property
    def database_url(self) -> URL:
        """The URL of the database with the password."""
        url = make_url(self.database)
        if not self.password_file:
            return url
        return url.set(password=Path(self.password_file).read_text("utf-8").strip())

    def set_entry(self, name: str, value: str) -> None:
        """Set an entry (called by CherryPy while it reads the configuration).

        Raises:
            ValueError: There is no such entry.
        """
        if name not in {entry.name for entry in fields(self)}:
            raise ValueError(f"There is no entry 'notes.{name}'.")
        setattr(self, name, value)

    def add_header(self) -> None:
        """Add a header to the response that names the instance."""
        cherrypy.serving.response.headers["X-Instance"] = self.instance
