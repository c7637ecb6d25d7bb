"""The folder that holds the content of files, each under the hash of what is in it."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

_CHUNK = 256 * 1024
_HEAD = 8_192
_ABANDONED = 24 * 60 * 60  # seconds


class Incoming(Protocol):
    """What is being sent."""

    def read(self, most: int, /) -> bytes:
        """Return the next bytes, at most so many; none at the end."""


class TooLarge(Exception):
    """Raised when more was sent than may be."""


@dataclass(frozen=True, slots=True)
class Content:
    """What was kept: its hash, its size in bytes, and how it begins."""

    hash: str
    size: int
    head: bytes


@dataclass(frozen=True)
class FileFolder:
    """Keeps content and finds it again. Nothing is ever written over: the same hash is the same content."""

    folder: Path

    def keep(self, stream: Incoming, most: int) -> Content:
        """Keep what a stream gives; it is on the disk when this returns.

        most: bytes. Raises `TooLarge`; nothing is left of it then.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        digest, size, head = hashlib.sha256(), 0, b""
        with tempfile.NamedTemporaryFile(dir=self.folder, prefix="incoming-", delete=False) as target:
            try:
                while chunk := stream.read(_CHUNK):
                    size += len(chunk)
                    if size > most:
                        raise TooLarge
                    head += chunk[: max(0, _HEAD - len(head))]
                    digest.update(chunk)
                    target.write(chunk)
                target.flush()
                os.fsync(target.fileno())
                self._place(Path(target.name), digest.hexdigest())
            finally:
                Path(target.name).unlink(missing_ok=True)
        return Content(digest.hexdigest(), size, head)

    def sweep(self) -> None:
        """Remove what an upload has left that was cut off by the end of the process, a day after it."""
        for path in self.folder.glob("incoming-*"):
            if time.time() - path.stat().st_mtime > _ABANDONED:
                path.unlink(missing_ok=True)

    def path(self, content: str) -> Path:
        """Return where the content with a hash is kept."""
        return self.folder / content[:2] / content

    def _place(self, written: Path, content: str) -> None:
        place = self.path(content)
        if place.exists():
            return
        place.parent.mkdir(exist_ok=True)
        written.replace(place)
        folder = os.open(place.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
