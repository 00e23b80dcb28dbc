"""Our servers answer the corpus as the servers do that the applications are usually served by."""

import asyncio
import itertools
import tomllib
from pathlib import Path

import pytest

from robot_cherrypy.tests.corpus import servers
from robot_cherrypy.tests.corpus.cases import CASES
from robot_cherrypy.tests.corpus.client import exchange
from robot_cherrypy.tests.corpus.servers import OURS, PEERS

DIFFERENCES = Path(__file__).with_name("differences.toml")
# How many connections one server has at a time: fewer than threads.
_CONNECTIONS = 12
# How long to wait for more bytes, in seconds. The servers of others wait for a late client without
# end; those of CherryPy close the connection after a time-out.
_PATIENCE = 0.6
_LONG_PATIENCE = 3 * servers.SOCKET_TIMEOUT
# Applications whose servers, ours at least, have a time-out for a late client.
_WITH_TIMEOUT = {"cherrypy", "tls", "websocket", "hosted-websocket"}
# Those of which the headers of responses are compared, too.
_COMPARING_HEADERS = _WITH_TIMEOUT
# How often an unexpected outcome is tried again, alone, each time with more patience: some depend
# on the speed of the machine.
_TRIES = 5


class Corpus:
    """All outcomes of all servers."""

    def __init__(self, ports):
        self._ports = ports
        self._outcomes = asyncio.run(self._exchange_all())

    async def _exchange_all(self):
        limits = {server: asyncio.Semaphore(_CONNECTIONS) for server in self._ports}
        keys = [
            (server, application, name)
            for server, ports in self._ports.items()
            for application in ports
            for name, case in CASES.items()
            if application in case.applications
        ]

        async def limited(key):
            async with limits[key[0]]:
                return await self._exchange(*key)

        return dict(zip(keys, await asyncio.gather(*map(limited, keys)), strict=True))

    async def _exchange(self, server, application, name, tries=1):
        patience = _LONG_PATIENCE if application in _WITH_TIMEOUT else _PATIENCE
        port = self._ports[server][application]
        outcome = await exchange(port, CASES[name], tries * patience)
        if application not in _COMPARING_HEADERS and not CASES[name].is_http2:
            outcome.responses = [response._replace(headers=()) for response in outcome.responses]
        return outcome

    def difference(self, application, server, name):
        """Return what the server answers differently from the others, as text; "" if nothing."""
        ours = self._outcomes[server, application, name]
        others = [self._outcomes[peer, application, name] for peer in PEERS[application]]
        return "" if ours in others else ours.summary

    def repeat(self, application, server, name, tries):
        """Send a case again, and nothing else at the same time."""
        for each in (server, *PEERS[application]):
            outcome = asyncio.run(self._exchange(each, application, name, tries))
            self._outcomes[each, application, name] = outcome

    def shown(self, application, server, name):
        """Return the outcomes of a server and the others, for the message of a failed test."""
        names = {each: self._outcomes[each, application, name] for each in PEERS[application]}
        lines = [f"{application} {server.value}: {name}"]
        for each, outcome in {server: self._outcomes[server, application, name], **names}.items():
            lines.append(f"  {each.value}: {outcome.summary}")
            lines += [f"    {response}" for response in outcome.responses]
        return "\n".join(lines)


@pytest.fixture(scope="module")
def corpus(certificate_files):
    """The outcomes of all servers, which run as long as the tests."""
    with servers.running(*certificate_files) as ports:
        yield Corpus(ports)


def expected_differences():
    """Return what is expected of servers that differ, by application, server and case."""
    expected = {}
    for entry in tomllib.loads(DIFFERENCES.read_text())["difference"]:
        assert entry["reason"].strip()
        for where, name in itertools.product(entry["where"], entry["cases"]):
            application, server = where.split()
            key = application, servers.Server(server), name
            assert key not in expected, key
            expected[key] = entry["gets"]
    return expected


@pytest.mark.parametrize(
    ("application", "server"), [(name, server) for name, ours in OURS.items() for server in ours]
)
def test_servers_answer_alike(corpus, application, server):
    """Other differences than those in the file are faults, and so are those that do not occur."""
    expected = expected_differences()
    problems = []
    for name, case in CASES.items():
        if application not in case.applications:
            continue
        wanted = expected.get((application, server, name), "")
        for tries in range(1, _TRIES + 1):
            if corpus.difference(application, server, name) == wanted:
                break
            corpus.repeat(application, server, name, tries)
        else:
            problems.append(f"expected {wanted!r}: {corpus.shown(application, server, name)}")
    assert not problems, "\n".join(problems)


def test_differences_name_cases():
    """A case that was renamed takes its differences with it."""
    assert {name for _application, _server, name in expected_differences()} <= CASES.keys()
