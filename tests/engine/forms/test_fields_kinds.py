"""The rules of contacts, documents, codes, places, spans and formatted texts that nobody would guess."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.forms.barcodes import draw_code128, draw_qr, fits_code128
from engine.forms.regions import all_regions
from engine.problems import Refusal
from engine.spans import read_span
from engine.values import Value, display
from tests.engine.forms.test_fields import SHANGHAI, a_field, codes, control

OPTIONS = {"tea": "茶", "coffee": "咖啡", "a、b": "甲、乙"}


def read(kind: str, raw: object, **definition: object) -> Value:
    field = a_field(kind, **definition)
    return field.type.parse(raw, field.value_type, SHANGHAI)


def shown(kind: str, raw: object, **definition: object) -> str:
    field = a_field(kind, **definition)
    return display(field.type.parse(raw, field.value_type), field.value_type, "zh", SHANGHAI)


def markup(kind: str, raw: object, **definition: object) -> str:
    field = a_field(kind, **definition)
    assert field.value_type.format is not None
    return field.value_type.format.markup(field.type.parse(raw, field.value_type))


# Spans of time.


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("1d 2h", 26 * 60), ("2 小时 30 分", 150), ("0.5h", 30), ("90 min", 90), ("-1h", -60), ("1:30", 90)],
)
def test_a_span_names_its_units(text: str, minutes: int):
    assert read_span(text) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    "text", ["90", "1h 1h", "5m 1h", "1.1s", "1 hour ago", "1:75", "9999999h", "h", "1²h"]
)
def test_what_could_be_misread_is_no_span(text: str):
    assert read_span(text) is None


def test_a_bare_number_is_in_the_unit_of_the_field_and_a_number_from_a_machine_in_seconds():
    assert read("duration", "2", unit="hours") == timedelta(hours=2)
    assert read("duration", 2, unit="hours") == timedelta(seconds=2)
    assert codes(a_field("duration", unit="hours", max=8), "9h") == ["above-most"]


@given(
    st.timedeltas(timedelta(0), timedelta(days=900)).map(
        lambda span: timedelta(seconds=int(span.total_seconds()))
    )
)
def test_what_stands_in_the_input_of_a_duration_is_read_back(span: timedelta):
    field = a_field("duration", unit="days")
    assert field.value_type.format is not None
    assert field.type.parse(field.value_type.format.entry(span), field.value_type) == span


# Contacts and documents.


@pytest.mark.parametrize(
    ("raw", "kept", "written"),
    [
        ("0086 138 0013 8000", "13800138000", "138 0013 8000"),
        ("+8610-6888-8888", "010-68888888", "010-68888888"),
        ("１３８００１３８０００", "13800138000", "138 0013 8000"),
        ("95588", "95588", "95588"),
        ("+1 (415) 555-0100", "+14155550100", "+14155550100"),
    ],
)
def test_a_phone_number_has_one_form_however_it_is_written(raw: str, kept: str, written: str):
    assert read("phone", raw) == kept
    assert shown("phone", raw) == written


def test_a_field_for_mobiles_takes_no_landline():
    assert codes(a_field("phone", accept="mobile"), "021-68888888") == ["not-that-phone"]
    assert codes(a_field("phone", accept="landline"), "13800138000") == ["not-that-phone"]
    assert codes(a_field("phone", accept="mobile"), "+44 7700 900123") == []


def test_a_resident_id_is_checked_and_tells_the_birthday():
    field = a_field("id_number")
    assert codes(field, "110105194912310021") == ["wrong-check-digit"]
    assert codes(field, "110105194902300022") == ["no-such-birthday"]
    assert field.value_type.format is not None
    note = field.value_type.format.note("11010519491231002X")
    assert note is not None
    assert note.en == "Born 1949-12-31, female"
    assert codes(a_field("id_number", document="any"), "E12345678") == []


@pytest.mark.parametrize("kind", ["email", "url", "phone", "id_number"])
def test_no_contact_takes_long_over_a_hostile_text(kind: str):
    field = a_field(kind)
    for hostile in (
        "a@" + "a." * 4_000,
        "1" * 9_000,
        "https://" + "/?#" * 3_000 + " ",
        "-" * 9_000,
        "a." * 4_000,
    ):
        assert codes(field, hostile)


def test_links_are_escaped_and_give_nothing_away():
    assert markup("url", "https://a.cn/?x=1&y=2") == (
        '<a href="https://a.cn/?x=1&amp;y=2" target="_blank" rel="noopener noreferrer nofollow">'
        "https://a.cn/?x=1&amp;y=2</a>"
    )
    assert codes(a_field("url"), 'https://a.cn/"onmouseover="x()') == ["not-a-web-address"]


# Several of some options, levels, places.


def test_a_cell_of_a_file_holds_several_options_and_one_that_has_the_sign_itself():
    assert read("choices", "咖啡、tea", options=OPTIONS) == ("tea", "coffee")
    assert read("choices", "甲、乙", options=OPTIONS) == ("a、b",)
    assert shown("choices", ["tea", "coffee"], options=OPTIONS) == "茶、咖啡"


def test_few_options_are_ticked_and_many_are_searched():
    many = {f"o{n}": f"选项{n}" for n in range(8)}
    assert control("choices", options=OPTIONS).kind == "checkboxes"
    assert control("choices", options=many).kind == "select"
    assert control("choices", options=many).multiple


def test_a_cascade_may_stop_half_way_only_where_it_says_so():
    options = {"east": ["shanghai", "hangzhou"]}
    assert codes(a_field("cascade", options=options), "east") == ["not-to-the-end"]
    assert codes(a_field("cascade", options=options, any_level=True), "east") == []


@pytest.mark.parametrize(
    ("level", "raw", "code", "written"),
    [
        ("province", "上海市", "310000", "上海市"),
        ("city", "上海市", "310100", "上海市"),
        ("city", "浙江省杭州市", "330100", "浙江省 / 杭州市"),
        ("county", "河南省 / 济源市", "419001", "河南省 / 济源市"),
        ("county", "东莞", None, ""),
        ("county", "710000", "710000", "台湾省"),
    ],
)
def test_a_region_is_a_code_and_is_written_without_what_nobody_says(
    level: str, raw: str, code: str | None, written: str
):
    if code is None:
        with pytest.raises(Refusal):
            read("region", raw, level=level)
        return
    assert read("region", raw, level=level) == code
    assert shown("region", raw, level=level) == written


def test_every_county_is_found_by_its_whole_name():
    regions = all_regions()
    assert len(regions.names) > 3_000
    for code in regions.names:
        if regions.fits(code, 3):
            assert regions.find(" / ".join(regions.words(code)), 3) == code


# Texts with formatting, codes, amounts.


@given(
    st.text(max_size=60)
    | st.lists(
        st.sampled_from(["<p>", "</b>", "<b", "<a href='javascript:x'>", "&lt;", "x", "<!--", "]]>"])
    ).map("".join)
)
def test_a_rich_text_read_twice_is_the_same_and_cannot_run(raw: str):
    field = a_field("rich_text")
    try:
        value = field.type.parse(raw, field.value_type)
    except Refusal:
        return
    assert field.type.parse(value, field.value_type) == value
    assert "javascript:" not in str(value).replace("&", "").lower() or "href" not in str(value)


def test_a_rich_text_is_plain_in_lists():
    assert shown("rich_text", "<h3>茶</h3><ul><li>一</li><li>二 &amp; 三</li></ul>") == "茶 一 二 & 三"


def test_bars_follow_the_standard():
    # "PJJ123C" is the example of the standard; its bars as they are drawn, a module each.
    drawn = draw_code128("PJJ123C")
    modules = ["0"] * 200
    for part in drawn.partition('d="M')[2].partition('"')[0].split("M"):
        at, width = int(part.split(" ")[0]) - 10, int(part.partition("h")[2].partition("v")[0])
        modules[at : at + width] = "1" * width
    start, first, stop = "11010010000", "11101110110", "1100011101011"
    assert "".join(modules).startswith(start + first)
    assert "".join(modules).rstrip("0").endswith(stop)
    assert not fits_code128("礼盒")


def test_pictures_of_codes_hold_no_style_and_nothing_unescaped():
    for drawn in (draw_qr('<b>"x"'), draw_code128('<b>"x"')):
        assert "style" not in drawn
        assert "<b>" not in drawn


def test_an_amount_may_be_said_in_capitals():
    field = a_field("money", capitals=True)
    assert field.value_type.format is not None
    note = field.value_type.format.note(Decimal("68000"))
    assert note is not None
    assert note.zh == "陆万捌仟元整"
    assert shown("money", "68000", capitals=True) == "68,000.00"
    assert a_field("money").value_type.format is None
