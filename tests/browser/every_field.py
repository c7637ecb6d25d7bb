"""An app whose one form has a field of every type of the catalog, written from the types' own examples."""

import json

from engine.catalog import build_catalog
from engine.forms.contract import FieldType

FORM = "/a/everything/f/examples"
_HEAD = """\
app: everything
title: {zh: 全部字段, en: Every field}
roles: {tester: {zh: 测试, en: Tester}}
forms:
  things:
    title: {zh: 物品, en: Things}
    fields:
      name: {type: text}
      price: {type: money, min: 0}
      stock: {type: integer, min: 0}
      level: {type: choice, options: [A, B, C]}
      owner: {type: user}
      since: {type: date}
  lines:
    title: {zh: 明细, en: Lines}
    fields:
      example: {type: link, to: examples}
      cost: {type: money}
      quantity: {type: integer}
  examples:
    title: {zh: 全部字段, en: Every field}
    fields:
      name: {type: text, title: {zh: 名称, en: Name}}
      thing: {type: link, to: things, title: {zh: 物品, en: Thing}}
      amount: {type: number, title: {zh: 数量, en: Amount}}
      on: {type: date, title: {zh: 日子, en: Day}}
"""
_TAIL = """\
access:
  things: {tester: {can: all}}
  lines: {tester: {can: all}}
  examples: {tester: {can: all}}
demo:
  departments:
    office: {title: {zh: 办公室, en: Office}}
  people:
    hebei: {name: 贺北, department: office, roles: tester}
    jinlan: {name: 金岚, department: office, roles: tester}
  records:
    things:
      tea: {name: 龙井, price: 100, stock: 5, level: A}
"""


def definition() -> str:
    """Return the app; the field of a type is called `a_TYPE`, and what only shapes the page stands last."""
    lines = []
    members = build_catalog(packages=False).fields
    for member in sorted(members, key=lambda one: type(one).layout is not FieldType.layout):
        label = {"zh": member.label.zh, "en": member.label.en}
        options = {"type": member.name, "title": label, **member.examples().definition}
        written = json.dumps(options, ensure_ascii=False, default=str)
        lines.append(f"      a_{member.name}: {written}\n")
    return _HEAD + "".join(lines) + _TAIL
