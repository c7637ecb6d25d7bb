"""The services that other tests stand on work: both databases, the mail server, the browser and its fence."""

import http.server
import os
import smtplib
import tempfile
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
import sqlalchemy

from tests.services.browser import Browser, axe
from tests.services.smtp import SmtpServer

PAGE = """<!doctype html><html lang="zh"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>页</title></head>
<body><main><h1>标题</h1>%s</main></body></html>"""


def test_a_database_is_real_and_empty(fresh_database_url: str):
    engine = sqlalchemy.create_engine(fresh_database_url)
    assert sqlalchemy.inspect(engine).get_table_names() == []
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE word (text VARCHAR(20))")
        connection.exec_driver_sql("INSERT INTO word VALUES ('中文')")
        assert connection.exec_driver_sql("SELECT text FROM word").scalar_one() == "中文"
    engine.dispose()


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_gets_a_database_of_its_own(fresh_database_url: str, turn: int):
    engine = sqlalchemy.create_engine(fresh_database_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE once (turn INTEGER)")
    engine.dispose()


def test_the_postgres_server_ends_with_its_last_user(monkeypatch: pytest.MonkeyPatch):
    from tests.services import postgres

    monkeypatch.setattr(postgres, "PREFIX", "quartet-trial-")
    server = postgres.SharedServer(Path(tempfile.gettempdir()) / f"quartet-trial-{os.getpid()}")
    server.acquire()
    with server.locked() as state:
        process = state["server"]
        state["users"].append(os.getppid())
    assert postgres.is_alive(process)
    server.release()
    assert postgres.is_alive(process), "another user is still there"
    with server.locked() as state:
        state["users"] = [os.getpid()]
    server.release()
    assert not postgres.is_alive(process)
    assert not server.folder.exists()


def test_mail_arrives_as_it_was_sent(smtp_server: SmtpServer):
    send(smtp_server, "补货", "只剩 3")
    (delivery,) = smtp_server.wait_for(1)
    assert (delivery.subject, delivery.text().strip()) == ("补货", "只剩 3")
    assert delivery.recipients == ("li@example.com",)


def test_mail_can_be_refused(smtp_server: SmtpServer):
    smtp_server.refuse_next("451 Try again later")
    with pytest.raises(smtplib.SMTPDataError):
        send(smtp_server, "a", "b")
    send(smtp_server, "a", "b")
    assert len(smtp_server.wait_for(1)) == 1


@pytest.mark.browser
def test_a_page_opens_at_both_sizes(browser: Browser, site: str):
    for context, width in ((browser.desktop(), 1440), (browser.phone(), 390)):
        page = context.new_page()
        page.goto(f"{site}/good")
        assert page.evaluate("innerWidth") == width
        assert axe(page) == []


@pytest.mark.browser
def test_axe_finds_what_is_wrong(browser: Browser, site: str):
    page = browser.desktop().new_page()
    page.goto(f"{site}/bad")
    assert {violation.rule for violation in axe(page)} == {"image-alt", "color-contrast"}


@pytest.mark.browser
def test_a_page_reaches_no_other_machine(browser: Browser, site: str):
    page = browser.desktop().new_page()
    page.goto(f"{site}/elsewhere")
    page.wait_for_function("window.answered")
    assert page.evaluate("window.answered") == "refused"
    assert any("example.com" in fault for fault in browser.faults)
    browser.faults.clear()


def send(server: SmtpServer, subject: str, text: str) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "quartet@example.com", "li@example.com", subject
    mail.set_content(text)
    with smtplib.SMTP(server.host, server.port) as client:
        client.send_message(mail)


class Pages(http.server.BaseHTTPRequestHandler):
    """Three small pages."""

    bodies = {
        "/good": "<p>好</p>",
        "/bad": '<p style="color:#999">太淡的字</p><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">',
        "/elsewhere": "<script>fetch('https://example.com/').then(() => 'came', () => 'refused')"
        ".then((answer) => { window.answered = answer })</script>",
    }

    def do_GET(self):
        body = (PAGE % self.bodies.get(self.path, "")).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
