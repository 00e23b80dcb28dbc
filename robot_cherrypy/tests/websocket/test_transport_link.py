"""The phases of a WebSocket on a transport, by events alone: no sockets, no waiting."""

import asyncio
import functools

import pytest

from robot_cherrypy.tests.websocket.conftest import frame
from robot_cherrypy.websocket import Closed
from robot_cherrypy.websocket.links.link import Broadcast
from robot_cherrypy.websocket.links.phase import Phase
from robot_cherrypy.websocket.links.transport_link import TransportLink
from robot_cherrypy.websocket.options import Options
from robot_cherrypy.websocket.protocol.compression import negotiate
from robot_cherrypy.websocket.protocol.frames import FrameCodec

pytestmark = pytest.mark.timing

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
OPENING, OPEN, CLOSING, ENDING, DISCONNECTING, LOST = Phase


class FakeTransport:
    """Keeps what a link does to it. It reports nothing by itself."""

    def __init__(self):
        self.written = []
        self.calls = []
        self.unsent = 0

    def write(self, data):
        self.written.append(bytes(data))

    def get_write_buffer_size(self):
        return self.unsent

    def is_closing(self):
        return "close" in self.calls

    def can_write_eof(self):
        return True

    def __getattr__(self, name):
        return functools.partial(self.calls.append, name)


class EventLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock a test can put forward."""

    passed = 0

    def time(self):
        return super().time() + self.passed


def in_event_loop(test):
    """Run a test that is a coroutine function."""

    @functools.wraps(test)
    def run(*args, **kwargs):
        with asyncio.Runner(loop_factory=EventLoop) as runner:
            runner.run(test(*args, **kwargs))

    return run


async def turns(seconds=0):
    """Put the clock forward, and let everything run that can run by then."""
    asyncio.get_running_loop().passed += seconds
    for _ in range(5):
        await asyncio.sleep(0)


def make(**options):
    """Make a link that is not connected."""
    deflate, _response = negotiate("", max_message=1000, max_frame=1000)
    return TransportLink(
        FrameCodec(deflate), Options(**options), asyncio.get_running_loop(), None, None
    )


def open_link(**options):
    """Make a link that is open."""
    link = make(**options)
    link.connection_made(FakeTransport())
    return link


def link_in(phase):
    """Make a link that is in a phase."""
    link = make()
    if phase is not OPENING:
        link.connection_made(FakeTransport())
    if phase is CLOSING:
        link.shutdown()
    if phase in {ENDING, DISCONNECTING}:
        link.data_received(frame(TEXT, b"unread") + frame(CLOSE, b"\x0b\xb8bye"))
    if phase is DISCONNECTING:
        link.shutdown()
    if phase is LOST:
        link.connection_lost(None)
    assert phase is link.phase
    return link


async def start(coroutine):
    """Run a coroutine as far as it gets without the peer."""
    task = asyncio.create_task(coroutine)
    await turns()
    task.cancel()
    await asyncio.wait({task})


async def receive_all(link):
    """Receive what is there, and once more."""
    await start(link.receive())
    await start(link.receive())


def overflow(link):
    """Broadcast more than the client reads."""
    if link.transport is not None:
        link.transport.unsent = 100
    link.send_nowait(Broadcast("x" * 100, frame(TEXT, b"x" * 100)), max_unsent=10)


EVENTS = {
    "transport made": lambda link: link.connection_made(FakeTransport()),
    "message": lambda link: link.data_received(frame(TEXT, b"x")),
    "ping": lambda link: link.data_received(frame(PING, b"x")),
    "peer closes": lambda link: link.data_received(frame(CLOSE, b"\x0b\xb9")),
    "peer violates": lambda link: link.data_received(frame(3)),
    "transport lost": lambda link: link.connection_lost(None),
    "page handler receives": lambda link: start(link.receive()),
    "page handler receives all": receive_all,
    "page handler sends": lambda link: start(link.send("x")),
    "page handler closes": lambda link: start(link.close(3001, "enough")),
    "client is slow": overflow,
    "server stops": lambda link: link.shutdown(),
    "time-out": lambda link: turns(6),
}

# What may happen in a phase, and where it leads if not to the same phase.
TRANSITIONS = {
    OPENING: {"transport made": OPEN, "client is slow": CLOSING, "server stops": CLOSING},
    OPEN: {
        "peer closes": ENDING,
        "peer violates": ENDING,
        "page handler closes": CLOSING,
        "client is slow": CLOSING,
        "server stops": CLOSING,
        "transport lost": LOST,
    },
    CLOSING: {"peer closes": DISCONNECTING, "peer violates": DISCONNECTING, "transport lost": LOST},
    # The peer's close frame came after a message that is not received yet.
    ENDING: {
        "page handler receives all": DISCONNECTING,
        "page handler closes": DISCONNECTING,
        "client is slow": DISCONNECTING,
        "server stops": DISCONNECTING,
        "time-out": DISCONNECTING,
        "transport lost": LOST,
    },
    DISCONNECTING: {"transport lost": LOST},
    LOST: {},
}
# The transport is made once, and nothing comes from one that is not there.
IMPOSSIBLE = {
    OPENING: {"message", "ping", "peer closes", "peer violates", "transport lost"},
    OPEN: {"transport made"},
    CLOSING: {"transport made"},
    ENDING: {"transport made"},
    DISCONNECTING: {"transport made"},
    LOST: {"transport made", "message", "ping", "peer closes", "peer violates", "transport lost"},
}


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("phase", Phase, ids=lambda phase: phase.name)
@in_event_loop
async def test_table(phase, event):
    """Each event leads from each phase to the one that the table has, or to the same."""
    if event in IMPOSSIBLE[phase]:
        return
    link = link_in(phase)
    happened = EVENTS[event](link)
    if happened is not None:
        await happened
    assert TRANSITIONS[phase].get(event, phase) is link.phase
    assert (link.code is not None) == (link.phase in {DISCONNECTING, LOST})


@pytest.mark.parametrize("phase", Phase, ids=lambda phase: phase.name)
@in_event_loop
async def test_one_close_frame(phase):
    """However it is closed and whatever comes then, at most one close frame is sent, and last."""
    link = link_in(phase)
    for event in ("client is slow", "peer closes", "server stops", "ping", "time-out"):
        if event not in IMPOSSIBLE[phase]:
            happened = EVENTS[event](link)
            if happened is not None:
                await happened
    if phase is OPENING:
        link.connection_made(FakeTransport())
    opcodes = [data[0] & 0x0F for data in link.transport.written]
    assert ([] if phase is LOST else [CLOSE]) == [opcode for opcode in opcodes if opcode == CLOSE]
    assert CLOSE not in opcodes[:-1]


@in_event_loop
async def test_frames_before_the_handshake_is_completed():
    """A broadcast before the response is sent comes right after it."""
    link = make()
    link.send_nowait(Broadcast("x", b"\x81\x01x"), max_unsent=10)
    link.connection_made(FakeTransport())
    assert [b"\x81\x01x"] == link.transport.written


@in_event_loop
async def test_closed_before_the_handshake_is_completed():
    """Who was too slow before is told when it connects, and cut off if it does not respond."""
    link = make()
    overflow(link)
    link.connection_made(FakeTransport())
    assert link.transport.written[-1].startswith(b"\x88\x12\x03\xf5too slow")
    await turns(6)
    assert ["abort"] == link.transport.calls


@pytest.mark.parametrize(
    ("payload", "code", "reason"),
    [(b"\x0b\xb8bye", 3000, "bye"), (b"", 1005, ""), (b"\x03\xe8", 1000, "")],
)
@in_event_loop
async def test_peer_closes(payload, code, reason):
    """The peer's code is sent back without its reason (RFC 6455, 5.5.1), and the page is told."""
    link = link_in(OPEN)
    receiving = asyncio.create_task(link.receive())
    await turns()
    link.data_received(frame(CLOSE, payload))
    with pytest.raises(Closed) as closed:
        await receiving
    assert (code, reason) == (closed.value.code, closed.value.reason) == (link.code, link.reason)
    assert [bytes((0x88, len(payload[:2]))) + payload[:2]] == link.transport.written
    assert ["close"] == link.transport.calls


@in_event_loop
async def test_violation():
    """After a violation only our direction is closed, so that the peer can read why (7.1.1)."""
    link = link_in(OPEN)
    link.data_received(frame(3))
    await receive_all(link)
    assert (1002, b"\x88") == (link.code, link.transport.written[0][:1])
    assert ["write_eof"] == link.transport.calls
    link.shutdown()
    assert ["write_eof", "close"] == link.transport.calls


@pytest.mark.parametrize("phase", [CLOSING, DISCONNECTING], ids=lambda phase: phase.name)
@in_event_loop
async def test_time_out(phase):
    """A peer that does not respond is cut off."""
    link = link_in(phase)
    await turns(6)
    assert "abort" == link.transport.calls[-1]
    assert phase is link.phase


@in_event_loop
async def test_response_in_ending():
    """What the page handler received before the peer closed it may still respond to."""
    link = link_in(OPEN)
    link.data_received(frame(TEXT, b"a") + frame(TEXT, b"b") + frame(CLOSE, b"\x03\xe8"))
    for message in ("a", "b"):
        assert message == await link.receive()
        await link.send(message)
    with pytest.raises(Closed):
        await link.send("once more")
    assert [b"\x81\x01a", b"\x81\x01b", b"\x88\x02\x03\xe8"] == link.transport.written
    link.connection_lost(None)


@pytest.mark.parametrize(
    ("phase", "closed"),
    [
        (OPEN, (1006, "")),
        (CLOSING, (1006, "")),
        (ENDING, (3000, "bye")),
        (DISCONNECTING, (3000, "bye")),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
@in_event_loop
async def test_lost(phase, closed):
    """A connection that is lost was closed with what the peer said, or with 1006 (7.1.5)."""
    link = link_in(phase)
    link.connection_lost(None)
    assert closed == (link.code, link.reason)
    await link.wait_closed()


@in_event_loop
async def test_messages_after_the_loss():
    """What arrived before the connection was lost is still received."""
    link = link_in(OPEN)
    link.data_received(frame(TEXT, b"unread"))
    link.connection_lost(None)
    assert "unread" == await link.receive()
    with pytest.raises(Closed):
        await link.receive()


@in_event_loop
async def test_what_we_said():
    """Until the peer has closed, too, a page handler is told what we closed with."""
    link = link_in(OPEN)
    link.data_received(frame(TEXT, b"unread"))
    await start(link.close(3001, "enough"))
    with pytest.raises(Closed) as closed:
        await link.receive()
    assert (3001, "enough", None) == (closed.value.code, closed.value.reason, link.code)


@in_event_loop
async def test_ping_without_pong():
    """A client that sends nothing after a ping is closed with 1011."""
    link = link_in(OPEN)
    await turns(21)
    assert [b"\x89\x00"] == link.transport.written
    await turns(20)
    assert link.transport.written[-1].startswith(b"\x88\x11\x03\xf3no sign of life")
    assert CLOSING is link.phase


@in_event_loop
async def test_ping_with_pong():
    """A client that sends anything after a ping stays."""
    link = link_in(OPEN)
    for _ in range(3):
        await turns(21)
        link.data_received(frame(PONG))
        await turns(20)
    assert [b"\x89\x00"] * 3 == link.transport.written
    assert OPEN is link.phase


@in_event_loop
async def test_pings_of_a_client_that_does_not_read():
    """While the client is slow to read, it gets the response to its last ping, and only later."""
    link = open_link()
    link.pause_writing()
    for number in range(1000):
        link.data_received(frame(PING, b"%d" % number))
    assert [] == link.transport.written
    link.resume_writing()
    link.data_received(frame(PING, b"x"))
    assert [b"\x8a\x03999", b"\x8a\x01x"] == link.transport.written


@in_event_loop
async def test_no_pong_after_our_close_frame():
    """The response to a ping that was to be sent later is not, if our close frame is sent first."""
    link = open_link()
    link.pause_writing()
    link.data_received(frame(PING, b"x"))
    link.shutdown()
    link.resume_writing()
    assert [b"\x88\x02\x03\xe9"] == link.transport.written


@in_event_loop
async def test_back_pressure_on_the_client():
    """Nothing is read while too much waits for the page handler."""
    link = open_link(max_queue=200)
    link.data_received(frame(TEXT, b"x" * 100) * 2)
    assert ["pause_reading"] == link.transport.calls
    assert ["x" * 100] * 2 == [await link.receive() for _ in range(2)]
    assert ["pause_reading", "resume_reading"] == link.transport.calls


@in_event_loop
async def test_page_handler_that_only_sends():
    """A page handler that sends without end lets other tasks run, though its client reads fast."""
    link = link_in(OPEN)

    async def send_without_end():
        while True:
            await link.send("x")

    sending = asyncio.create_task(send_without_end())
    await turns()
    assert 0 < len(link.transport.written) < 100
    link.data_received(frame(CLOSE, b"\x0b\xb8"))
    with pytest.raises(Closed):
        await sending


@in_event_loop
async def test_back_pressure_on_the_page_handler():
    """A page handler waits while the client is slow to read."""
    link = link_in(OPEN)
    link.pause_writing()
    sending = asyncio.create_task(link.send("x"))
    await turns()
    assert not sending.done()
    link.resume_writing()
    await sending


@in_event_loop
async def test_thread_port():
    """A thread exchanges messages by its port, and learns that there will be no more."""
    link = open_link(max_queue=200)
    port = link.open_thread_port()
    link.data_received(frame(TEXT, b"x" * 100) * 2)
    assert ["x" * 100] * 2 == [port.receive(0), port.receive(0)]
    with pytest.raises(TimeoutError):
        port.receive(0)
    assert port.send("sent")
    await turns()
    assert ["pause_reading", "resume_reading"] == link.transport.calls
    assert [b"\x81\x04sent"] == link.transport.written
    link.data_received(frame(TEXT, b"last") + frame(CLOSE, b"\x03\xe8"))
    assert ["last", None] == [port.receive(None), port.receive(None)]
    assert not port.send("too late")


@pytest.mark.parametrize("phase", [OPENING, CLOSING, ENDING, DISCONNECTING, LOST])
@in_event_loop
async def test_thread_port_sends_in_open_only(phase):
    """In other phases a thread has to wait, or to be told that it is closed."""
    link = link_in(phase)
    assert not link.open_thread_port().send("x")


@in_event_loop
async def test_thread_port_waits_for_a_slow_client():
    """A thread that has handed over enough has to wait until the event loop has sent it."""
    link = link_in(OPEN)
    port = link.open_thread_port()
    sent = 0
    while port.send(b"x" * 10_000):
        sent += 1
    assert 26 == sent
    await turns()
    assert port.send(b"x" * 10_000)


@in_event_loop
async def test_thread_port_after_our_close():
    """Messages that wait when we close are dropped, for a thread as for a coroutine."""
    link = link_in(OPEN)
    port = link.open_thread_port()
    link.data_received(frame(TEXT, b"unread"))
    link.shutdown()
    assert port.receive(None) is None
