"""What holds for all tests together."""

import os
import signal
import sys
import threading
import time
import traceback
import weakref

# How long threads may take to end after the last test, in seconds: on a busy machine, too.
import pytest

GRACE = 30

# The test after which each thread was there for the first time, by its name.
_SEEN_AFTER = weakref.WeakKeyDictionary()


@pytest.fixture(scope="session")
def certificate_files(tmp_path_factory):
    """The paths of a certificate for 127.0.0.1 and of its key."""
    import trustme

    issued = trustme.CA().issue_cert("127.0.0.1")
    folder = tmp_path_factory.mktemp("certificate")
    chain, key = folder / "chain.pem", folder / "key.pem"
    issued.cert_chain_pems[0].write_to_path(chain)
    issued.private_key_pem.write_to_path(key)
    return chain, key


def pytest_configure():
    """Heed signals that `nohup` or a shell's `&` have us ignore: what the tests start is to."""
    for number, handler in {
        signal.SIGINT: signal.default_int_handler,
        signal.SIGHUP: signal.SIG_DFL,
    }.items():
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, handler)


def pytest_runtest_logfinish(nodeid):
    """Know which test has left a thread."""
    for thread in _threads_left():
        _SEEN_AFTER.setdefault(thread, nodeid)


def pytest_unconfigure():
    """Fail, rather than hang for ever, when a test has left a thread that nobody ends."""
    deadline = time.monotonic() + GRACE
    while (left := _threads_left()) and time.monotonic() < deadline:
        left[0].join(0.1)
    if left:
        frames = sys._current_frames()
        for thread in left:
            test = _SEEN_AFTER.get(thread, "the last test")
            stack = "".join(traceback.format_stack(frames.get(thread.ident)))
            sys.stderr.write(f"Thread '{thread.name}' was left behind by {test}, in:\n{stack}\n")
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(1)


def _threads_left():
    return [
        thread
        for thread in threading.enumerate()
        if thread is not threading.main_thread() and not thread.daemon
    ]
