"""Short texts that travel through a browser and come back unchanged, or are not believed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import zlib

from runtime.web.guest import office

_LENGTH = 12
_MOST = 4000


def sign(purpose: str, text: str) -> str:
    """Return a text, packed and with our mark for this purpose."""
    packed = zlib.compress(text.encode(), 9)
    short = b"z" + packed if len(packed) < len(text.encode()) else b"p" + text.encode()
    return f"{_write(short)}.{_mark(purpose, short)}"


def unsign(purpose: str, token: str) -> str | None:
    """Return the text of a token of ours for this purpose; None for any other."""
    body, _, mark = token[:_MOST].rpartition(".")
    try:
        short = base64.urlsafe_b64decode(body.encode() + b"=" * (-len(body) % 4))
    except ValueError:
        return None
    if not hmac.compare_digest(mark.encode(), _mark(purpose, short).encode()):
        return None
    return (zlib.decompress(short[1:]) if short[:1] == b"z" else short[1:]).decode()


def _mark(purpose: str, short: bytes) -> str:
    secret = office().settings.secret().encode()
    return _write(hmac.new(secret, purpose.encode() + b"\0" + short, hashlib.sha256).digest()[:_LENGTH])


def _write(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
