"""The ways out of the process that an action may ask for. The runtime makes them real."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class MailMessage:
    """One mail. `message_id` stays the same when the mail is sent again."""

    to: Sequence[str]
    subject: str
    text: str
    message_id: str


class Mail(Protocol):
    """Sends mail."""

    def send(self, message: MailMessage) -> str:
        """Send one mail and return what the server answered.

        Raises `EffectError`, which says whether trying again may help.
        """


@dataclass(frozen=True)
class Ports:
    """Every way out, by name."""

    mail: Mail


class EffectError(Exception):
    """Raised when an effect could not be performed. `final` says that trying again is of no use."""

    def __init__(self, message: str, *, final: bool = False) -> None:
        super().__init__(message)
        self.final = final
