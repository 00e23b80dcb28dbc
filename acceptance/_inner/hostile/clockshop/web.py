"""A page that tells the time in each way that Python has."""

import time
from datetime import UTC, date, datetime

import cherrypy


def year() -> int:
    """Return the year, which pages and the test's library ask for."""
    return datetime.now(UTC).year


class Shop:
    """A shop that tells the time."""

    @cherrypy.expose
    def index(self) -> str:
        """Return the years that Python's functions tell, which are all the same."""
        years = {
            year(),
            date.today().year,  # noqa: DTZ011 - one of the ways
            time.localtime().tm_year,
            time.gmtime(time.time()).tm_year,
            int(time.strftime("%Y")),
        }
        return " ".join(map(str, sorted(years)))
