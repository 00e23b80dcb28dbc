"""A library of the project's own, in the package of the application."""

import http.client
import threading
from datetime import UTC, datetime
from urllib.parse import urlsplit

from robot.api.deco import keyword, library

from clockshop import web
from clockshop.testing.waits import wait

_CLIENTS = 4


@library(scope="SUITE")
class Steps:
    """Waits, asks the application for the year, and sends it requests all the time."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._clients: list[threading.Thread] = []
        self._answers: list[str] = []

    @keyword
    def wait_a_moment(self) -> None:
        """Wait by the time of day."""
        wait(0.1)

    @keyword
    def wait_a_moment_on_a_thread(self) -> None:
        """Wait by the time of day, on a thread."""
        thread = threading.Thread(target=wait, args=[0.1], daemon=True)
        thread.start()
        thread.join(5)
        if thread.is_alive():
            raise AssertionError("The thread still waits.")

    @keyword
    def year_of_the_application(self) -> int:
        """Return what a function of the application returns."""
        return web.year()

    @keyword
    def start_clients(self, url: str) -> None:
        """Let clients send requests one after the other, each on one connection."""
        for _ in range(_CLIENTS):
            client = threading.Thread(target=self._ask, args=[urlsplit(url).netloc], daemon=True)
            client.start()
            self._clients.append(client)

    @keyword
    def stop_clients(self) -> list[str]:
        """Stop the clients; return answers that are no years, and errors."""
        self._stop.set()
        for client in self._clients:
            client.join(10)
        if len(self._answers) < _CLIENTS:
            raise AssertionError(f"Only {len(self._answers)} requests were answered.")
        years = {str(datetime.now(UTC).year), "2031"}
        return [answer for answer in self._answers if not set(answer.split()) <= years]

    def _ask(self, address: str) -> None:
        connection = http.client.HTTPConnection(address, timeout=10)
        try:
            while not self._stop.is_set():
                connection.request("GET", "/")
                self._answers.append(connection.getresponse().read().decode())
        except (OSError, http.client.HTTPException) as error:
            self._answers.append(repr(error))
        finally:
            connection.close()
