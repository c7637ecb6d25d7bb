import smtplib
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from engine.actions.ports import EffectError, MailMessage
from runtime.adapters.mail import NoMail, SmtpMail, mail_port
from runtime.config import Settings
from tests.runtime.clocks import Clock
from tests.services.smtp import SmtpServer


def message(**changes: object) -> MailMessage:
    usual = {
        "to": ["wang@example.com"],
        "subject": "请审批:出差申请",
        "text": "第一行\n.\n最后一行",
        "message_id": "7f-1",
    }
    return MailMessage(**(usual | changes))


@pytest.fixture
def mail(smtp_server: SmtpServer) -> SmtpMail:
    url = f"smtp://{smtp_server.host}:{smtp_server.port}"
    return SmtpMail(url, "Quartet <quartet@example.org>", Clock())


# Made for these tests, for the name localhost; it protects nothing.
CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIBlTCCATugAwIBAgIUcnZC4I+iEpX0DuGrUEqCGwRnlpkwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMjA0MzExNFoYDzIxMjYxMDI5
MDQzMTE0WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASf/r2Lz+A6ap1JDHYmJ0tbe9O20DY8mmEktW8I6ftduP6ogV1qRxFQ
LS5OxViwQXplfZKQN51L24tSAchSvouio2kwZzAdBgNVHQ4EFgQUCO/MopDwGu+b
D64fJVSBDf1wBZIwHwYDVR0jBBgwFoAUCO/MopDwGu+bD64fJVSBDf1wBZIwDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
SAAwRQIgAWAbNaUSW2SkzDTeX/ns05Pz7ttn2FDvceJtHI9XARYCIQC/5gDLai1Y
HtnO5Hesz3SgRG43KP+39PeCRsg/SLPhaw==
-----END CERTIFICATE-----
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgtE4IhR/34mNdTOsC
wRG6TtqkGdiJONSK2NDWB0YcgvKhRANCAASf/r2Lz+A6ap1JDHYmJ0tbe9O20DY8
mmEktW8I6ftduP6ogV1qRxFQLS5OxViwQXplfZKQN51L24tSAchSvoui
-----END PRIVATE KEY-----
"""


class Accounts:
    """Knows one account, and asks for TLS before it takes a password."""

    def __call__(self, server, session, envelope, mechanism, data) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (b"quartet", b"p@ss"), handled=False)


@pytest.fixture
def safe_server(smtp_server: SmtpServer, tmp_path: Path) -> Iterator[tuple[SmtpServer, int, Path]]:
    """A server that offers STARTTLS and takes mail only from who signed in; it hands to `smtp_server`."""
    certificate = tmp_path / "certificate.pem"
    certificate.write_text(CERTIFICATE)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(
        smtp_server,
        hostname="127.0.0.1",
        port=port,
        tls_context=context,
        require_starttls=True,
        authenticator=Accounts(),
        auth_required=True,
    )
    controller.start()
    yield smtp_server, port, certificate
    controller.stop()


def trust(monkeypatch: pytest.MonkeyPatch, certificate: Path) -> None:
    context = ssl.create_default_context(cafile=certificate)
    monkeypatch.setattr(ssl, "create_default_context", lambda: context)


def failure(mail, wanted: MailMessage) -> EffectError:
    with pytest.raises(EffectError) as failed:
        mail.send(wanted)
    return failed.value


def test_a_mail_arrives_as_it_was_written(mail: SmtpMail, smtp_server: SmtpServer) -> None:
    answer = mail.send(message(to=["wang@example.com", "chen@example.com", "wang@example.com"]))
    assert answer.startswith("250")
    (delivery,) = smtp_server.deliveries
    assert delivery.sender == "quartet@example.org"
    assert delivery.recipients == ("wang@example.com", "chen@example.com")
    assert delivery.subject == "请审批:出差申请"
    assert delivery.text().splitlines() == ["第一行", ".", "最后一行"]
    assert delivery.mail["From"] == "Quartet <quartet@example.org>"
    assert delivery.mail["Auto-Submitted"] == "auto-generated"
    assert delivery.mail["Date"].datetime == Clock().now


def test_a_mail_sent_again_has_the_same_id(mail: SmtpMail, smtp_server: SmtpServer) -> None:
    mail.send(message())
    mail.send(message())
    assert [one.mail["Message-ID"] for one in smtp_server.deliveries] == ["<7f-1@example.org>"] * 2


@pytest.mark.parametrize("breaking", ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028"])
def test_a_subject_cannot_begin_another_header(
    mail: SmtpMail, smtp_server: SmtpServer, breaking: str
) -> None:
    mail.send(message(subject=f"Hello{breaking}Bcc: x@example.com{breaking}{breaking}body"))
    (delivery,) = smtp_server.deliveries
    assert delivery.subject == "Hello Bcc: x@example.com body"
    assert delivery.mail["Bcc"] is None
    assert delivery.recipients == ("wang@example.com",)


def test_an_id_cannot_begin_another_header(mail: SmtpMail, smtp_server: SmtpServer) -> None:
    mail.send(message(message_id="a>\r\nBcc: x@example.com"))
    (delivery,) = smtp_server.deliveries
    assert delivery.mail["Bcc"] is None


@pytest.mark.parametrize(
    "address",
    ["a@b.c\r\nBcc: x@y.z", "a@b.c, x@y.z", "a b@c.d", "Name <a@b.c>", "nobody", "", "a@b.c>\nDATA"],
)
def test_a_wrong_address_is_refused_for_good(mail: SmtpMail, smtp_server: SmtpServer, address: str) -> None:
    assert failure(mail, message(to=[address])).final
    assert smtp_server.deliveries == []


def test_a_mail_to_nobody_is_refused_for_good(mail: SmtpMail) -> None:
    assert failure(mail, message(to=[])).final


@pytest.mark.parametrize(
    ("answer", "final"),
    [("451 Try again later", False), ("421 Too busy", False), ("552 Too big", True), ("554 Spam", True)],
)
def test_the_servers_answer_decides_about_another_try(
    mail: SmtpMail, smtp_server: SmtpServer, answer: str, final: bool
) -> None:
    smtp_server.refuse_next(answer)
    failed = failure(mail, message())
    assert failed.final is final
    assert answer in str(failed)
    if not final:
        mail.send(message())
        assert len(smtp_server.deliveries) == 1


def test_a_refused_recipient_does_not_keep_the_mail_from_the_others(
    mail: SmtpMail, smtp_server: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    rcpt = smtplib.SMTP.rcpt
    answers = {"gone@example.com": (550, b"no such person"), "busy@example.com": (450, b"mailbox busy")}
    monkeypatch.setattr(smtplib.SMTP, "rcpt", lambda server, to: answers.get(to) or rcpt(server, to))
    answer = mail.send(message(to=["gone@example.com", "wang@example.com"]))
    assert "refused gone@example.com: 550 no such person" in answer
    assert smtp_server.deliveries[0].recipients == ("wang@example.com",)
    assert failure(mail, message(to=["gone@example.com"])).final
    assert not failure(mail, message(to=["gone@example.com", "busy@example.com"])).final


def test_a_lost_goodbye_is_not_a_lost_mail(
    mail: SmtpMail, smtp_server: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(server) -> None:
        raise TimeoutError

    monkeypatch.setattr(smtplib.SMTP, "quit", lose)
    assert mail.send(message()).startswith("250")


def test_a_server_that_is_away_is_tried_again() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    failed = failure(SmtpMail(f"smtp://127.0.0.1:{port}", "a@b.c", Clock()), message())
    assert not failed.final
    assert "could not be reached" in str(failed)


def test_a_server_that_says_nothing_is_given_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runtime.adapters.mail.TIMEOUT_SECONDS", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        failed = failure(SmtpMail(f"smtp://127.0.0.1:{port}", "a@b.c", Clock()), message())
    assert not failed.final


def test_a_server_that_cannot_sign_in_is_tried_again(smtp_server: SmtpServer) -> None:
    url = f"smtp://name:p%40ss@{smtp_server.host}:{smtp_server.port}"
    failed = failure(SmtpMail(url, "a@b.c", Clock()), message())
    assert not failed.final
    assert "p@ss" not in str(failed)


def test_a_password_does_not_travel_in_the_clear(
    smtp_server: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runtime.adapters.mail._LOCAL", ())
    url = f"smtp://name:secret@{smtp_server.host}:{smtp_server.port}"
    failed = failure(SmtpMail(url, "a@b.c", Clock()), message())
    assert "offers no TLS" in str(failed)
    assert not failed.final


def test_a_mail_goes_encrypted_and_signed_in_where_the_server_wants_it(safe_server, monkeypatch) -> None:
    received, port, certificate = safe_server
    trust(monkeypatch, certificate)
    SmtpMail(f"smtp://quartet:p%40ss@localhost:{port}", "q@example.org", Clock()).send(message())
    assert received.deliveries[0].subject == "请审批:出差申请"


def test_a_wrong_mail_password_is_tried_again_later(safe_server, monkeypatch) -> None:
    received, port, certificate = safe_server
    trust(monkeypatch, certificate)
    failed = failure(SmtpMail(f"smtp://quartet:wrong@localhost:{port}", "q@example.org", Clock()), message())
    assert "did not accept the user name and password" in str(failed)
    assert not failed.final
    assert received.deliveries == []


def test_a_server_with_a_certificate_of_nobody_gets_neither_password_nor_mail(safe_server) -> None:
    received, port, _ = safe_server
    failed = failure(SmtpMail(f"smtp://quartet:p%40ss@localhost:{port}", "q@example.org", Clock()), message())
    assert "could not be trusted" in str(failed)
    assert not failed.final
    assert received.deliveries == []


def test_a_certificate_for_another_name_is_not_trusted(safe_server, monkeypatch) -> None:
    received, port, certificate = safe_server
    trust(monkeypatch, certificate)
    failed = failure(SmtpMail(f"smtp://quartet:p%40ss@127.0.0.1:{port}", "q@example.org", Clock()), message())
    assert "could not be trusted" in str(failed)
    assert received.deliveries == []


def test_an_international_address_arrives(mail: SmtpMail, smtp_server: SmtpServer) -> None:
    mail.send(message(to=["王磊@例子.cn"]))
    assert smtp_server.deliveries[0].recipients == ("王磊@例子.cn",)


def test_without_a_mail_server_mails_wait() -> None:
    port = mail_port(Settings(), Clock())
    assert isinstance(port, NoMail)
    failed = failure(port, message())
    assert not failed.final
    assert "no mail server is set" in str(failed)


def test_the_settings_choose_the_server(smtp_server: SmtpServer) -> None:
    settings = Settings(smtp_url=f"smtp://{smtp_server.host}:{smtp_server.port}", mail_from="q@example.org")
    mail_port(settings, Clock()).send(message())
    assert smtp_server.deliveries[0].sender == "q@example.org"
