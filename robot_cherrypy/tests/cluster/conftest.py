"""The images are those of tests/deploy, built in the same way."""

import time

import pytest

from robot_cherrypy.tests.deploy.conftest import base, deploy, stack_images, wheels

__all__ = ["base", "deploy", "stack_images", "wheels"]

# How many hosts with an instance are killed in a row.
KILLS = 20


@pytest.fixture
def tell(capsys):
    """Return a function that prints how many seconds something took, also when the test passes."""

    def tell(what, start):
        with capsys.disabled():
            print(f"\n{what}: {time.monotonic() - start:.1f} s", flush=True)  # noqa: T201

    return tell
