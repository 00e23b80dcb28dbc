"""Keywords about notes without the page: what other editors do, and what is stored."""

from typing import Any

import requests
from robot.api.deco import keyword, library

# How long a response may take, in seconds: the suites about the stack put a load on the servers.
_TIMEOUT = 60


@library
class notes:  # noqa: N801 - Robot imports a library by the name of its file
    """Uses the REST API of the notes application."""

    @keyword
    def delete_all_notes(self, url: str) -> None:
        """Delete all notes. The API lists a page of them at a time."""
        with requests.Session() as client:
            while notes := _list(client, url)["notes"]:
                for note in notes:
                    address = f"{url}/api/notes/{note['id']}"
                    client.delete(address, headers={"If-Match": "*"}, timeout=_TIMEOUT)

    @keyword
    def store_notes(self, url: str, *titles: str) -> None:
        """Create notes, one after the other."""
        for title in titles:
            note = {"title": title, "text": ""}
            response = requests.post(f"{url}/api/notes", json=note, timeout=_TIMEOUT)
            response.raise_for_status()

    @keyword
    def change_elsewhere(self, url: str, title: str, text: str) -> None:
        """Change the text of the note with this title, as another editor."""
        address = f"{url}/api/notes/{_number(url, title)}"
        etag = requests.get(address, timeout=_TIMEOUT).headers["ETag"]
        note = {"title": title, "text": text}
        response = requests.put(address, json=note, headers={"If-Match": etag}, timeout=_TIMEOUT)
        response.raise_for_status()

    @keyword
    def delete_elsewhere(self, url: str, title: str) -> None:
        """Delete the note with this title, as another editor."""
        address = f"{url}/api/notes/{_number(url, title)}"
        requests.delete(address, headers={"If-Match": "*"}, timeout=_TIMEOUT).raise_for_status()

    @keyword
    def stored_note_should_be(self, url: str, title: str, text: str) -> None:
        """Fail unless there is exactly one note with this title, and it has this text."""
        note = requests.get(f"{url}/api/notes/{_number(url, title)}", timeout=_TIMEOUT).json()
        if note["text"] != text:
            raise AssertionError(f"Note '{title}' should be '{text}', but is '{note['text']}'.")

    @keyword
    def stored_titles_should_be(self, url: str, *titles: str) -> None:
        """Fail unless these are the titles of all notes, the one changed last first."""
        stored = [note["title"] for note in _list(requests, url)["notes"]]
        if stored != list(titles):
            raise AssertionError(f"The notes should be {list(titles)}, but are {stored}.")

    @keyword
    def get_served_instances(self, url: str, times: int) -> list[str]:
        """Return the names of the instances that this many requests reach."""
        responses = [requests.get(f"{url}/health", timeout=_TIMEOUT) for _ in range(times)]
        return sorted({response.headers["X-Instance"] for response in responses})


def _list(client: Any, url: str, search: str = "") -> Any:
    response = client.get(f"{url}/api/notes", params={"search": search}, timeout=_TIMEOUT)
    response.raise_for_status()
    return response.json()


def _number(url: str, title: str) -> int:
    notes = _list(requests, url, title)["notes"]
    numbers = [note["id"] for note in notes if note["title"] == title]
    if len(numbers) != 1:
        raise AssertionError(f"There should be one note '{title}', but there are {len(numbers)}.")
    number: int = numbers[0]
    return number
