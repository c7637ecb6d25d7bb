"""A button that sends a mail: written with the turn, sent after the commit, once, by the relay."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from engine.turn import Refused
from runtime.app import open_installation
from runtime.config import Settings
from runtime.service.records import create_records, press_button
from runtime.store import schema

APP = """
app: notes
forms:
  notes:
    fields:
      name: {type: text, required: true}
      owner: {type: user, default: =me}
      sent: {type: boolean}
    buttons:
      tell:
        title: Tell
        do:
          - set: {sent: true}
          - send_mail: {to: [owner, "'desk@example.com'"], subject: "新消息:{{ name }}", text: "{{ name }} / {{ owner.name }}"}
access: {notes: {everyone: {can: all}}}
"""


@pytest.fixture
def installation(tmp_path, smtp_server, fresh_database_url):
    settings = Settings(
        data=tmp_path, database_url=fresh_database_url, smtp_url=f"smtp://127.0.0.1:{smtp_server.port}",
        mail_from="quartet@example.com", secret_key="a-long-enough-test-secret-0123456789",
    )  # fmt: skip
    installation = open_installation(settings)
    yield installation
    installation.relay.stop()
    installation.office.database.close()


def note(installation):
    """Publish the app, add a person, and write one note."""
    office = installation.office
    office.publisher.publish(APP, "notes.yaml")
    person = office.people.create_person({"username": "linxiao", "name": "林晓", "email": "lin@example.com"})
    actor = office.people.actor(person)
    done = office.writing(
        "notes", actor, "zh", lambda visit: create_records(visit, "notes", [{"name": "茶"}])
    )
    return office, actor, done.created[0]


def outbox(office):
    with office.database.reading() as connection:
        return dict(
            connection.execute(
                select(schema.outbox.c.state, func.count()).group_by(schema.outbox.c.state)
            ).all()
        )


def test_a_pressed_button_writes_the_record_and_sends_one_mail(installation, smtp_server):
    office, actor, record = note(installation)
    installation.relay.start()
    office.writing("notes", actor, "zh", lambda visit: press_button(visit, "notes", record, "tell"))
    mail = smtp_server.wait_for(1)[0]
    assert mail.subject == "新消息:茶"
    assert sorted(mail.recipients) == ["desk@example.com", "lin@example.com"]
    assert "茶 / 林晓" in mail.text()
    with office.reading("notes", actor, "zh") as visit:
        assert visit.reader.row("notes", record)["sent"] is True


def test_a_mail_of_a_turn_that_fails_is_never_sent(installation, smtp_server):
    office, actor, record = note(installation)

    def work(visit):
        press_button(visit, "notes", record, "tell")
        raise RuntimeError("the connection broke")

    with pytest.raises(RuntimeError):
        office.writing("notes", actor, "zh", work)
    assert installation.relay.drain() == 0
    assert outbox(office) == {}


def test_a_mail_waits_while_the_server_refuses_and_keeps_its_message_id(installation, smtp_server):
    office, actor, record = note(installation)
    smtp_server.refuse_next("451 Try again later")
    office.writing("notes", actor, "zh", lambda visit: press_button(visit, "notes", record, "tell"))
    installation.relay.drain()
    assert outbox(office) == {"ready": 1}
    with office.database.writing() as connection:
        connection.execute(schema.outbox.update().values(next_at=office.clock()))
    installation.relay.drain()
    assert outbox(office) == {"done": 1}
    assert len(smtp_server.wait_for(1)) == 1


def test_a_button_without_anybody_to_write_to_says_so_and_changes_nothing(installation):
    office, actor, record = note(installation)
    text = APP.replace("[owner, \"'desk@example.com'\"]", "owner")
    office.publisher.publish(text, "notes.yaml")
    office.people.change_person(actor.id, {"email": None})
    with pytest.raises(Refused) as refused:
        office.writing(
            "notes", replace(actor), "zh", lambda visit: press_button(visit, "notes", record, "tell")
        )
    assert refused.value.first[0].code.name == "nobody-to-mail"
    with office.reading("notes", actor, "zh") as visit:
        assert visit.reader.row("notes", record)["sent"] is None
