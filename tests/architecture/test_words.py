"""The code serves any app: it knows no word of the apps that ship with it."""

import re

from tests.architecture.sources import PACKAGES, ROOT

WORDS = re.compile(r"promotion|coupon|gift|促销|礼品|优惠券", re.IGNORECASE)
BINARY = {".pyc", ".png", ".ico", ".woff", ".woff2", ".webp", ".gz", ".br"}


def test_engine_and_runtime_know_no_app():
    paths = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*"))]
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in paths
        if path.is_file() and path.suffix not in BINARY
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if WORDS.search(line)
    ]
    assert not found, "\n".join(found)


def test_no_file_is_named_after_an_app():
    paths = [path for package in PACKAGES for path in (ROOT / package).rglob("*")]
    assert not [str(path) for path in paths if WORDS.search(path.name)]
