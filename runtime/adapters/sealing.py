"""Encryption of single values with the installation's key: AES-GCM, each value with a nonce of its own."""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass
from functools import cached_property

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_PREFIX = "v1:"
_NONCE = 12
UNREADABLE = "����"  # what stands for a value that was encrypted with another key


@dataclass(frozen=True)
class KeySealer:
    """Encrypts and decrypts with a key that is derived from the installation's secret."""

    secret: str

    @cached_property
    def _cipher(self) -> AESGCM:
        derived = HKDF(hashes.SHA256(), 32, salt=None, info=b"quartet encrypted fields")
        return AESGCM(derived.derive(self.secret.encode()))

    def seal(self, text: str) -> str:
        """Return the text encrypted, as plain ASCII."""
        nonce = os.urandom(_NONCE)
        return _PREFIX + base64.b64encode(nonce + self._cipher.encrypt(nonce, text.encode(), None)).decode()

    def unseal(self, sealed: str) -> str:
        """Return the text as it was; `UNREADABLE` where the key is another one now."""
        raw = base64.b64decode(sealed.removeprefix(_PREFIX))
        try:
            return self._cipher.decrypt(raw[:_NONCE], raw[_NONCE:], None).decode()
        except InvalidTag:
            return UNREADABLE
