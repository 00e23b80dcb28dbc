"""The certificates of servers, and their private keys, are nowhere after the run."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# What a busy machine may take, in seconds.
PATIENCE = 60

SUITE = """
*** Settings ***
Library    robot_cherrypy    timeout=60 seconds

*** Test Cases ***
Killed
    Start Server    sample_app.echo:Echo    https=True
    Log To Console    started
    Sleep    10 minutes
"""


def test_killed_run_leaves_no_certificates(tmp_path):
    """Not even if the process has no time for anything."""
    suite = tmp_path / "killed.robot"
    suite.write_text(SUITE)
    command = [sys.executable, "-m", "robot", "--outputdir", str(tmp_path), str(suite)]
    # Its path has to be short, as sockets are in such folders, too.
    with tempfile.TemporaryDirectory(prefix="k-") as name:
        environment = {**os.environ, "TMPDIR": name}
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as run:
            try:
                assert any("started" in line for line in run.stdout)
                assert list(Path(name).rglob("*.pem"))
            finally:
                run.kill()
        deadline = time.monotonic() + PATIENCE
        while list(Path(name).iterdir()):
            assert time.monotonic() < deadline
            time.sleep(0.05)
