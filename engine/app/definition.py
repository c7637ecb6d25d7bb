"""What an app is: one definition, checked and frozen.

`load_app` turns a document into an `AppDefinition` or reports every problem at once, each at its place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from engine.access import ADMIN, EVERYONE, SYSTEM_ROLES, Access
from engine.app.buttons import compile_buttons
from engine.app.demo import DEMO_SCHEMA, DemoData, read_demo
from engine.app.grants import compile_access
from engine.catalog import Catalog
from engine.definition.cursor import Cursor
from engine.definition.document import Document
from engine.definition.versions import upgrade
from engine.expression.check import Environment
from engine.expression.tree import RecordShape
from engine.forms.codes import UNKNOWN_FORM
from engine.forms.compile import FormsCompiler
from engine.forms.model import Form
from engine.option_kinds import Label, MapOf, Name, OneOf, Raw, Whole, Words
from engine.options import option, read_options
from engine.problems import DefinitionError, Problem, ProblemCode, sort_problems, suggest
from engine.shapes import PLATFORM_SHAPES
from engine.texts import Text

UNKNOWN_ZONE = ProblemCode(
    "unknown-time-zone",
    Text("没有「{zone}」这个时区", "There is no time zone '{zone}'"),
    Text("例如 Asia/Shanghai", "For example Asia/Shanghai"),
)
RESERVED_ROLE = ProblemCode(
    "reserved-role",
    Text("角色「{role}」是系统自带的", "The role '{role}' is the system's own"),
    Text("换一个名字", "Use another name"),
)
_MAP: dict[str, Any] = {"type": "object"}


@dataclass(frozen=True, kw_only=True)
class AppOptions:
    """What an app may say at the top of its definition."""

    app: str = option(Name(), Text("应用的名称,用在地址里", "The app's key, used in addresses"))
    quartet: int = option(
        Whole(1, 1), Text("定义语言的版本", "The version of the definition language"), default=1
    )
    title: Text | None = option(Label(), Text("应用的标题", "The title of the app"), default=None)
    description: Text | None = option(Label(), Text("应用是做什么的", "What the app is for"), default=None)
    zone: str = option(Words(), Text("时区", "The time zone"), default="Asia/Shanghai")
    language: str = option(OneOf(("zh", "en")), Text("默认语言", "The language by default"), default="zh")
    home: str = option(Name(), Text("打开应用时先看的表单", "The form that opens first"), default="")
    roles: dict[str, Text] = option(MapOf(Label()), Text("角色", "The roles"), default={})
    forms: Any = option(Raw(_MAP, Text("表单", "forms")), Text("表单", "The forms"))
    access: Any = option(
        Raw(_MAP, Text("权限", "grants")), Text("谁可以做什么", "Who may do what"), default=None
    )
    demo: Any = option(
        Raw(DEMO_SCHEMA, Text("示例数据", "demo data")),
        Text("示例人员和记录", "Demo people and records"),
        default=None,
    )


@dataclass(frozen=True, kw_only=True)
class AppDefinition:
    """One checked app.

    hash: of the text, so that the same definition is recognised.
    """

    key: str
    title: Text
    description: Text | None
    zone: ZoneInfo
    language: str
    home: str
    roles: Mapping[str, Text]
    forms: Mapping[str, Form]
    access: Access
    demo: DemoData
    catalog: Catalog
    document: Document
    warnings: tuple[Problem, ...] = ()

    @property
    def hash(self) -> str:
        """Return the fingerprint of the definition's text."""
        return fingerprint(self.document.text)

    @property
    def main_forms(self) -> dict[str, Form]:
        """Return the forms that people open by themselves: all but the rows of sub-tables."""
        return {key: form for key, form in self.forms.items() if not form.owner}

    def shape(self, key: str) -> RecordShape | None:
        """Return the shape of a form, of people or of departments."""
        return self.forms.get(key) or PLATFORM_SHAPES.get(key)

    def environment(self, form: str) -> Environment:
        """Return what names mean in an expression about records of a form."""
        return Environment(self.forms.get(form), self.shape, tuple(self.forms), self.catalog.function_map)


def fingerprint(text: str) -> str:
    """Return the fingerprint of a definition's text."""
    return hashlib.sha256(text.encode()).hexdigest()


def check_app(document: Document, catalog: Catalog) -> tuple[AppDefinition | None, tuple[Problem, ...]]:
    """Check a definition: the app, or None where an error stands in the way, and every problem in order."""
    try:
        document = upgrade(document)
    except DefinitionError as error:
        return None, error.problems
    cursor = Cursor.start(document)
    app = _compile(cursor, catalog)
    problems = sort_problems(cursor.problems)
    return (app if cursor.is_clean else None), problems


def load_app(document: Document, catalog: Catalog) -> AppDefinition:
    """Return the checked app.

    Raises `DefinitionError` with every problem.
    """
    app, problems = check_app(document, catalog)
    if app is None:
        raise DefinitionError(problems)
    return app


def _compile(cursor: Cursor, catalog: Catalog) -> AppDefinition | None:
    options = read_options(cursor, AppOptions, lenient=True)
    if options is None:
        _check_forms_anyway(cursor, catalog)
        return None
    roles = _roles(cursor, options)
    compiler = FormsCompiler(options.forms, catalog.fields, catalog.function_map, roles=roles)
    compiler.read()
    forms = compiler.compile()
    forms = compile_buttons(forms, compiler, catalog, roles)
    access = compile_access(options.access, forms, roles, compiler)
    if not compiler.is_broken(options.home):
        _check_home(cursor, options, forms)
    demo = read_demo(options.demo, forms, roles, compiler)
    return AppDefinition(
        key=options.app, title=options.title or Text.same(options.app), description=options.description,
        zone=_zone(cursor, options.zone), language=options.language,
        home=options.home or next(iter(forms), ""), roles=roles, forms=forms, access=access, demo=demo,
        catalog=catalog, document=cursor.document,
        warnings=tuple(problem for problem in cursor.problems if not problem.is_error),
    )  # fmt: skip


def _check_forms_anyway(cursor: Cursor, catalog: Catalog) -> None:
    """Report what is wrong with the forms even where the head of the definition is wrong too."""
    if isinstance(cursor.data, dict) and isinstance(cursor.data.get("forms"), dict):
        compiler = FormsCompiler(cursor.child("forms"), catalog.fields, catalog.function_map)
        compiler.read()
        compiler.compile()


def _roles(cursor: Cursor, options: AppOptions) -> dict[str, Text]:
    for role in options.roles:
        if role in SYSTEM_ROLES or role == EVERYONE:
            cursor.child("roles").child(role).report_key(RESERVED_ROLE, role=role)
    return {**options.roles, ADMIN: Text("应用管理员", "App administrator")}


def _check_home(cursor: Cursor, options: AppOptions, forms: Mapping[str, Form]) -> None:
    if options.home and options.home not in forms:
        cursor.child("home").report(UNKNOWN_FORM, name=options.home, suggestions=suggest(options.home, forms))


@cache
def _zones() -> frozenset[str]:
    """Return the names of all time zones; found once, because the search goes through the disk."""
    return frozenset(available_timezones())


def _zone(cursor: Cursor, name: str) -> ZoneInfo:
    if name in _zones():
        return ZoneInfo(name)
    cursor.child("zone").report(UNKNOWN_ZONE, zone=name, suggestions=suggest(name, _zones()))
    return ZoneInfo("UTC")
