"""The `Mail` port over SMTP."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import SMTP as MAIL_POLICY
from email.utils import parseaddr
from urllib.parse import unquote, urlsplit

from engine.actions.ports import EffectError, Mail, MailMessage
from runtime.config import Settings

# Each exchange with the server may take this long; a mail is a dozen of them at most.
TIMEOUT_SECONDS = 10.0
_LOCAL = ("localhost", "127.0.0.1", "::1")
_ADDRESS = re.compile(r"[^\s@<>,;\"\x00-\x20\x7f]+@[^\s@<>,;\"\x00-\x20\x7f]+")


def mail_port(settings: Settings, clock: Callable[[], datetime]) -> Mail:
    """Return the port that the settings ask for; without a mail server, one that lets mails wait."""
    return SmtpMail(settings.smtp_url, settings.mail_from, clock) if settings.smtp_url else NoMail()


class NoMail:
    """Stands in while no mail server is set: mails stay in the outbox and are tried again."""

    def send(self, message: MailMessage) -> str:
        """Refuse, for now."""
        raise EffectError("no mail server is set; an administrator sets QUARTET_SMTP_URL")


class SmtpMail:
    """Sends mail through one server.

    url: `smtp://name:password@host:587`, or `smtps://` for TLS from the first byte. With `smtp://`, TLS is
    begun when the server offers it; a password is never sent to another machine without.
    """

    def __init__(self, url: str, sender: str, clock: Callable[[], datetime]) -> None:
        parts = urlsplit(url)
        self._host = parts.hostname or "localhost"
        self._at_once = parts.scheme == "smtps"
        self._port = parts.port or (465 if self._at_once else 587 if parts.username else 25)
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")
        self._sender = sender
        self._sender_address = parseaddr(sender)[1]
        self._clock = clock

    def send(self, message: MailMessage) -> str:
        """Send one mail and return what the server answered, with the recipients that it refused."""
        addresses = _check_recipients(message)
        mail = self._write(message, addresses)
        with _explain(self._host), self._connect() as server:
            answer = _hand_over(server, self._sender_address, addresses, mail)
        return answer  # noqa: RET504 - mypy cannot know that the block does not swallow errors

    def _write(self, message: MailMessage, addresses: list[str]) -> EmailMessage:
        """Build the mail; whatever came from a record is one line in a header, or in the body."""
        mail = EmailMessage(policy=MAIL_POLICY)
        try:
            mail["Message-ID"] = self._message_id(message.message_id)
            mail["Date"] = self._clock()
            mail["From"] = self._sender
            mail["To"] = ", ".join(addresses)
            mail["Subject"] = _one_line(message.subject)
            mail["Auto-Submitted"] = "auto-generated"
            mail.set_content(message.text)
        except (ValueError, MessageError) as error:
            raise EffectError(f"the mail cannot be written: {error}", final=True) from error
        return mail

    def _message_id(self, given: str) -> str:
        """Return the id in its brackets; the same for every try, so that a mail sent twice shows as one."""
        plain = re.sub(r"[^A-Za-z0-9._+=@-]", "-", given)
        return f"<{plain}>" if "@" in plain else f"<{plain}@{self._sender_address.partition('@')[2]}>"

    @contextmanager
    def _connect(self) -> Iterator[smtplib.SMTP]:
        """Give a server that is ready to take a mail: encrypted and signed in where it can be."""
        context = ssl.create_default_context()
        if self._at_once:
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self._host, self._port, timeout=TIMEOUT_SECONDS, context=context
            )
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=TIMEOUT_SECONDS)
        try:
            server.ehlo_or_helo_if_needed()
            encrypted = self._at_once
            if not encrypted and server.has_extn("starttls"):
                server.starttls(context=context)
                server.ehlo()
                encrypted = True
            if self._user:
                if not encrypted and self._host not in _LOCAL:
                    raise EffectError(f"{self._host} offers no TLS, so the password was not sent to it")
                server.login(self._user, self._password)
            yield server
        finally:
            with suppress(smtplib.SMTPException, OSError):  # the mail's fate is known; a lost goodbye is none
                server.quit()
            server.close()


def _check_recipients(message: MailMessage) -> list[str]:
    addresses = list(dict.fromkeys(address.strip() for address in message.to))
    wrong = [address for address in addresses if not _ADDRESS.fullmatch(address)]
    if wrong:
        raise EffectError(f"not a mail address: {wrong[0]!r}", final=True)
    if not addresses:
        raise EffectError("the mail has no recipient", final=True)
    return addresses


def _one_line(text: str) -> str:
    """Put a text on one line, so that it cannot begin another header."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _hand_over(server: smtplib.SMTP, sender: str, addresses: list[str], mail: EmailMessage) -> str:
    """Go through the exchange of one mail and return the server's last answer."""
    international = not all(one.isascii() for one in (sender, *addresses))
    if international and not server.has_extn("smtputf8"):
        raise EffectError("the server takes no addresses with characters beyond ASCII", final=True)
    options = ["SMTPUTF8", "BODY=8BITMIME"] if international else []
    policy = MAIL_POLICY.clone(utf8=international)
    _expect(server.mail(sender, options))
    answers = {address: server.rcpt(address) for address in addresses}
    refused = {address: answer for address, answer in answers.items() if answer[0] >= 400}
    if len(refused) == len(addresses):
        # One that may yet be taken is worth another try, even beside one that never will.
        _expect(min(refused.values()))
    answer = _expect(server.data(mail.as_bytes(policy=policy)))
    return answer + "".join(f"; refused {one}: {_words(said)}" for one, said in refused.items())


def _expect(answer: tuple[int, bytes]) -> str:
    """Return the words of a good answer. 4xx asks for another try, 5xx refuses for good."""
    if answer[0] >= 400:
        raise EffectError(f"the mail server refused: {_words(answer)}", final=answer[0] >= 500)
    return _words(answer)


def _words(answer: tuple[int, bytes]) -> str:
    return f"{answer[0]} {_one_line(answer[1].decode('utf-8', 'replace'))}"[:500]


@contextmanager
def _explain(host: str) -> Iterator[None]:
    """Turn what goes wrong on the way to the server into a failure that may pass."""
    try:
        yield
    except smtplib.SMTPAuthenticationError as error:
        said = _words((error.smtp_code, _bytes(error.smtp_error)))
        raise EffectError(f"{host} did not accept the user name and password: {said}") from error
    except ssl.SSLError as error:
        raise EffectError(f"{host} could not be trusted: {error.reason or error}") from error
    except (smtplib.SMTPException, OSError) as error:
        raise EffectError(f"{host} could not be reached: {error or type(error).__name__}") from error


def _bytes(words: bytes | str) -> bytes:
    return words.encode() if isinstance(words, str) else words
