"""Amounts in the capital figures of cheques and invoices: 陆万捌仟元整."""

from __future__ import annotations

from decimal import Decimal

from engine.values import round_number

_FIGURES = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿", "亿亿")


def write_chinese_money(number: Decimal) -> str:
    """Write an amount in the capital figures of cheques and invoices."""
    amount = round_number(number.copy_abs(), 2)
    whole, _, cents = format(amount, "f").partition(".")
    jiao, fen = int(cents[0]), int(cents[1])
    words = _chinese_whole(whole) + "元" if int(whole) else ""
    if not jiao and not fen:
        words = (words or "零元") + "整"
    else:
        words += _FIGURES[jiao] + "角" if jiao else "零" if words else ""
        words += _FIGURES[fen] + "分" if fen else "整"
    return ("负" if number < 0 and amount else "") + words


def _chinese_whole(digits: str) -> str:
    """Write a whole number: four digits a group, one 零 for any run of zeros inside."""
    digits = digits.zfill(-(-len(digits) // 4) * 4)
    groups = [digits[at : at + 4] for at in range(0, len(digits), 4)]
    words = ""
    for position, group in enumerate(groups):
        if int(group):
            gap = "零" if words and (group[0] == "0" or words.endswith("零")) else ""
            words = words.rstrip("零") + gap + _chinese_group(group) + _GROUPS[len(groups) - 1 - position]
        elif words and not words.endswith("零"):
            words += "零"
    return words.rstrip("零")


def _chinese_group(group: str) -> str:
    words = ""
    for position, digit in enumerate(group):
        if digit != "0":
            gap = "零" if words and group[position - 1] == "0" else ""
            words += gap + _FIGURES[int(digit)] + _PLACES[3 - position]
    return words
