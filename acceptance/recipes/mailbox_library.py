"""A mail server for tests, which keeps what it gets."""

import asyncio
import email
import email.policy
import threading

from aiosmtpd.controller import UnthreadedController
from robot.api.deco import keyword, library


@library(scope="SUITE")
class mailbox_library:  # noqa: N801 - Robot imports a library by the name of its file
    def __init__(self):
        self.messages = []

    async def handle_DATA(self, _server, _session, envelope):
        self.messages.append(
            email.message_from_bytes(envelope.content, policy=email.policy.default)
        )
        return "250 OK"

    @keyword
    def start_mail_server(self):
        """Start it on a free port, and return its address."""
        self.loop = asyncio.new_event_loop()
        self.controller = UnthreadedController(self, "127.0.0.1", 0, loop=self.loop)
        self.controller.begin()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        host, port = self.controller.server.sockets[0].getsockname()
        return f"{host}:{port}"

    @keyword
    def stop_mail_server(self):
        """Stop it."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.controller.end()
        self.loop.close()

    @keyword
    def mail_should_have_come(self, to, text):
        """Fail unless somebody has got a mail with this text."""
        bodies = [mail.get_content() for mail in self.messages if mail["To"] == to]
        if not any(text in body for body in bodies):
            raise AssertionError(f"{to} should have got '{text}', but got {bodies}.")
