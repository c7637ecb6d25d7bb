"""Choices in levels that are the same for everybody are asked for level by level, without signing in."""

from __future__ import annotations

from typing import Any

import pytest

from tests.runtime.office import World


def below(world: World, above: str) -> dict[str, Any]:
    reply = world.nobody.ask("GET", f"/assets/branches/region?in={above}")
    assert reply.status == 200
    return {item["value"]: item for item in reply.data["items"]}


def test_regions_come_level_by_level(world: World) -> None:
    assert below(world, "")["330000"] == {"value": "330000", "label": "浙江省", "more": True}
    assert below(world, "330000")["330100"]["label"] == "杭州市"
    assert below(world, "330100")["330106"] == {"value": "330106", "label": "西湖区", "more": False}
    assert below(world, "nowhere") == {}


@pytest.mark.parametrize("type", ["text", "no-such-type"])
def test_a_type_without_a_tree_has_no_branches(world: World, type: str) -> None:
    assert world.nobody.ask("GET", f"/assets/branches/{type}").status == 404
