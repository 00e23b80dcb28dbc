"""The Dockerfiles, as far as they can be checked without an engine."""

import subprocess
import sys
from pathlib import Path

import pytest

from robot_cherrypy.command import main
from robot_cherrypy.tests.docs.blocks import ROOT

HADOLINT = Path(sys.executable).parent / "hadolint"
DOCKERFILES = sorted(ROOT.glob("deploy/**/Dockerfile"))


@pytest.mark.parametrize("file", DOCKERFILES, ids=lambda path: path.parent.name)
def test_hadolint_finds_nothing(file):
    """Nothing that it knows to go wrong."""
    subprocess.run([HADOLINT, file], check=True)


def test_hadolint_finds_nothing_in_that_of_init(tmp_path):
    """Nor in what `init --containers` writes."""
    (tmp_path / "app.py").write_text("from flask import Flask\napp = Flask(__name__)\n")
    assert 0 == main(["init", "--containers", str(tmp_path)])
    subprocess.run([HADOLINT, tmp_path / "Dockerfile"], check=True)
