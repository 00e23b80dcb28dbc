"""Runs cases against one URL, several at a time, and prints a line of JSON for each.

Usage: python -m robot_cherrypy.tests.autobahn.fuzzer FOLDER URL GROUPS

The cases were written for Python 2, where text and bytes are one type. Here they send and receive
text in which each character is a byte (Latin-1), which the protocol below encodes and decodes.
"""

import binascii
import importlib
import json
import sys
import time
import types
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

from autobahn.twisted.websocket import WebSocketClientFactory, WebSocketClientProtocol, connectWS
from autobahn.websocket import utf8validator
from twisted.internet import reactor

# How many cases run at a time: some only wait, and more would slow down those that measure time.
_AT_ONCE = 4

# How long one case may take, in seconds; the suite itself allows 480.
_LIMIT = 500

# Groups whose cases send and receive bytes.
_BYTES_ONLY = ("12", "13")

# The cases spend half of their time on compression.
zlib.Z_DEFAULT_COMPRESSION = zlib.Z_BEST_SPEED


def _bytes(value: Any) -> bytes:
    return value.encode("latin-1") if isinstance(value, str) else bytes(value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else bytes(value).decode("latin-1")


class _Validator(utf8validator.Utf8Validator):
    def validate(self, data: Any) -> Any:
        return super().validate(_bytes(data))


def _load(folder: Path) -> Any:
    """Import the translated cases; return their `CaseSet`."""
    sys.path.insert(0, str(folder))
    resources = types.ModuleType("pkg_resources")
    resources.resource_filename = lambda package, name: str(folder / package / name)
    sys.modules["pkg_resources"] = resources
    hexlify = binascii.b2a_hex
    binascii.b2a_hex = lambda data: hexlify(_bytes(data)).decode()
    original, utf8validator.Utf8Validator = utf8validator.Utf8Validator, _Validator
    try:
        case = importlib.import_module("autobahntestsuite.case")
    finally:
        utf8validator.Utf8Validator = original
    base = importlib.import_module("autobahntestsuite.case.case").Case
    base.compare = lambda _case, actual, expected: actual == expected
    case_set = importlib.import_module("autobahntestsuite.caseset").CaseSet
    return case_set(
        case.CaseSetname,
        case.CaseBasename,
        case.Cases,
        case.CaseCategories,
        case.CaseSubCategories,
    )


class Fuzzer(WebSocketClientProtocol):
    """The connection that a case works with."""

    connectionWasOpen = False
    createWirelog = False

    def enableWirelog(self, _enable: bool) -> None:
        pass

    def connectionMade(self) -> None:
        self.txFrameStats: dict[int, int] = {}
        self.rxFrameStats: dict[int, int] = {}
        self.runCase = self.factory.case_class(self)
        super().connectionMade()
        self.logFrames = True

    def onOpen(self) -> None:
        self.connectionWasOpen = True
        self.caseStart = time.time()
        self.runCase.onOpen()

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        wants_bytes = self.factory.case.split(".")[0] in _BYTES_ONLY
        self.runCase.onMessage(payload if wants_bytes else _text(payload), isBinary)

    def onPing(self, payload: bytes) -> None:
        super().onPing(payload)
        self.runCase.onPing(_text(payload))

    def onPong(self, payload: bytes) -> None:
        self.runCase.onPong(_text(payload))

    def onClose(self, wasClean: bool, code: int, reason: str) -> None:
        self.runCase.onClose(wasClean, code, reason)

    def connectionLost(self, reason: Any) -> None:
        super().connectionLost(reason)
        self.runCase.onConnectionLost(self.failedByMe)
        self.factory.done(self.runCase.behavior, self.runCase.behaviorClose, self.remoteCloseCode)

    def _later(self, delay: float, action: Callable[[], None]) -> None:
        reactor.callLater(delay, lambda: action() if self.state != self.STATE_CLOSED else None)

    def continueLater(self, delay: float, action: Callable[[], None], _tag: Any = None) -> None:
        self._later(delay, action)

    def killAfter(self, delay: float) -> None:
        self._later(delay, self._fail_connection)

    def closeAfter(self, delay: float) -> None:
        self._later(delay, self.sendClose)

    def sendFrame(self, opcode: int, payload: Any = b"", **options: Any) -> None:
        options = {
            name: _bytes(value) if isinstance(value, str) else value
            for name, value in options.items()
        }
        super().sendFrame(opcode, _bytes(payload), **options)

    def sendMessage(self, payload: Any, *args: Any, **options: Any) -> None:
        super().sendMessage(_bytes(payload), *args, **options)

    def sendMessageFrameData(self, payload: Any, sync: bool = False) -> Any:
        return super().sendMessageFrameData(_bytes(payload), sync)

    def sendPing(self, payload: Any = None) -> None:
        super().sendPing(None if payload is None else _bytes(payload))

    def sendPong(self, payload: Any = None) -> None:
        super().sendPong(None if payload is None else _bytes(payload))

    def sendCloseFrame(
        self, code: Any = None, reasonUtf8: Any = None, isReply: Any = False
    ) -> None:
        reason = None if reasonUtf8 is None else _bytes(reasonUtf8)
        super().sendCloseFrame(code, reason, isReply)

    def sendData(self, data: Any, *args: Any, **options: Any) -> None:
        super().sendData(_bytes(data), *args, **options)

    def logTxFrame(self, frameHeader: Any, *_rest: Any) -> None:
        self.txFrameStats[frameHeader.opcode] = self.txFrameStats.get(frameHeader.opcode, 0) + 1

    def logRxFrame(self, frameHeader: Any, _payload: Any) -> None:
        self.rxFrameStats[frameHeader.opcode] = self.rxFrameStats.get(frameHeader.opcode, 0) + 1


class Run(WebSocketClientFactory):
    """The run of one case."""

    protocol = Fuzzer

    def __init__(self, url: str, case: str, case_class: Any, on_end: Callable[[], None]) -> None:
        super().__init__(url)
        self.case, self.case_class = case, case_class
        self._on_end = on_end
        self._started = time.monotonic()
        self._guard = reactor.callLater(_LIMIT, self.done, "TIMEOUT", "", None)
        self.setProtocolOptions(
            failByDrop=False,
            closeHandshakeTimeout=5,
            openHandshakeTimeout=20,
            serverConnectionDropTimeout=2,
        )
        if case.split(".", maxsplit=1)[0] in _BYTES_ONLY:
            # These cases set their offers on the connection, which is too late for `autobahn`.
            offering = MagicMock()
            offering.factory.isServer = False
            case_class(offering)
            self.setProtocolOptions(
                perMessageCompressionOffers=offering.perMessageCompressionOffers,
                perMessageCompressionAccept=offering.perMessageCompressionAccept,
            )

    def clientConnectionFailed(self, _connector: Any, reason: Any) -> None:
        self.done("NO CONNECTION", str(reason.value), None)

    def done(self, behavior: str, close: str, code: int | None) -> None:
        if self._on_end is None:
            return
        if self._guard.active():
            self._guard.cancel()
        seconds = round(time.monotonic() - self._started, 2)
        result = {"case": self.case, "behavior": behavior, "close": close, "code": code}
        print(json.dumps({**result, "seconds": seconds}), flush=True)
        on_end, self._on_end = self._on_end, None
        on_end()


def main(folder: str, url: str, groups: str) -> None:
    """Run the cases of some groups, a few at a time."""
    cases = _load(Path(folder))
    names: Iterator[str] = iter(
        cases.parseSpecCases({"cases": groups.split(","), "exclude-cases": []})
    )
    running = [0]

    def start() -> None:
        case = next(names, None)
        if case is None:
            running[0] -= 1
            if not running[0]:
                reactor.stop()
            return
        connectWS(Run(url, case, cases.CasesById[case], lambda: reactor.callLater(0, start)))

    def begin() -> None:
        running[0] = _AT_ONCE
        for _ in range(_AT_ONCE):
            start()

    reactor.callWhenRunning(begin)
    reactor.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
