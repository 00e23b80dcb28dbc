"""The step about images in the tutorial about deploying."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from robot_cherrypy.tests.deploy.conftest import IS_OFFLINE, compose, status
from robot_cherrypy.tests.docs.blocks import ALL, ROOT

FILES = ROOT / "acceptance/tutorials/deploying"
BLOCKS = [block for block in ALL if block.document == "docs/tutorials/deploying/5-image.md"]


def _run(folder, *command):
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    ended = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PATH": path},
        check=False,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert ended.returncode == 0, f"{command}\n{ended.stdout}\n{ended.stderr}"


def _find_wheels(dockerfile, python):
    """Let a build take its packages from the image of Python: nothing is downloaded."""
    text = dockerfile.read_text().replace("python:3-slim", python)
    text = text.replace("ARG PIP_FIND_LINKS", "ARG PIP_FIND_LINKS=/wheels")
    if IS_OFFLINE:
        text = text.replace("ARG PIP_NO_INDEX", "ARG PIP_NO_INDEX=1")
    dockerfile.write_text(text)


@pytest.mark.timeout(900)
def test_reader_gets_an_image_that_keeps_entries(python_with_wheels, tmp_path):
    """The commands, the two additions and the suite are those of the page."""
    commands, volume, folder, suite = BLOCKS
    init, up = commands.text.splitlines()
    for name in ("book2.py", "book.resource"):
        shutil.copy(FILES / name, tmp_path)

    _run(tmp_path, *init.split())
    dockerfile, compose_file = tmp_path / "Dockerfile", tmp_path / "compose.yaml"
    _find_wheels(dockerfile, python_with_wheels)
    dockerfile.write_text(
        dockerfile.read_text().replace("\nUSER 1000\n", f"\n{folder.text}USER 1000\n")
    )
    services, added = map(yaml.safe_load, (compose_file.read_text(), volume.text))
    services["services"]["app"] |= added["services"]["app"]
    compose_file.write_text(yaml.safe_dump(services | {"volumes": added["volumes"]}))
    try:
        compose(tmp_path, *up.removeprefix("docker compose ").split(), "--detach", "--wait")
        assert "Guest book" in status("http://127.0.0.1:8080/")[1]
    finally:
        compose(tmp_path, "down", "--volumes", "--rmi", "local")

    (tmp_path / "step5_image.robot").write_text(suite.text)
    _run(tmp_path, sys.executable, "-m", "robot", "--outputdir", "results", "step5_image.robot")
