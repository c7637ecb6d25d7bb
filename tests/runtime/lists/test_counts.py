"""Counts, groups, sums and search: in the database, over what the reader may see and nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest

from engine.problems import Refusal
from runtime.service import asking, paging
from runtime.service.listing import Filter, Group, ListRequest, find_choices, list_groups
from runtime.service.visit import Visit
from tests.runtime.lists.shop import clerk, open_shop, read, titles
from tests.runtime.workshop import Workpiece, Workshop


@pytest.fixture(scope="module")
def shop(workshop: Workshop) -> Workpiece:
    made = open_shop(workshop)
    ann, bob = (made.save("customers", name=name) for name in ("上海美辰精密", "北京光影"))
    for number in range(12):
        made.save(
            "orders",
            title=f"礼盒 {number}" if number % 2 else f"Box {number}",
            customer=(ann, bob, None)[number % 3],
            amount=str(number),
            weight="0.5",
            margin="7",
            state=("open", "sent", "done")[number % 3],
        )
    return made


def grouped(
    shop: Workpiece, *names: str, filters: tuple[str, ...] = ()
) -> list[tuple[list[str], int, Decimal]]:
    def work(visit: Visit) -> tuple[Group, ...]:
        request = ListRequest(group=names, filters=tuple(Filter.read(text) for text in filters))
        return list_groups(visit, "orders", request)

    return [([cell.text for cell in one.cells], one.count, one.totals["amount"]) for one in shop.do(work)]


@contextmanager
def bound(monkeypatch: pytest.MonkeyPatch, most: int) -> Iterator[None]:
    """Lower the bound of exact counts, so that a dozen records pass it instead of ten thousand."""
    with monkeypatch.context() as patch:
        patch.setattr(paging, "MOST_COUNTED", most)
        patch.setattr(asking, "MOST_COUNTED", most)
        yield


def test_groups_count_and_add_up_in_the_database(shop: Workpiece) -> None:
    assert grouped(shop, "state") == [
        (["done"], 4, Decimal(26)), (["open"], 4, Decimal(18)), (["sent"], 4, Decimal(22)),
    ]  # fmt: skip
    assert grouped(shop, "state", filters=("amount:gt:5",)) == [
        (["done"], 2, Decimal(19)), (["open"], 2, Decimal(15)), (["sent"], 2, Decimal(17)),
    ]  # fmt: skip


def test_two_levels_stand_each_before_what_is_within(shop: Workpiece) -> None:
    found = grouped(shop, "customer", "state")
    assert [texts for texts, _, _ in found] == [
        ["上海美辰精密"], ["上海美辰精密", "open"], ["北京光影"], ["北京光影", "sent"], [""], ["", "done"],
    ]  # fmt: skip
    assert sum(count for texts, count, _ in found if len(texts) == 1) == 12


def test_groups_show_only_what_the_reader_may_see(shop: Workpiece) -> None:
    assert grouped(clerk(shop), "state") == [(["open"], 4, Decimal(18)), (["sent"], 4, Decimal(22))]
    for name in ("margin", "nothing"):
        with pytest.raises(Refusal) as refused:
            grouped(clerk(shop), name)
        assert refused.value.problem.code.name == "unknown-field"


def test_numbers_add_up_as_money_does(shop: Workpiece) -> None:
    page = read(shop, columns=["title", "amount", "weight", "double"])
    assert page.totals == {"amount": Decimal(66), "weight": Decimal(6), "double": Decimal(132)}


def test_a_count_is_exact_up_to_a_bound_and_then_says_that_there_are_more(
    shop: Workpiece, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (read(shop, size=5).count, read(shop, size=5).counting) == (12, "exact")
    with bound(monkeypatch, 6):
        page = read(clerk(shop), size=2)
        assert (page.count, page.counting, page.totals) == (6, "more", {})
        assert read(clerk(shop), size=2, all_totals=True).totals["amount"] == Decimal(40)


def test_nobody_who_does_not_see_everything_gets_an_estimate(
    shop: Workpiece, monkeypatch: pytest.MonkeyPatch
) -> None:
    with shop.shop.database.writing() as connection:
        connection.exec_driver_sql("ANALYZE")
    with bound(monkeypatch, 6):
        everything, some = read(shop, size=2), read(clerk(shop), size=2)
        filtered = read(shop, size=2, filters=["amount:gte:0"])
    assert (everything.counting, everything.count) == ("about", 12)
    assert (some.counting, some.count) == ("more", 6)
    assert filtered.counting == "more"


def test_the_database_notes_how_many_live_records_there_are(workshop: Workshop) -> None:
    from runtime.store.statistics import estimate_live

    shop = open_shop(workshop)
    for number in range(30):
        shop.save("orders", title=str(number))
    with workshop.database.writing() as connection:
        connection.exec_driver_sql("ANALYZE")
    with workshop.database.reading() as connection:
        assert estimate_live(connection, shop.table("orders")) == 30


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("lihe", 6),
        ("lh", 6),
        ("礼盒", 6),
        ("BOX", 6),
        ("lihe 11", 1),
        ("shanghai", 4),
        ("bjgy", 4),
        ("%", 0),
        ("_", 0),
    ],
)
def test_a_search_finds_names_by_sound_own_and_linked(shop: Workpiece, words: str, count: int) -> None:
    assert read(shop, words=words, size=50).count == count


def test_a_changed_name_is_found_by_its_new_sound(workshop: Workshop) -> None:
    shop = open_shop(workshop)
    record = shop.save("orders", title="张伟")
    assert titles(read(shop, words="zhangwei")) == ["张伟"]
    shop.change("orders", record, title="李娜")
    assert titles(read(shop, words="zhangwei")) == []
    assert titles(read(shop, words="ln")) == ["李娜"]


def test_who_may_not_see_the_name_does_not_find_by_it(workshop: Workshop) -> None:
    access = "{orders: {clerk: {can: read, hide: [title]}}}"
    shop = open_shop(workshop, access=access)
    shop.save("orders", title="张伟", state="open")
    assert read(shop, words="zw").count == 1
    assert read(clerk(shop), words="zw").count == 0


def test_a_masked_name_is_not_found_by_its_sound(workshop: Workshop) -> None:
    forms = "people:\n  fields:\n    name: {type: text, masked: true}\n"
    access = "{people: {clerk: {can: read}}}"
    shop = workshop.app(forms, roles="{clerk: Clerk}", access=access)
    shop.save("people", name="欧阳张伟明")
    assert read(shop, "people", words="zhangwei").count == 1
    assert read(clerk(shop), "people", words="zhangwei").count == 0


def test_a_picker_offers_first_what_begins_with_the_words(shop: Workpiece) -> None:
    found = shop.do(lambda visit: find_choices(visit, "customers", "gy", None))
    assert [line.cells["name"].text for line in found] == ["北京光影"]
    found = shop.do(lambda visit: find_choices(visit, "orders", "1", None, 3))
    assert len(found) == 3


def test_another_name_field_is_found_after_it_is_published(workshop: Workshop) -> None:
    forms = "people:\n  named_by: {name}\n  fields:\n    one: {{type: text}}\n    two: {{type: text}}\n"
    shop = workshop.app(forms.format(name="one"))
    shop.save("people", one="张伟", two="李娜")
    shop.publish(forms.format(name="two"))
    assert read(shop, "people", words="ln").count == 1
    assert read(shop, "people", words="zw").count == 0
