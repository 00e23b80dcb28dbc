"""Every code block of the documentation runs, or says why not."""

import configparser
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from robot_cherrypy.errors import StackError
from robot_cherrypy.hosts.stack_file import images_of, read_stack
from robot_cherrypy.stack import executables
from robot_cherrypy.tests.docs.blocks import ALL, ROOT, RUN, Block, blocks_of

# How many blocks of a document are not executed. The reason stands in the document.
NOT_RUN = {
    "CONTRIBUTING.md": 1,
    "docs/architecture.md": 1,
    "docs/asyncio.md": 1,
    "docs/browsers.md": 2,
    "docs/containers.md": 3,
    "docs/evidence.md": 1,
    "docs/hosting.md": 2,
    "docs/pause.md": 5,
    "docs/phone.md": 2,
    "docs/recipes/runs.md": 1,
    "docs/testing-with-a-cluster.md": 2,
    "docs/testing-with-containers.md": 5,
    "docs/troubleshooting.md": 1,
    "docs/tutorials/cherrypy/01-page.md": 1,
    "docs/tutorials/deploying/3-server.md": 1,
    "docs/tutorials/deploying/5-image.md": 4,
    "docs/tutorials/deploying/6-compose.md": 1,
    "docs/tutorials/deploying/kubernetes.md": 2,
    "docs/watch.md": 3,
}

# Commands that are not run here, since they install packages or run all tests, and who runs them.
ELSEWHERE = {
    "python3 bootstrap.py acceptance": "CI",
    "python3 bootstrap.py tests": "CI",
    "robot --outputdir results --listener robot_cherrypy.coverage:sample_app acceptance/traffic": (
        "the acceptance suite about coverage"
    ),
    "robot-cherrypy doctor --install": "bootstrap.py",
    "robot --outputdir results --variable SERVER:${{ matrix.server }} acceptance/": "tox",
    "robot-cherrypy run --processes auto --shard ${{ matrix.shard }}/3 --server both acceptance/": (
        "tests/running/test_parallel.py"
    ),
    "rebot --merge --outputdir report shard-*/output.xml": "tests/running/test_parallel.py",
    "apt-get install postgresql mariadb-server redis-server haproxy": "doctor --install",
    "pip install robotframework": "the installation of what the tests need",
    "pip install -r requirements.txt": "the release",
    "python3 -m venv .venv && . .venv/bin/activate": "the test of the wheel",
    "robot-cherrypy run --server both --retries 1 .": "tox -e wheel, with the two servers",
    "robot --outputdir results --xunit xunit.xml --variable SERVER:$SERVER acceptance/": "tox",
}

# How the package is installed, as the test of the wheel does it, with which extras.
INSTALL = re.compile(r"pip install (?:-e \. )?'robotframework-cherrypy\[(.+)\]'")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

# What readers see in seconds may take longer on a busy machine.
PATIENCE = "--listener robot_cherrypy.options:timeout=60"

# Programs that a document is about, and that not every machine has.
NEEDS = {"docs/stack.md": (executables.postgresql, executables.haproxy)}


def _run(arguments, folder):
    bin_folder = Path(sys.executable).parent
    environment = {
        **os.environ,
        "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}",
        "ROBOT_OPTIONS": PATIENCE,
    }
    done = subprocess.run(
        arguments,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


def _write(block, folder, name):
    file = folder / (block.file or name)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(block.text, "utf-8")
    return file.relative_to(folder).as_posix()


def _python(block, folder):
    code = "import runpy, sys; runpy.run_path(sys.argv[1])"
    name = _write(block, folder, "block.py")
    _run([sys.executable, "-W", "error", "-c", code, name], folder)


def _robot(block, folder):
    name = _write(block, folder, "block.robot")
    if Path(name).name == "__init__.robot":
        return  # it is run with the suites beside it, which the document shows after it
    if (folder / name).with_name("__init__.robot").exists():
        name = Path(name).parent.as_posix()
    if name.endswith(".resource"):
        suite = (
            f"*** Settings ***\nResource    {name}\n*** Test Cases ***\nImport\n    No Operation\n"
        )
        name = _write(replace(block, text=suite, file=None), folder, "block.robot")
    _run([sys.executable, "-m", "robot", "--outputdir", "results", name], folder)


def _shell(block, folder):
    for command in _shown_commands(block):
        if not _is_run_elsewhere(command):
            _run(["bash", "-c", command], folder)


def _yaml(block, folder):
    """Read a stack file; run no job, but let it run no command either that runs nowhere."""
    if block.text.startswith("services:"):
        file = folder / "stack.yml"
        file.write_text(block.text)
        assert images_of(read_stack(file, "shop", has_virtual_servers=True))
        return
    commands = list(_shown_commands(block))
    assert commands
    assert [] == [command for command in commands if not _is_run_elsewhere(command)]


def _toml(block, _folder):
    assert tomllib.loads(block.text)


def _ini(block, _folder):
    parser = configparser.ConfigParser()
    parser.read_string(block.text)
    assert parser.sections()


RUNNERS = {
    "python": _python,
    "robot": _robot,
    "shell": _shell,
    "yaml": _yaml,
    "toml": _toml,
    "ini": _ini,
}


def _is_run_elsewhere(command):
    if install := INSTALL.fullmatch(command):
        return PROJECT["optional-dependencies"].keys() >= set(install[1].split(","))
    return command in ELSEWHERE


def _commands(text):
    lines = (line.partition("  #")[0].strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _shown_commands(block):
    if block.language == "shell":
        yield from _commands(block.text)
    elif block.language == "yaml":
        yield from _job_commands(yaml.safe_load(block.text))


def _job_commands(job):
    """Yield the commands of a GitHub (`run`) or GitLab (`script`) job, at any depth."""
    if isinstance(job, list):
        for entry in job:
            yield from _job_commands(entry)
    elif isinstance(job, dict):
        for key, value in job.items():
            if key in {"run", "script", "before_script", "after_script"}:
                yield from _commands(value if isinstance(value, str) else "\n".join(value))
            else:
                yield from _job_commands(value)


@pytest.mark.parametrize("block", RUN, ids=str)
def test_block_runs(block, tmp_path):
    """What the reader copies works, beside the files that the document has shown before."""
    if block.document == "docs/containers.md":
        pytest.skip("tests/deploy/test_documentation.py runs it where there is an engine")
    for find in NEEDS.get(block.document, ()):
        try:
            find()
        except StackError as error:
            pytest.skip(str(error))
    if block.document.startswith("docs/tutorials/"):
        files = ROOT / "acceptance/tutorials" / Path(block.document).parent.name
        shutil.copytree(files, tmp_path, dirs_exist_ok=True)
    for other in RUN:
        if other.document == block.document and other.file and other.line < block.line:
            _write(other, tmp_path, other.file)

    RUNNERS[block.language](block, tmp_path)


def test_what_is_not_run_is_known():
    """Nobody takes a block out of the tests unnoticed."""
    assert NOT_RUN == Counter(block.document for block in ALL if block.not_run)


def test_no_command_is_listed_in_vain():
    """Every command that is taken on trust stands in the documentation."""
    shown = {command for block in RUN for command in _shown_commands(block)}

    assert set() == ELSEWHERE.keys() - shown


def test_comments_reach_their_block_only():
    """A comment belongs to the block right below it."""
    markdown = (
        "<!-- file: a.py -->\n\n```python\n1\n```\n\n```text\noutput\n```\n\n"
        "<!-- not run: it sleeps -->\n\n```python\n2\n```\n\n"
        "<!-- file: b.py -->\n\nWords.\n\n```python\n3\n```\n"
    )

    assert [
        Block(document="x", line=3, language="python", text="1\n", file="a.py"),
        Block(document="x", line=13, language="python", text="2\n", not_run="it sleeps"),
        Block(document="x", line=21, language="python", text="3\n"),
    ] == blocks_of("x", markdown)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("python", "1 / 0"),
        ("robot", "*** Test Cases ***\nBad\n    Fail"),
        ("shell", "exit 3"),
        ("yaml", "job:\n  script: [curl example.org]"),
        ("toml", "= 1"),
        ("ini", "no section"),
    ],
)
def test_block_that_fails_is_noticed(language, text, tmp_path):
    """The tests above can fail."""
    block = Block(document="x", line=1, language=language, text=text)

    with pytest.raises((AssertionError, ValueError, configparser.Error)):
        RUNNERS[language](block, tmp_path)
