"""The folder of files: content under its hash, and nothing left of what was cut off."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from runtime.adapters.files import FileFolder, TooLarge


def test_the_same_content_is_kept_once(tmp_path: Path) -> None:
    folder = FileFolder(tmp_path)
    first, second = (folder.keep(io.BytesIO(b"tea"), 10) for _ in range(2))
    assert first == second
    assert folder.path(first.hash).read_bytes() == b"tea"
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [first.hash]


def test_nothing_is_left_of_what_is_too_large(tmp_path: Path) -> None:
    with pytest.raises(TooLarge):
        FileFolder(tmp_path).keep(io.BytesIO(b"x" * 11), 10)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_an_upload_that_died_with_its_process_is_removed_a_day_later(tmp_path: Path) -> None:
    old, young = tmp_path / "incoming-old", tmp_path / "incoming-young"
    for path in (old, young):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    FileFolder(tmp_path).sweep()
    assert (old.exists(), young.exists()) == (False, True)
