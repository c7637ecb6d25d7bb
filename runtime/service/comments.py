"""Comments on records. Who may read a record may read and write its comments; nobody else learns of them.

A mention is `@` and the name, or the sign-in name, of somebody who may read the record. Anybody else cannot
be mentioned, so that no mention tells of a record that somebody may not see.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.forms.model import Form
from engine.problems import ProblemCode
from engine.scope import RecordScope
from engine.texts import Text
from engine.turn import Refused
from runtime.service.visit import NotFound, Visit
from runtime.store import comments as store
from runtime.store.comments import StoredComment
from runtime.store.people import Person, search_people
from runtime.store.reader import Row

LONGEST = 4000
MOST_MENTIONS = 20
MOST_COMMENTS = 200
EDITABLE_FOR = timedelta(minutes=15)
_LONGEST_NAME = 40
_MOST_SEARCHED = 100

NO_SUCH_COMMENT = ProblemCode(
    "no-such-comment",
    Text("没有这条评论", "There is no such comment"),
    Text("刷新页面看看", "Reload the page"),
)
BLANK_COMMENT = ProblemCode(
    "comment-blank",
    Text("评论还没有内容", "The comment is blank"),
    Text("写点什么再发", "Write something, then send it"),
)
LONG_COMMENT = ProblemCode(
    "comment-too-long",
    Text("评论最多 {most} 个字", "A comment has at most {most} characters"),
    Text("写短一些,或者分几条", "Write less, or several comments"),
)
NOT_YOUR_COMMENT = ProblemCode(
    "comment-not-yours",
    Text("只能改自己的评论", "You can change only your own comments"),
    Text("要补充就再写一条", "Write another one instead"),
)
TOO_LATE = ProblemCode(
    "comment-too-late",
    Text("评论发出 {minutes} 分钟后就不能改了", "A comment cannot be changed after {minutes} minutes"),
    Text("要补充就再写一条", "Write another one instead"),
)
NOT_A_READER = ProblemCode(
    "mention-not-a-reader",
    Text(
        "不能提到{name}:他看不到这条记录,收不到提醒",
        "{name} cannot be mentioned: they may not see this record",
    ),
    Text("去掉这个提到,或请应用管理员开通权限", "Leave the mention out, or ask the app's administrator"),
)
TWO_OF_THEM = ProblemCode(
    "mention-ambiguous",
    Text("有 {count} 个人叫{name},不知道提到谁", "{count} people are called {name}"),
    Text("写 @ 和登录名:{names}", "Write @ and the sign-in name: {names}"),
)
TOO_MANY_MENTIONS = ProblemCode(
    "too-many-mentions",
    Text("一条评论最多提到 {most} 个人", "A comment mentions at most {most} people"),
    Text("分几条写", "Write several comments"),
)
_AT = re.compile(r"(?<![A-Za-z0-9_.@])@")
_IN_A_NAME = re.compile(r"[A-Za-z0-9_]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """One comment as somebody sees it. body: '' when it was removed; mentions: id, name and sign-in name."""

    id: int
    author: int
    author_name: str
    body: str
    at: datetime
    edited_at: datetime | None
    is_removed: bool
    mentions: tuple[tuple[int, str, str], ...] = ()
    may_edit: bool = False
    may_delete: bool = False


def read_comments(visit: Visit, form_key: str, record: int) -> tuple[Comment, ...]:
    """Return the comments of a record, the newest first. Raises `NotFound` where it may not be read."""
    form, _ = readable_record(visit, form_key, record)
    found = store.load_comments(visit.connection, visit.app.id, form.key, record, MOST_COMMENTS)
    people = store.mentioned_in(visit.connection, [one.id for one in found]) if found else {}
    return tuple(_shown(visit, one, people.get(one.id, [])) for one in found)


def _shown(visit: Visit, one: StoredComment, people: Sequence[tuple[int, str, str]]) -> Comment:
    mine, removed = one.author == visit.actor.id, one.deleted_at is not None
    admin = visit.policy(one.form).unlimited
    return Comment(
        id=one.id,
        author=one.author,
        author_name=one.author_name,
        body="" if removed else one.body,
        at=one.created_at,
        edited_at=one.edited_at,
        is_removed=removed,
        mentions=() if removed else tuple(people),
        may_edit=mine and not removed and visit.now - one.created_at < EDITABLE_FOR,
        may_delete=(mine or admin) and not removed,
    )


def readable_record(visit: Visit, form_key: str, record: int) -> tuple[Form, Row]:
    """Return a record that the person may read. Raises `NotFound`, `Forbidden`."""
    form = visit.form(form_key)
    row = visit.reader.row(form.key, record)
    if row is None or "read" not in visit.policy(form.key).rights(visit.scope(form, row)).actions:
        raise NotFound
    return form, row


def add_comment(visit: Visit, form_key: str, record: int, body: str) -> Comment:
    """Write a comment. Raises `Refused` for a body or a mention that cannot be, `NotFound`."""
    form, row = readable_record(visit, form_key, record)
    text = _check_body(body)
    people = _mentioned(visit, form, row, text)
    values = {
        "app_id": visit.app.id, "form": form.key, "record_id": record, "author": visit.actor.id, "body": text,
        "created_at": visit.now,
    }  # fmt: skip
    comment = store.insert_comment(visit.connection, values)
    store.replace_mentions(visit.connection, comment, [one.id for one in people])
    return _reread(visit, comment)


def edit_comment(visit: Visit, form_key: str, record: int, comment: int, body: str) -> Comment:
    """Change one's own comment while it is young. Raises `Refused`, `NotFound`."""
    form, row = readable_record(visit, form_key, record)
    found = _find(visit, form, record, comment)
    if found.author != visit.actor.id:
        raise Refused({0: (NOT_YOUR_COMMENT.here(),)})
    if visit.now - found.created_at >= EDITABLE_FOR:
        raise Refused({0: (TOO_LATE.here(minutes=EDITABLE_FOR.seconds // 60),)})
    text = _check_body(body)
    people = _mentioned(visit, form, row, text)
    if text != found.body:
        store.update_comment(visit.connection, comment, body=text, edited_at=visit.now)
    store.replace_mentions(visit.connection, comment, [one.id for one in people])
    return _reread(visit, comment)


def delete_comment(visit: Visit, form_key: str, record: int, comment: int) -> None:
    """Remove a comment: one's own, or any as the app's administrator. It stays visible that there was one."""
    form, _ = readable_record(visit, form_key, record)
    found = _find(visit, form, record, comment)
    if found.author != visit.actor.id and not visit.policy(form.key).unlimited:
        raise Refused({0: (NOT_YOUR_COMMENT.here(),)})
    store.update_comment(visit.connection, comment, deleted_at=visit.now)


def _find(visit: Visit, form: Form, record: int, comment: int) -> StoredComment:
    found = store.find_comment(visit.connection, visit.app.id, comment)
    if found is None or (found.form, found.record_id) != (form.key, record) or found.deleted_at is not None:
        raise NotFound(NO_SUCH_COMMENT)
    return found


def _reread(visit: Visit, comment: int) -> Comment:
    found = store.find_comment(visit.connection, visit.app.id, comment)
    if found is None:
        raise NotFound(NO_SUCH_COMMENT)
    return _shown(visit, found, store.mentioned_in(visit.connection, [comment]).get(comment, []))


def _check_body(body: str) -> str:
    text = "".join(char for char in body if char in "\n\t" or char.isprintable()).strip()
    if not text:
        raise Refused({0: (BLANK_COMMENT.at(None, path=("body",)),)})
    if len(text) > LONGEST:
        raise Refused({0: (LONG_COMMENT.at(None, path=("body",), most=LONGEST),)})
    return text


# Mentions.


def _mentioned(visit: Visit, form: Form, row: Row, text: str) -> list[Person]:
    """Return the people that a text mentions. Raises `Refused` where one of them may not read the record."""
    starts = [text[found.end() : found.end() + _LONGEST_NAME] for found in _AT.finditer(text)]
    if len(starts) > MOST_MENTIONS:
        raise Refused({0: (TOO_MANY_MENTIONS.at(None, path=("body",), most=MOST_MENTIONS),)})
    prefixes = {start[:length] for start in starts for length in range(1, len(start) + 1)}
    called = store.people_called(visit.connection, prefixes | {one.casefold() for one in prefixes})
    chosen = [_called(start, called) for start in starts]
    people = {person.id: person for person in chosen if person is not None}
    readers = {one.id for one in _readers(visit, form, row, people.values())}
    problems = [
        NOT_A_READER.at(None, path=("body",), name=person.name)
        for person in people.values()
        if person.id not in readers
    ]
    if problems:
        raise Refused({0: tuple(problems)})
    return list(people.values())


def _called(start: str, people: Sequence[Person]) -> Person | None:
    """Return whom a text after an @ begins with: the longest name; None for nobody."""
    for length in range(len(start), 0, -1):
        name = start[:length]
        ends = not (_IN_A_NAME.match(name[-1]) and _IN_A_NAME.match(start[length : length + 1]))
        found = [one for one in people if name == one.name or name.casefold() == one.username]
        if not found or not ends:
            continue
        if len(found) > 1:
            names = ", ".join(one.username for one in found)
            raise Refused(
                {0: (TWO_OF_THEM.at(None, path=("body",), count=len(found), name=name, names=names),)}
            )
        return found[0]
    return None


def find_readers(visit: Visit, form_key: str, record: int, words: str, limit: int = 8) -> list[Person]:
    """Return people to mention: those who may read the record, by name, sign-in name or pinyin."""
    form, row = readable_record(visit, form_key, record)
    found = search_people(visit.connection, words, limit=_MOST_SEARCHED)
    return list(_readers(visit, form, row, found))[:limit]


def _readers(visit: Visit, form: Form, row: Row, people: Iterable[Person]) -> list[Person]:
    """Keep the people who may read a record."""
    candidates = list(people)
    roles = store.roles_of(visit.connection, visit.app.id, candidates) if candidates else {}
    found = []
    for person in candidates:
        policy = visit.app.definition.access.policy(form.key, roles[person.id])
        scope = RecordScope(form, row, visit.reader, visit.now, visit.app.definition.zone, me=person.id)
        if "read" in policy.rights(scope).actions:
            found.append(person)
    return found
