"""Whatever a trunk says about its caller: digits, a name that can be shown, and a region."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ari_app.core.phone_number import MAX_DIGITS, MAX_NAME, caller_of, one_form, region_of

HOSTILE = [
    '"><script>alert(1)</script>',
    "\r\nVia: SIP/2.0/UDP evil",
    "'; DROP TABLE calls; --",
    "\ud800\udfff",
    "张三\u202egnp.exe",
    "\x00\x1b[31m",
    "\u2028\u2029\ufeff",
    "9" * 4096,
    "名" * 4096,
    "%s%n{0}",
    "sip:13800138000@evil.example",
    "",
]


@pytest.mark.parametrize(
    ("number", "region"),
    [
        ("13800138000", "北京市"),
        ("+8613800138000", "北京市"),
        ("01065551234", "北京市"),
        ("02188887777", "上海市"),
        ("+862188887777", "上海市"),
        ("075512345678", "广东省深圳市"),
        ("+85223456789", "香港"),
        ("12345", ""),
        ("anonymous", ""),
        ("", ""),
        ("+", ""),
        ("00000000000", ""),
    ],
)
def test_a_number_has_the_region_of_its_range(number: str, region: str):
    assert region in region_of(number)
    assert bool(region) == bool(region_of(number))


@pytest.mark.parametrize(
    "written",
    ["13800138000", "+8613800138000", "008613800138000", "8613800138000", "013800138000"],
)
def test_one_citizens_mobile_number_is_one_text_however_it_is_written(written: str):
    assert caller_of(written, "") == caller_of("13800138000", "")


@pytest.mark.parametrize("written", ["057188880001", "+8657188880001", "57188880001"])
def test_a_fixed_line_keeps_the_0_of_its_area(written: str):
    assert caller_of(written, "").number == "057188880001"


@pytest.mark.parametrize(
    "written",
    ["2195588", "88880001", "110", "12345", "+12025550123", "+85223456789", "4008001234", "", "+",
     "1380013*8000", "00000000000"],
)  # fmt: skip
def test_a_number_that_may_be_local_short_or_foreign_stays_as_it_is(written: str):
    assert one_form(written) == written


@given(st.from_regex(r"\+?[0-9]{0,20}", fullmatch=True))
def test_a_number_in_its_one_form_stays_in_it(number: str):
    assert one_form(one_form(number)) == one_form(number)


@pytest.mark.parametrize("name", ["anonymous", "Anonymous", "unknown", "Restricted"])
def test_a_caller_without_a_number_has_none_and_no_region(name: str):
    caller = caller_of(name, name)
    assert (caller.number, caller.name, caller.region) == ("", "", "")


def test_a_name_that_only_repeats_the_number_is_no_name():
    assert caller_of("13800138000", "13800138000").name == ""


def test_an_honest_name_stays_as_it_is():
    assert caller_of("13800138000", " 张三 José ").name == "张三 José"


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_caller_id_becomes_harmless(text: str):
    caller = caller_of(text, text + "x")
    assert set(caller.number) <= set("0123456789+*#")
    assert len(caller.number) <= MAX_DIGITS
    assert len(caller.name) <= MAX_NAME
    assert not set(caller.name) & set("\r\n\x00\x1b\u202e\u2028\u2029\ufeff\ud800")
    json.dumps([caller.number, caller.name, caller.region], ensure_ascii=False).encode("utf-8")


def test_markup_is_kept_as_text_for_screens_to_escape():
    assert caller_of("1", '"><script>').name == '"><script>'


@given(st.text(st.characters(codec=None)), st.text(st.characters(codec=None)))
def test_no_text_raises_and_all_that_is_kept_can_be_sent(number: str, name: str):
    caller = caller_of(number, name)
    f"{caller.number}{caller.name}{caller.region}".encode()
    assert caller.number.isascii()
    assert not any(ord(letter) < 32 for letter in caller.name)
