"""Which characters are blanks, which are invisible, and which letters have an upper and a lower form.

The sets are written down here, not taken from a library, so that Python and every database agree.
"""

from __future__ import annotations

BLANKS = " \t\n\r\v\f\u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff"
BLANKS += "".join(map(chr, range(0x2000, 0x200B)))
CONTROLS = "".join(map(chr, (*range(1, 32), *range(127, 160))))


def _pairs() -> tuple[str, str]:
    """Return the capitals of Latin, Greek and Cyrillic that have exactly one small form, and those forms."""
    letters = [
        chr(code)
        for first, last in ((0x41, 0x250), (0x370, 0x530), (0x1E00, 0x2000))
        for code in range(first, last)
    ]
    pairs = [
        (letter, letter.lower())
        for letter in letters
        if len(letter.lower()) == 1 and letter.lower() != letter
    ]
    pairs = [(upper, lower) for upper, lower in pairs if lower.upper() == upper]
    return "".join(upper for upper, _ in pairs), "".join(lower for _, lower in pairs)


CAPITALS, SMALL = _pairs()
TO_SMALL = str.maketrans(CAPITALS, SMALL)
TO_CAPITALS = str.maketrans(SMALL, CAPITALS)


def lower(text: str) -> str:
    """Return the text with its capitals made small, one character for one."""
    return text.translate(TO_SMALL)


def upper(text: str) -> str:
    """Return the text in capitals, one character for one; letters such as ß stay."""
    return text.translate(TO_CAPITALS)
