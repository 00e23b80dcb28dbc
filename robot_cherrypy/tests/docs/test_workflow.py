"""What the project's own continuous integration does."""

import runpy
import tomllib

import pytest
import yaml

from robot_cherrypy.tests.docs.blocks import ROOT


def _jobs(workflow):
    return yaml.safe_load((ROOT / f".github/workflows/{workflow}.yml").read_text("utf-8"))["jobs"]


def _steps():
    return [step for job in _jobs("test").values() for step in job["steps"]]


def test_workflow_runs_what_a_person_runs():
    """The commands are the two of the README."""
    commands = [step["run"] for step in _steps() if "run" in step]

    assert {"python3 bootstrap.py tests", "python3 bootstrap.py acceptance"} == set(commands)


def test_report_is_published_when_tests_failed():
    """Nobody has to run a failed suite again to see its report."""
    uploads = [step for step in _steps() if "upload-artifact" in step.get("uses", "")]

    assert [("always()", "results/")] == [(one["if"], one["with"]["path"]) for one in uploads]


@pytest.mark.parametrize(("workflow", "job"), [("test", "tests"), ("release", "check")])
def test_every_python_of_the_classifiers_is_tested(workflow, job):
    """Also with the wheel, before it is published."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    named = [name.rpartition(" ")[2] for name in project["classifiers"] if ":: 3." in name]

    assert named == _jobs(workflow)[job]["strategy"]["matrix"]["python"]


NOTES = "- All of it."
CHANGELOG = f"# Changelog\n\n## [1.2.0] - 2026-12-01\n\n{NOTES}\n\n## [1.1.0] - 2026-11-01\n"


@pytest.mark.parametrize(
    ("tag", "version", "changelog", "message"),
    [
        ("v1.2.1", "1.2.0", CHANGELOG, "The tag is 'v1.2.1', but the package is version 1.2.0."),
        ("1.2.0", "1.2.0", CHANGELOG, "The tag is '1.2.0', but the package is version 1.2.0."),
        ("v1.3.0", "1.3.0", CHANGELOG, "The newest release in CHANGELOG.md is 1.2.0, not 1.3.0."),
        (
            "v1.2.0",
            "1.2.0",
            "# Changelog\n\n## [Unreleased]\n",
            "The newest release in CHANGELOG.md is none, not 1.2.0.",
        ),
    ],
)
def test_release_that_does_not_agree_is_refused(tag, version, changelog, message):
    """Nothing is built of a tag that the package or the changelog does not know."""
    notes = runpy.run_path(str(ROOT / ".github/release.py"))["notes"]

    with pytest.raises(SystemExit) as refused:
        notes(tag, f'__version__ = "{version}"\n', changelog)
    assert message == refused.value.code


def test_notes_of_a_release_are_those_of_the_changelog():
    """Only the section of the release."""
    notes = runpy.run_path(str(ROOT / ".github/release.py"))["notes"]

    assert notes("v1.2.0", '__version__ = "1.2.0"\n', CHANGELOG) == NOTES
