"""Settings with which a server could not serve: it does not start, and says which setting it is."""

import math
import ssl

import pytest
import trustme
from cryptography.hazmat.primitives import serialization

from robot_cherrypy.errors import ApplicationError, ServerError

ECHO = "sample_app.echo:Echo"

WRONG_VALUES = {
    "thread_pool": (-1, "ten", 1.5, None),
    "thread_pool_max": (0, 3, "many"),
    "accepted_queue_size": ("x", None),
    "accepted_queue_timeout": ("x", -1),
    "socket_timeout": ("x", -1, math.inf, math.nan),
    "socket_queue_size": ("x", 2**31),
    "max_request_header_size": ("big", -1),
    "max_request_body_size": ("big", -1),
    "protocol_version": ("HTTP/3", 1.1),
    "ssl_context": ("tls",),
}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Return a function that names files with and without certificates and keys."""
    folder = tmp_path_factory.mktemp("tls")
    ca = trustme.CA()
    for name in ("good", "other"):
        issued = ca.issue_cert("localhost")
        issued.private_key_pem.write_to_path(folder / f"{name}.key")
        issued.cert_chain_pems[0].write_to_path(folder / f"{name}.pem")
    key = serialization.load_pem_private_key((folder / "good.key").read_bytes(), None)
    encrypted = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"secret"),
    )
    (folder / "encrypted.key").write_bytes(encrypted)
    (folder / "good.der").write_bytes(ssl.PEM_cert_to_DER_cert((folder / "good.pem").read_text()))
    (folder / "broken.pem").write_text(
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    )
    (folder / "text").write_text("no certificate")
    (folder / "empty").touch()
    return lambda name: str(folder / name)


def configuration(**settings):
    """Return a configuration with settings of `cherrypy.server`."""
    return {"global": {f"server.{name}": value for name, value in settings.items()}}


@pytest.mark.parametrize(
    ("name", "value"),
    [(name, value) for name, values in WRONG_VALUES.items() for value in values],
)
def test_wrong_value(launch, kind, name, value):
    """Most settings are first read when a request comes."""
    with pytest.raises(ServerError, match=rf"did not start: server\.{name} is "):
        launch(ECHO, kind=kind, configuration=configuration(**{name: value}))


@pytest.mark.parametrize("port", [-1, 65536, 65537])
def test_port_that_is_none(launch, kind, port):
    """The resolver would take it modulo 65536."""
    with pytest.raises(ServerError, match=f"server.socket_port is {port}"):
        launch(ECHO, kind=kind, port=port)


@pytest.mark.parametrize("host", ["no.such.host.invalid", "a..b", "127.0.0.1.1"])
def test_host_that_is_none(launch, kind, host):
    """Whatever the resolver says."""
    with pytest.raises(ServerError, match=f"{host}:0 cannot be bound: "):
        launch(ECHO, kind=kind, host=host)


@pytest.mark.parametrize(
    ("settings", "guilty", "reason"),
    [
        (("missing", "good.key"), "certificate", "No such file"),
        (("good.pem", "missing"), "private_key", "No such file"),
        (("good.pem", None), "certificate", "holds no private key"),
        (("good.pem", "other.key"), "private_key", "not that of the certificate"),
        (("text", "good.key"), "certificate", "holds no certificate"),
        (("good.der", "good.key"), "certificate", "holds no certificate"),
        (("empty", "good.key"), "certificate", "holds no certificate"),
        (("", "good.key"), "certificate", "Is a directory"),
        (("good.key", "good.pem"), "certificate", "holds no certificate"),
        (("broken.pem", "good.key"), "certificate", "cannot be loaded"),
        (("good.pem", "encrypted.key"), "private_key", "has a pass phrase"),
        (("good.pem", "good.key", "missing"), "certificate_chain", "No such file"),
        (("good.pem", "good.key", "text"), "certificate_chain", "cannot be loaded"),
    ],
)
def test_wrong_certificate(launch, kind, files, settings, guilty, reason):
    """The message names the setting and its file, and nobody is asked for a pass phrase."""
    names = ("certificate", "private_key", "certificate_chain")
    given = {
        f"ssl_{name}": file and files(file) for name, file in zip(names, settings, strict=False)
    }
    given["ssl_certificate"] = files(settings[0])
    expected = rf"server\.ssl_{guilty} is '{given[f'ssl_{guilty}']}': .*{reason}"
    with pytest.raises(ServerError, match=expected):
        launch(ECHO, kind=kind, configuration=configuration(**given))


@pytest.mark.parametrize(("name", "value"), [("ssl_ciphers", "NONE"), ("ssl_module", "nonesuch")])
def test_wrong_tls_setting(launch, kind, files, name, value):
    """It has nothing to do with the files."""
    given = {"ssl_certificate": files("good.pem"), "ssl_private_key": files("good.key")}
    with pytest.raises(ServerError, match=rf"server\.{name} is '{value}'"):
        launch(ECHO, kind=kind, configuration=configuration(**given, **{name: value}))


def test_relative_file_is_told_with_its_folder(launch, kind, tmp_path, monkeypatch):
    """Robot may have been started elsewhere."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ServerError, match=rf"is 'tls\.pem' \(in {tmp_path}\): No such file"):
        launch(ECHO, kind=kind, configuration=configuration(ssl_certificate="tls.pem"))


def test_no_thread_is_one_thread(launch, kind):
    """As CherryPy's own server has it."""
    assert launch(ECHO, kind=kind, configuration=configuration(thread_pool=0)).is_running


def test_child_process(launch, kind, files):
    """The message reaches the test's process."""
    with pytest.raises(ServerError, match=r"server\.ssl_certificate is '/.*/missing'"):
        launch(
            ECHO,
            kind=kind,
            isolation="process",
            configuration=configuration(ssl_certificate=files("missing")),
        )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"environment": "prodution"}, "environment is 'prodution'.*Did you mean 'production'"),
        ({"log.error_file": "/nowhere/log"}, "log.error_file is '/nowhere/log': .*No such file"),
    ],
)
def test_wrong_global_setting(launch, kind, settings, message):
    """CherryPy refuses it."""
    with pytest.raises(ApplicationError, match=message):
        launch(ECHO, kind=kind, configuration={"global": settings})
