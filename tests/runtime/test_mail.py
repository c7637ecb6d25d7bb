import smtplib
import socket

import pytest

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
