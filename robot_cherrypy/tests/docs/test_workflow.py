"""What the project's own continuous integration does."""

import yaml

from robot_cherrypy.tests.docs.blocks import ROOT


def _steps():
    workflow = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text("utf-8"))
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def test_workflow_runs_what_a_person_runs():
    """The commands are the two of the README."""
    commands = [step["run"] for step in _steps() if "run" in step]

    assert {"python3 bootstrap.py tests", "python3 bootstrap.py acceptance"} == set(commands)


def test_report_is_published_when_tests_failed():
    """Nobody has to run a failed suite again to see its report."""
    uploads = [step for step in _steps() if "upload-artifact" in step.get("uses", "")]

    assert [("always()", "results/")] == [(one["if"], one["with"]["path"]) for one in uploads]
