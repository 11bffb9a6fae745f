"""A caller's number as it may be shown, searched and called, and the region its range belongs to.

Decides what of a hostile caller id is kept, and how a number is written: one citizen, one text.
Works offline; the region is that of the number range and says nothing certain about where the
caller is (numbers can be ported).
"""

import re
from functools import lru_cache

import phonenumbers
from phonenumbers import geocoder

from ari_app.core.values import Caller

MAX_NAME = 80
MAX_DIGITS = 20
CHINA = 86
WHOLE_DIGITS = 10
"""An area code with a subscriber's number; fewer digits may be a local number as well."""
_NOT_DIALABLE = re.compile(r"[^0-9+*#]")
_DIGITS = re.compile(r"\+?[0-9]+")
_CONTROL = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u061c\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


def caller_of(number: str, name: str) -> Caller:
    """The caller as the trunk gives it: digits only, a printable name, cut to a sane length."""
    digits = one_form(_NOT_DIALABLE.sub("", number)[:MAX_DIGITS])
    shown = _CONTROL.sub("", name).strip()[:MAX_NAME]
    return Caller(digits, "" if shown == number else shown, region_of(digits))


@lru_cache(maxsize=4096)
def one_form(number: str) -> str:
    """A Chinese number as it is dialled within China, however it was written; others unchanged.

    Trunks write +86, 0086, 86, a 0 before a mobile number, or no 0 before an area code.
    """
    try:
        parsed = phonenumbers.parse(number, "CN") if _DIGITS.fullmatch(number) else None
    except phonenumbers.NumberParseException:
        return number
    if parsed is None or parsed.country_code != CHINA or not phonenumbers.is_valid_number(parsed):
        return number
    if len(str(parsed.national_number)) < WHOLE_DIGITS:
        return number
    shown = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
    return _NOT_DIALABLE.sub("", shown)


@lru_cache(maxsize=4096)
def region_of(number: str, country: str = "CN") -> str:
    """Province and city in Chinese, or an empty string for numbers that have none."""
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return ""
    return geocoder.description_for_number(parsed, "zh") or ""
