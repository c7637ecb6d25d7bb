"""Damage to a definition, drawn at random from a seed: to its data, or to the characters of its text."""

import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

# fmt: off
STRANGE: tuple[Any, ...] = (
    None, True, False, 0, -1, 10**20, 0.1, "", " ", "=", "=me", "=1/0", "x" * 3000, "名称", "yes", "{{ a }}",
    [], {}, [[]], [None], {"zh": 1}, {"type": "text"}, ["a", "a"], "=SUMIFS(requests.cost)", "a.b.c.d",
    "-name", "\u202e", "=" + "(" * 200, "=" + "a+" * 900 + "a", "=old.name", {"": None}, {"__proto__": {}},
    "2026-02-30", "=name.name",
)
SCRAPS = (
    "\t", ":", " ", "\n", "  ", "- ", "{", "}", "[", "]", "'", '"', "#", "&a ", "*a", "!!python/name:os ",
    "%", "|", ">", "? ", "\u2028", "\x00", "\ufeff", "---\n", "...\n", "<<: ", "：", "，", "“", "０", "=",
    "\r", "\\", "\ud800", "@", "`",
)
# fmt: on

Spot = tuple[Any, Any]


def spots(data: Any) -> Iterator[Spot]:
    """Yield every place of some data: the map or list, and the key or position in it."""
    entries = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in list(entries):
        yield data, key
        yield from spots(value)


def drop(random: Random, data: Any, places: list[Spot]) -> None:
    holder, key = random.choice(places)
    del holder[key]


def swap(random: Random, data: Any, places: list[Spot]) -> None:
    (one, first), (other, second) = random.choice(places), random.choice(places)
    kept = json.loads(json.dumps(other[second], default=float))
    other[second] = json.loads(json.dumps(one[first], default=float))
    if first in one if isinstance(one, dict) else first < len(one):
        one[first] = kept


def retype(random: Random, data: Any, places: list[Spot]) -> None:
    holder, key = random.choice(places)
    holder[key] = random.choice(STRANGE)


def rename(random: Random, data: Any, places: list[Spot]) -> None:
    maps = [(holder, key) for holder, key in places if isinstance(holder, dict)]
    holder, key = random.choice(maps)
    name = random.choice(
        [key + "x", key[1:], key.upper(), "", "me", "class", "a b", "_x", "x" * 80, random.choice(maps)[1]]
    )
    value = holder.pop(key)
    holder[name] = value


def copy(random: Random, data: Any, places: list[Spot]) -> None:
    holder, key = random.choice(places)
    again = json.loads(json.dumps(holder[key], default=float))
    target, _ = random.choice(places)
    if isinstance(target, dict):
        target[str(key)] = again
    else:
        target.insert(random.randrange(len(target) + 1), again)


def dangle(random: Random, data: Any, places: list[Spot]) -> None:
    """Let a text refer to something else: another name of the definition, or a name that is not there."""
    words = [(holder, key) for holder, key in places if isinstance(holder[key], str)]
    holder, key = random.choice(words)
    names = [name for _, name in places if isinstance(name, str)]
    old, new = (
        random.choice(holder[key].split() or [""]),
        random.choice([*names[:50], random.choice(names), "nobody"]),
    )
    holder[key] = holder[key].replace(old, new, 1)


DAMAGES: tuple[Callable[[Random, Any, list[Spot]], None], ...] = (drop, swap, retype, rename, copy, dangle)


def damaged_data(data: Any, random: Random) -> Any:
    """Return a copy of some data with one to three pieces of damage."""
    changed = json.loads(json.dumps(data, default=float))
    for _ in range(random.randint(1, 3)):
        places = list(spots(changed))
        if places:
            random.choice(DAMAGES)(random, changed, places)
    return changed


def damaged_text(text: str, random: Random) -> str:
    """Return a text with one to four pieces of damage to its characters."""
    for _ in range(random.randint(1, 4)):
        start = random.randrange(len(text) + 1)
        end = min(len(text), start + random.choice([0, 0, 1, 1, 2, 10, 200]))
        match random.randrange(4):
            case 0:
                text = text[:start] + text[end:]
            case 1:
                text = text[:start] + random.choice(SCRAPS) + text[end:]
            case 2:
                text = text[:start] + text[start:end][::-1] + text[end:]
            case _:
                lines = text.split("\n")
                at = random.randrange(len(lines))
                lines[at] = random.choice(
                    ["", " ", "  " + lines[at], lines[at].lstrip(), lines[random.randrange(len(lines))]]
                )
                text = "\n".join(lines)
    return text


def small(data: Any) -> Any:
    """Return a definition without most of its demo records, so that thousands of checks take seconds."""
    kept = json.loads(json.dumps(data, default=float))
    dropped = {name for records in kept["demo"]["records"].values() for name in list(records)[3:]}
    for records in kept["demo"]["records"].values():
        for name in list(records)[3:]:
            del records[name]
        for name, record in records.items():
            records[name] = _without(record, dropped)
    return kept


def _without(part: Any, dropped: set[str]) -> Any:
    """Return a record, a row or a list without the references to records that are not there any more."""
    if isinstance(part, dict):
        return {key: _without(value, dropped) for key, value in part.items() if not _is_in(value, dropped)}
    if isinstance(part, list):
        return [_without(value, dropped) for value in part if not _is_in(value, dropped)]
    return part


def _is_in(value: Any, dropped: set[str]) -> bool:
    return isinstance(value, str) and value in dropped
