"""A real SMTP server that keeps what it is sent."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Delivery:
    """One message as it arrived: who the envelope names, and the parsed mail."""

    sender: str
    recipients: tuple[str, ...]
    mail: EmailMessage

    @property
    def subject(self) -> str:
        """Return the decoded subject."""
        return str(self.mail["Subject"])

    def text(self, kind: str = "plain") -> str:
        """Return the decoded plain text, or the HTML with kind="html"; empty if the mail has none."""
        part = self.mail.get_body(preferencelist=(kind,))
        return part.get_content() if part else ""


class SmtpServer:
    """The server as a test sees it: where it listens, what came, and how to make it refuse."""

    def __init__(self, port: int) -> None:
        self.host = HOST
        self.port = port
        self.deliveries: list[Delivery] = []
        self._refusals: list[str] = []
        self._arrived = threading.Condition()

    def refuse_next(self, answer: str = "451 Try again later", times: int = 1) -> None:
        """Answer the next messages with this line; 4xx asks for another try, 5xx refuses for good."""
        self._refusals.extend([answer] * times)

    def wait_for(self, count: int, seconds: float = 10) -> list[Delivery]:
        """Return the deliveries once there are that many; fail the test if they do not come."""
        with self._arrived:
            arrived = self._arrived.wait_for(lambda: len(self.deliveries) >= count, seconds)
        assert arrived, f"{count} messages were expected, {len(self.deliveries)} came in {seconds} s"
        return self.deliveries

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take one message; the name is aiosmtpd's."""
        if self._refusals:
            return self._refusals.pop(0)
        mail = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        with self._arrived:
            self.deliveries.append(Delivery(envelope.mail_from or "", tuple(envelope.rcpt_tos), mail))
            self._arrived.notify_all()
        return "250 OK"


@contextmanager
def running_smtp_server() -> Iterator[SmtpServer]:
    """Run a server on a free port of this machine."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        server = SmtpServer(probe.getsockname()[1])
    controller = Controller(server, hostname=HOST, port=server.port, enable_SMTPUTF8=True)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()
