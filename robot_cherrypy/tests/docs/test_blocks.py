"""Every code block of the documentation runs, or says why not."""

import configparser
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
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
    "docs/architecture.md": 3,
    "docs/browsers.md": 2,
    "docs/containers.md": 3,
    "docs/hosting.md": 1,
    "docs/own-project.md": 1,
    "docs/pause.md": 5,
    "docs/phone.md": 2,
    "docs/recipes/runs.md": 1,
    "docs/testing-with-a-cluster.md": 4,
    "docs/testing-with-containers.md": 5,
    "docs/tutorials/deploying/5-image.md": 4,
    "docs/tutorials/deploying/6-compose.md": 1,
    "docs/tutorials/deploying/kubernetes.md": 3,
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

# The suites of the tutorials, which the acceptance tests run, and `tox -e wheel`.
TUTORIAL = re.compile(r"robot --outputdir results (\w+\.robot)")

# What readers see in seconds may take longer on a busy machine.
PATIENCE = "--listener robot_cherrypy.options:timeout=60"

# Programs that a document is about, and that not every machine has.
NEEDS = {"docs/stack.md": (executables.postgresql, executables.haproxy)}


def _run(arguments, folder):
    """Run a command; return its exit code, and all that it has printed."""
    done = subprocess.run(
        arguments,
        cwd=folder,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=280,
        check=False,
    )
    return done.returncode, done.stdout


def _environment():
    bin_folder = Path(sys.executable).parent
    return {
        **os.environ,
        "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}",
        "ROBOT_OPTIONS": PATIENCE,
        "PYTHONUNBUFFERED": "1",
    }


def _serve(command, block, folder):
    """Run a command until it has printed what is shown, and serves; press Ctrl-C.

    Returns:
        As `_run` does.
    """
    printed = folder / "printed.txt"
    as_in_a_terminal = ["env", "--default-signal=INT"]
    with (
        printed.open("w") as stream,
        subprocess.Popen(
            [*as_in_a_terminal, *shlex.split(command)],
            cwd=folder,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
        ) as program,
    ):
        try:
            _wait_until(lambda: _is_printed(block, printed.read_text()), program, printed)
            _wait_until(lambda: _is_served(block.serves), program, printed)
            program.send_signal(signal.SIGINT)
            code = program.wait(60)
        finally:
            program.kill()
    return code, printed.read_text()


def _wait_until(holds, program, printed):
    deadline = time.monotonic() + 60
    while not holds():
        assert program.poll() is None, printed.read_text()
        assert time.monotonic() < deadline, printed.read_text()
        time.sleep(0.05)


def _is_served(url):
    try:
        urllib.request.urlopen(url, timeout=10).close()
    except urllib.error.URLError:
        return False
    return True


def _write(block, folder, name):
    file = folder / (block.file or name)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(block.text, "utf-8")
    return file.relative_to(folder).as_posix()


def _python(block, folder):
    name = _write(block, folder, "block.py")
    if block.serves:
        return _serve(f"{sys.executable} {name}", block, folder)
    code = "import runpy, sys; runpy.run_path(sys.argv[1])"
    return _run([sys.executable, "-W", "error", "-c", code, name], folder)


def _robot(block, folder):
    name = _write(block, folder, "block.robot")
    if Path(name).name == "__init__.robot":
        return 0, ""  # it is run with the suites beside it, which the document shows after it
    if (folder / name).with_name("__init__.robot").exists():
        name = Path(name).parent.as_posix()
    if name.endswith(".resource"):
        suite = (
            f"*** Settings ***\nResource    {name}\n*** Test Cases ***\nImport\n    No Operation\n"
        )
        name = _write(replace(block, text=suite, file=None), folder, "block.robot")
    return _run([sys.executable, "-m", "robot", "--outputdir", "results", name], folder)


def _shell(block, folder):
    if block.serves:
        return _serve(block.text, block, folder)
    printed = []
    for command in _shown_commands(block):
        if block.output or not _is_run_elsewhere(command):
            code, output = _run(["bash", "-c", command], folder)
            printed.append(output)
            if code:
                return code, "".join(printed)
    return 0, "".join(printed)


def _yaml(block, folder):
    """Read a stack file; run no job, but let it run no command either that runs nowhere."""
    if block.text.startswith("services:"):
        file = folder / "stack.yml"
        file.write_text(block.text)
        assert images_of(read_stack(file, "shop", has_virtual_servers=True))
        return 0, ""
    commands = list(_shown_commands(block))
    assert commands
    assert [] == [command for command in commands if not _is_run_elsewhere(command)]
    return 0, ""


def _toml(block, _folder):
    assert tomllib.loads(block.text)
    return 0, ""


def _ini(block, _folder):
    parser = configparser.ConfigParser()
    parser.read_string(block.text)
    assert parser.sections()
    return 0, ""


def _text(block, _folder):
    raise AssertionError("The block has no comment that says of what it is the output.")


RUNNERS = {
    "python": _python,
    "robot": _robot,
    "shell": _shell,
    "yaml": _yaml,
    "toml": _toml,
    "ini": _ini,
    "text": _text,
    "": _text,
}


def _run_block(block, folder):
    """Run a block, and compare how it ends and what it prints with what the document says."""
    code, printed = RUNNERS[block.language](block, folder)
    assert block.fails == bool(code), printed
    assert _is_printed(block, printed), printed


def _is_printed(block, printed):
    """Compare whole lines, but for `…`, which stands for a part of a line, or for lines."""
    pattern = "".join(
        r"(?:.*\n)*?"
        if line.strip() == "…"
        else rf"^{re.escape(line.rstrip()).replace('…', '.*')}[ ]*\n"
        for line in (block.output or "").splitlines()
    )
    return re.search(pattern, printed, re.MULTILINE) is not None


def _is_run_elsewhere(command):
    if suite := TUTORIAL.fullmatch(command):
        return any(ROOT.glob(f"acceptance/tutorials/*/{suite[1]}"))
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

    _run_block(block, tmp_path)


def test_what_is_not_run_is_known():
    """Nobody takes a block out of the tests unnoticed."""
    assert NOT_RUN == Counter(block.document for block in ALL if block.not_run)


def test_no_command_is_listed_in_vain():
    """Every command that is taken on trust stands in the documentation."""
    shown = {command for block in RUN for command in _shown_commands(block)}

    assert set() == ELSEWHERE.keys() - shown


def test_comments_reach_their_block_only():
    """A comment belongs to the block right below it, and output to the block above it."""
    markdown = (
        "<!-- file: a.py -->\n\n```python\n1\n```\n\n<!-- output -->\n\n```text\noutput\n```\n\n"
        "<!-- not run: it sleeps -->\n\n```python\n2\n```\n\n"
        "<!-- file: b.py -->\n\nWords.\n\n```python\n3\n```\n\n"
        "<!-- fails -->\n<!-- serves: http://a/ -->\n\n```text\n4\n```\n"
    )

    python = Block(document="x", line=3, language="python", text="1\n")
    assert [
        replace(python, file="a.py", output="output\n"),
        replace(python, line=15, text="2\n", not_run="it sleeps"),
        replace(python, line=23, text="3\n"),
        replace(python, line=30, language="text", text="4\n", fails=True, serves="http://a/"),
    ] == blocks_of("x", markdown)


@pytest.mark.parametrize(
    ("shown", "is_printed"),
    [
        ("one\n", True),
        ("one\n…\nthree 3\n", True),
        ("…ne\ntwo\n", True),
        ("three …\n", True),
        ("two\none\n", False),
        ("three\n", False),
        ("one\nthree 3\n", False),
    ],
)
def test_output_that_differs_is_noticed(shown, is_printed):
    """Lines are compared whole and in order, but for what is left out."""
    block = Block(document="x", line=1, language="shell", text="", output=shown)

    assert is_printed == _is_printed(block, "one\ntwo  \nthree 3\n")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("python", "1 / 0"),
        ("robot", "*** Test Cases ***\nBad\n    Fail"),
        ("shell", "exit 3"),
        ("yaml", "job:\n  script: [curl example.org]"),
        ("toml", "= 1"),
        ("ini", "no section"),
        ("text", "what nothing has printed"),
    ],
)
def test_block_that_fails_is_noticed(language, text, tmp_path):
    """The tests above can fail."""
    block = Block(document="x", line=1, language=language, text=text)

    with pytest.raises((AssertionError, ValueError, configparser.Error)):
        _run_block(block, tmp_path)
