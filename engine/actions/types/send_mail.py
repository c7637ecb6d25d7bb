"""The action type `send_mail`: a mail, after the commit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.actions.contract import ActionScope, ActionType, Compiling
from engine.actions.ports import MailMessage, Ports
from engine.decisions import Decision, RequestEffect
from engine.definition.cursor import Cursor
from engine.expression.evaluate import evaluate
from engine.expression.parse import Source
from engine.expression.template import Template
from engine.expression.tree import Expression
from engine.option_kinds import Formula, ListOf, Wording
from engine.options import option
from engine.problems import Path, ProblemCode, Refusal
from engine.texts import Text
from engine.values import USER_SHAPE, Kind, Value

NOT_A_RECIPIENT = ProblemCode(
    "not-a-recipient",
    Text(
        "收件人要是成员或邮箱文字,这里是{kind}", "A recipient is a person or an address, but this is a {kind}"
    ),
    Text("例如 applicant 或 'hr@example.com'", "For example applicant or 'hr@example.com'"),
)
NOBODY = ProblemCode(
    "nobody-to-mail",
    Text(
        "没有可发的邮箱:收件人是空的,或者没登记邮箱",
        "There is no address to mail to: nobody is named, or without an address",
    ),
    Text("在成员资料里补上邮箱", "Add the address to the person"),
)


@dataclass(frozen=True, kw_only=True)
class MailOptions:
    """Whom to write to, and what."""

    to: tuple[Source, ...] = option(
        ListOf(Formula(), most=50), Text("收件人:成员或邮箱", "The recipients: people or addresses")
    )
    subject: Source = option(Wording(), Text("主题,可写 {{ 字段 }}", "The subject; {{ field }} is possible"))
    text: Source = option(Wording(), Text("正文,可写 {{ 字段 }}", "The text; {{ field }} is possible"))


@dataclass(frozen=True, slots=True)
class CheckedMail:
    """A checked mail."""

    to: tuple[Expression, ...]
    subject: Template
    text: Template


class SendMail(ActionType):
    """Send a mail after everything is saved.

    `send_mail: {to: owner, subject: "{{ name }}", text: "…"}`; it is sent at least once, with the same
    Message-ID at every try.
    """

    name = "send_mail"
    label = Text("发邮件", "Send a mail")
    Options = MailOptions

    def compile(self, options: MailOptions, cursor: Cursor, compiling: Compiling) -> CheckedMail | None:
        """Check the recipients and both texts."""
        to = []
        for position, source in enumerate(options.to):
            place = cursor.child("to")
            place = place.child(position) if isinstance(place.data, list) else place
            found = compiling.expression(source, place)
            if found is not None and found.type.kind not in (Kind.USER, Kind.TEXT):
                place.report(NOT_A_RECIPIENT, kind=found.type.kind.label)
            elif found is not None:
                to.append(found)
        subject = compiling.template(options.subject, cursor.child("subject"))
        text = compiling.template(options.text, cursor.child("text"))
        if subject is None or text is None or len(to) != len(options.to):
            return None
        return CheckedMail(tuple(to), subject, text)

    def plan(self, compiled: CheckedMail, scope: ActionScope, path: Path) -> Iterable[Decision]:
        """Ask for the mail as it reads now."""
        found = (address_of(evaluate(one, scope), scope) for one in compiled.to)
        addresses = tuple(dict.fromkeys(address for address in found if address))
        if not addresses:
            raise Refusal(NOBODY.here())
        payload = {
            "to": list(addresses),
            "subject": compiled.subject.render(scope),
            "text": compiled.text.render(scope),
        }
        key = f"{'.'.join(str(part) for part in path)}:{scope.form}:{scope.record_id}"
        yield RequestEffect(key, self.name, payload, path)

    def perform(self, payload: Mapping[str, Any], key: str, ports: Ports) -> Mapping[str, object]:
        """Hand the mail to the mail server."""
        message = MailMessage(payload["to"], payload["subject"], payload["text"], message_id=key)
        return {"answer": ports.mail.send(message)}

    def examples(self) -> tuple[Mapping[str, Any], ...]:
        """A mail to an address."""
        return ({"send_mail": {"to": "'stock@example.com'", "subject": "{{ name }}", "text": "{{ name }}"}},)


def address_of(value: Value, scope: ActionScope) -> str:
    """Return the mail address of a recipient; '' for nobody."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = scope.reader.follow(USER_SHAPE, value, ("email",))
    return value.strip() if isinstance(value, str) else ""
