"""The command explains itself, and shells complete it."""

import subprocess

import pytest

from robot_cherrypy.command import main

COMMANDS = ("init", "run", "watch", "serve", "doctor", "completion")


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_examples(command, capsys):
    """Each line of them fits 100 columns."""
    with pytest.raises(SystemExit):
        main([command, "--help"])
    shown = capsys.readouterr().out
    assert f"examples:\n  {'source <(' if command == 'completion' else ''}robot-cherrypy" in shown
    assert max(map(len, shown.splitlines())) <= 100


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["run", "--server", "fast", "x.robot"], 252),
        (["doctor", "--nonsense"], 2),
        (["serve"], 2),
    ],
)
def test_mistakes_have_exit_codes(arguments, code, capsys):
    """Those of `run` are Robot's, where a small one is a number of failed tests."""
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert code == caught.value.code
    assert "error: " in capsys.readouterr().err


@pytest.mark.parametrize("command", [["watch"], ["run", "--watch"]])
@pytest.mark.parametrize("option", ["--last-failed", "--debug"])
def test_options_that_do_not_go_together_are_named(command, option, capsys):
    """In one line, which says what to do."""
    assert 252 == main([*command, option, "x.robot"])
    shown = capsys.readouterr().err
    assert shown.startswith(f"robot-cherrypy: watch does not go with {option}: ")
    assert 1 == shown.count("\n")


@pytest.mark.parametrize("command", [["run"], ["watch"], ["run", "--watch"]])
@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--slow", "soon"], "Option 'slow' got value 'soon' that cannot be converted"),
        (["--headed"], "A browser with a window needs a display"),
    ],
)
def test_options_of_the_library_are_checked_first(command, options, message, capsys, monkeypatch):
    """Before a test runs without them."""
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert 252 == main([*command, *options, "x.robot"])
    assert message in capsys.readouterr().err


def test_bash_completes_commands_and_options(capsys, tmp_path):
    """And the values of options."""
    assert 0 == main(["completion", "bash"])
    script = tmp_path / "completion.bash"
    script.write_text(capsys.readouterr().out)
    words = 'COMP_WORDS=(robot-cherrypy run --server ""); COMP_CWORD=3'
    call = f"source {script}; {words}; _shtab_robot_cherrypy; echo ${{COMPREPLY[@]}}"
    done = subprocess.run(["bash", "-c", call], capture_output=True, text=True, check=True)
    assert "threaded async both" == done.stdout.strip()
