"""A project is made of a compose file so that it meets nothing else in its engine."""

import json
from pathlib import Path

import pytest

from robot_cherrypy.containers.compose import (
    PROJECT_LABEL,
    find_compose,
    isolated,
    literal,
    read_config,
    read_variables,
    settings_of,
    with_any_ports,
    with_whole_checks,
)
from robot_cherrypy.errors import ContainerError

FILE = """
services:
  shop:
    build: .
    image: shop:1
    container_name: shop
    ports: ["8080:8080"]
    volumes: ["orders:/orders", "kept:/kept"]
    networks: [back]
    environment: {COLOUR: "${COLOUR:-red}"}
  worker: {image: "shop:1"}
  store:
    image: redis:8
    ports: ["6379"]
    scale: 2
volumes:
  orders: {name: orders}
  kept: {name: kept, external: true}
networks:
  back: {name: back}
"""


@pytest.fixture
def config(tmp_path):
    """The file as Compose reads it."""
    return _read(tmp_path, FILE)


def _read(folder, text, **environment):
    file = folder / "compose.yaml"
    file.write_text(text)
    return read_config(find_compose(), [file], environment)


def test_variables_are_resolved(tmp_path):
    """Those of the test win."""
    read = _read(tmp_path, FILE, COLOUR="blue")
    assert {"COLOUR": "blue"} == read["services"]["shop"]["environment"]


def test_published_ports_are_free_ones_on_loopback(config):
    """Each run has its own; the port in the container stays."""
    first, second = (
        isolated(config, "robot-1", "127.0.0.1")["services"]["shop"]["ports"][0] for _ in range(2)
    )
    assert ("127.0.0.1", 8080) == (first["host_ip"], first["target"])
    assert "8080" != first["published"]
    assert first["published"] != second["published"]


def test_engine_chooses_ports_of_several_containers(config):
    """And those on another machine."""
    here = isolated(config, "robot-1", "127.0.0.1")["services"]
    elsewhere = isolated(config, "robot-1", "engine.example")["services"]
    assert "" == here["store"]["ports"][0]["published"]
    assert ("0.0.0.0", "") == (
        elsewhere["shop"]["ports"][0]["host_ip"],
        elsewhere["shop"]["ports"][0]["published"],
    )
    scaled = with_any_ports(isolated(config, "robot-1", "127.0.0.1"), "shop")
    assert "" == scaled["services"]["shop"]["ports"][0]["published"]


def test_names_are_those_of_the_project(config):
    """Of containers, volumes, networks and built images; not those of what is external."""
    made = isolated(config, "robot-1", "127.0.0.1")
    assert "container_name" not in made["services"]["shop"]
    assert ["robot-1-shop", "robot-1-shop", "redis:8"] == [
        made["services"][name]["image"] for name in ("shop", "worker", "store")
    ]
    assert "robot-1" == made["services"]["shop"]["build"]["labels"][PROJECT_LABEL]
    assert ("robot-1_orders", "kept") == (
        made["volumes"]["orders"]["name"],
        made["volumes"]["kept"]["name"],
    )
    assert "robot-1_back" == made["networks"]["back"]["name"]
    assert "shop" == config["services"]["shop"]["container_name"]


def test_own_name_of_a_container_leads_to_it(config):
    """On each of its networks, though several projects have such a container."""
    made = isolated(config, "robot-1", "127.0.0.1")["services"]
    assert {"back": {"aliases": ["shop"]}} == made["shop"]["networks"]
    assert {"default": None} == made["worker"]["networks"]


def test_literal_text_has_no_variables(tmp_path):
    """Such as a password."""
    given = {"image": "shop", "command": ["echo", "$HOME"], "environment": {"WORD": "a$b$${C}"}}
    config = _read(tmp_path, json.dumps({"services": {"shop": literal(given)}}))
    again = _read(tmp_path, json.dumps(config))["services"]["shop"]
    assert literal(given["command"]) == again["command"]
    assert literal(given["environment"]) == again["environment"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["CMD", "test", "-e", "a b"], ["CMD-SHELL", "test -e 'a b'"]),
        (["CMD", "test", "-e", "a"], ["CMD", "test", "-e", "a"]),
        (["CMD-SHELL", "test -e a"], ["CMD-SHELL", "test -e a"]),
        (["NONE"], ["NONE"]),
    ],
)
def test_health_checks_reach_podman_whole(given, expected):
    """A word with a blank in it stays one."""
    config = {"services": {"shop": {"healthcheck": {"test": given}}, "store": {}}}
    assert expected == with_whole_checks(config)["services"]["shop"]["healthcheck"]["test"]


def test_wrong_file(tmp_path):
    """The message has its path and what is wrong."""
    with pytest.raises(ContainerError, match=r"The compose file '.*compose.yaml' is wrong: .*yaml"):
        _read(tmp_path, "services: [")
    with pytest.raises(ContainerError, match=r"There is no compose file 'nowhere\.yaml'"):
        read_config(find_compose(), [Path("nowhere.yaml")], {})


def test_settings_are_all_that_containers_are_given(tmp_path):
    """Variables, arguments of builds, options of commands, and secrets from wherever they are."""
    (tmp_path / "word.txt").write_text("open sesame\n")
    (tmp_path / "more.env").write_text("API_KEY=mellon")
    (tmp_path / ".env").write_text("THIRD_WORD='over two\nlines'\nOTHER_WORD=never\n")
    text = """
services:
  shop:
    build: {context: ., args: {NPM_TOKEN: abracadabra}}
    environment: {GREETING: hello, LEVEL: 3}
    env_file: more.env
    secrets: [word, other, third, absent]
  store:
    image: redis:8
    command: redis-server --requirepass swordfish
  worker: {image: "worker:1", entrypoint: ["sh", "-c", "work --password=xyzzy"]}
secrets:
  word: {file: word.txt}
  other: {environment: OTHER_WORD}
  third: {environment: THIRD_WORD}
  absent: {file: absent.txt}
"""
    environment = {"OTHER_WORD": "plugh"}
    config = _read(tmp_path, text, **environment)
    variables = read_variables(find_compose(), [tmp_path / "compose.yaml"], environment)
    settings = set(settings_of(config, variables))
    expected = {
        *(("NPM_TOKEN", "abracadabra"), ("GREETING", "hello"), ("LEVEL", "3")),
        *(("API_KEY", "mellon"), ("requirepass", "swordfish"), ("password", "xyzzy")),
        *(("secret", "open sesame"), ("secret", "plugh"), ("secret", "over two\nlines")),
    }
    assert expected <= settings
