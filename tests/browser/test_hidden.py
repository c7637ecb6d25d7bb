"""What a person may not see is not on any page, in any answer, nor to be found out by asking."""

import re
from collections.abc import Iterator
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.walking import ADMIN, FINANCE, REQUESTS, SALES, Visitor, ui

SUPPLIER, PRICE = "绝密供应商", "77431.29"
GIFTS = "/a/gifts/f/gifts"
LINES = "/a/gifts/f/requests_lines"
MOST_PAGES = 60


@pytest.fixture
def canary(visit: Visitor) -> Iterator[int]:
    """Give the first gift a supplier and a price that appear nowhere else."""
    admin = visit.sign_in(ADMIN, f"{GIFTS}?q=皮面笔记本")
    address = (ui(admin, "row").first.get_attribute("data-url") or "").split("?")[0]
    admin.goto(f"{address}/edit")
    before = {
        name: admin.locator(f"#{name}").input_value() for name in ("supplier", "supplier_price", "unit_price")
    }
    change(admin, {"supplier": SUPPLIER, "supplier_price": PRICE, "unit_price": "80000"})
    yield int(address.rsplit("/", 1)[1])
    admin.goto(f"{address}/edit")
    change(admin, before)


def change(page: Page, values: dict[str, str]) -> None:
    for name, value in values.items():
        page.locator(f"#{name}").fill(value)
    page.locator("[data-submit]").click()
    expect(ui(page, "record")).to_be_visible()


def is_told(text: str) -> bool:
    return SUPPLIER in text or PRICE in text or "77,431.29" in text


def walk(page: Page, starts: list[str]) -> Iterator[tuple[str, str]]:
    """Follow the links of the site from page to page and give each address with its text."""
    waiting, seen = list(starts), set(starts)
    for _ in range(MOST_PAGES):
        if not waiting:
            return
        address = waiting.pop(0)
        text = page.request.get(address).text()
        yield address, text
        for link in re.findall(r'href="(/[^"#]*)"', text):
            shape = re.sub(r"\d+", "1", link)
            if shape not in seen and not link.startswith(("/static", "/assets")):
                seen.add(shape)
                waiting.append(link.replace("&amp;", "&"))


def test_a_salesperson_never_receives_the_supplier(visit: Visitor, canary: int) -> None:
    sales = visit.sign_in(SALES)
    starts = [
        "/", GIFTS, f"{GIFTS}/r/{canary}", f"{GIFTS}/r/{canary}/edit",
        f"{GIFTS}?cols=name,supplier,supplier_price",
        f"{GIFTS}?q={SUPPLIER}", f"{GIFTS}?sort=supplier_price", f"{GIFTS}?f=supplier:is:{SUPPLIER}",
        f"{REQUESTS}?cols=number,gift.supplier_price", f"{REQUESTS}/new?lines={canary}",
        f"{LINES}/choices/gift?q={SUPPLIER}", f"{LINES}/choices/gift?q=皮面", f"/palette?q={SUPPLIER}",
        f"/api/apps/gifts/forms/gifts/records/{canary}", "/api/apps/gifts/forms/gifts/records",
        "/api/apps/gifts/forms/gifts/records?fields=supplier_price", f"{GIFTS}/r/{canary}?lang=en",
    ]  # fmt: skip
    walked = 0
    for address, text in walk(sales, starts):
        if SUPPLIER in unquote(address) or address.startswith("/palette"):
            text = text.replace(
                SUPPLIER, "", text.count(f'value="{SUPPLIER}"') + text.count(f"「{SUPPLIER}」")
            )
            text = text.replace(f"supplier:is:{SUPPLIER}", "")
        assert not is_told(text), address
        walked += 1
    assert walked >= len(starts)
    finance = visit.sign_in(FINANCE, f"{GIFTS}/r/{canary}")
    assert is_told(finance.content()), "the canary is not there at all"


def test_a_filter_by_a_hidden_field_is_refused_like_an_unknown_one(visit: Visitor, canary: int) -> None:
    page = visit.sign_in(SALES)
    told = []
    for name in ("supplier_price", "supplier_prize"):
        page.goto(f"{GIFTS}?f={name}:gt:1")
        sentence = ui(page, "error").locator("p").first.inner_text().replace(name, "NAME")
        told.append(sentence.split("。")[0])
    assert told[0] == told[1]
    page.goto(GIFTS)
    ui(page, "filter-menu").locator("summary").click()
    expect(ui(page, "filter-field-option").get_by_text("单价", exact=True)).to_have_count(1)
    for hidden in ("供应商", "进货价"):
        expect(ui(page, "filter-field-option").get_by_text(hidden)).to_have_count(0)


def test_the_record_of_somebody_else_looks_like_one_that_is_not_there(visit: Visitor) -> None:
    heyu = visit.sign_in("wuqian", f"{REQUESTS}?q=GF-2026-0044")
    address = (ui(heyu, "row").first.get_attribute("data-url") or "").split("?")[0]
    page = visit.sign_in(SALES)
    told = []
    for path in (address, f"{REQUESTS}/r/987654"):
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 404
        told.append(ui(page, "error-page").inner_text())
    assert told[0] == told[1]
    assert page.goto(f"{address}/edit").status == 404
    page.goto(f"{REQUESTS}?q=GF-2026-0044")
    expect(ui(page, "empty-filtered")).to_be_visible()
