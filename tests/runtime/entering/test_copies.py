"""Copying a record, and going from one record to the next."""

from __future__ import annotations

import re

from tests.runtime.office import World

ORDERS = "/a/store/f/orders"


def test_a_copy_holds_what_may_be_read_there_and_entered_here(world: World) -> None:
    product = world.product(name=world.unique("copied"))
    order = world.admin.create("orders", product=product, quantity=7, note="twice", code="S3", discount="2.5")
    page = world.admin.ask("GET", f"{ORDERS}/r/{order}/copy")
    assert (page.status, "Orders: copy" in page.text) == (200, True)
    for part in ('value="7"', "twice", 'value="S3"', 'value="2.5"', f'value="{product}"'):
        assert part in page.text
    assert f'action="{ORDERS}/new"' in page.text
    own = world.as_("rep").create("orders", product=product, quantity=8, note="mine")
    mine = world.as_("rep").ask("GET", f"{ORDERS}/r/{own}/copy").text
    assert ('value="8"' in mine, 'name="code"' in mine) == (True, False)


def test_what_is_unique_or_the_systems_is_not_copied(world: World) -> None:
    name = world.unique("one of a kind")
    product = world.product(name=name, supplier="Acme")
    page = world.admin.ask("GET", f"/a/store/f/products/r/{product}/copy").text
    assert (name in page, "Acme" in page) == (False, True)
    order = world.as_("rep").create("orders", product=product)
    number = world.as_("rep").get(f"apps/store/forms/orders/records/{order}").fields["number"]
    assert number not in world.as_("rep").ask("GET", f"{ORDERS}/r/{order}/copy").text


def test_nobody_copies_what_they_may_not_read_or_create(world: World) -> None:
    order = world.as_("rep").create("orders", product=world.product())
    assert world.as_("peer").ask("GET", f"{ORDERS}/r/{order}/copy").status == 404
    assert world.as_("keeper").ask("GET", f"{ORDERS}/r/{order}/copy").status == 403


def links(text: str) -> dict[str, str]:
    pattern = r'<a href="([^"]+)" class="icon-button icon-button-small"[^>]*data-ui="(previous|next)"'
    return {name: url.replace("&amp;", "&") for url, name in re.findall(pattern, text)}


def test_previous_and_next_follow_the_list_one_came_from(world: World) -> None:
    product = world.product()
    orders = [world.admin.create("orders", product=product, quantity=900 + n) for n in range(3)]
    world.admin.create("orders", product=world.product(), quantity=950)
    listed = world.admin.ask("GET", f"{ORDERS}?f=product:is:{product}&sort=quantity").text
    rows = re.findall(r'data-url="([^"]+)"', listed)
    assert [int(re.search(r"/r/(\d+)", row)[1]) for row in rows] == orders
    first = world.admin.ask("GET", rows[0].replace("&amp;", "&")).text
    assert "1 of 3" in first
    assert list(links(first)) == ["next"]
    second = world.admin.ask("GET", links(first)["next"]).text
    assert (f"/r/{orders[0]}?" in links(second)["previous"], "2 of 3" in second) == (True, True)
    assert f"/r/{orders[2]}?" in links(second)["next"]
    assert f"f=product%3Ais%3A{product}" in second


def test_the_way_goes_on_over_the_end_of_a_page(world: World) -> None:
    product = world.product()
    entries = [{"fields": {"product": product, "quantity": 1 + n}} for n in range(52)]
    made = world.admin.post("apps/store/forms/orders/records:batch", {"create": entries}).data["create"]
    listed = world.admin.ask("GET", f"{ORDERS}?f=product:is:{product}&sort=quantity").text
    last = re.findall(r'data-url="([^"]+)"', listed)[49].replace("&amp;", "&")
    over = world.admin.ask("GET", links(world.admin.ask("GET", last).text)["next"]).text
    assert ("51 of 52" in over, f"/r/{made[51]['id']}?" in links(over)["next"]) == (True, True)
    assert f"/r/{made[49]['id']}?" in links(over)["previous"]
    back = world.admin.ask("GET", links(over)["previous"]).text
    assert "50 of 52" in back


def test_a_made_up_way_leads_nowhere(world: World) -> None:
    order = world.as_("rep").create("orders", product=world.product())
    for forged in ("x", "cA.AAAA", "é"):
        page = world.as_("rep").ask("GET", f"{ORDERS}/r/{order}?from={forged}")
        assert (page.status, links(page.text)) == (200, {})


def test_related_records_have_totals_and_a_way_to_add_one(world: World) -> None:
    product = world.product(price="10")
    for quantity in (2, 3):
        world.admin.create("orders", product=product, quantity=quantity)
    page = world.admin.ask("GET", f"/a/store/f/products/r/{product}").text
    assert re.search(r"total <b>50\.00</b>", page)
    assert f"{ORDERS}/new?product={product}" in page
