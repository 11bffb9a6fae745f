"""A caller's number as it may be shown and searched, and the region its range belongs to.

Decides what of a hostile caller id is kept. Works offline; the region is that of the number range
and says nothing certain about where the caller is (numbers can be ported).
"""

import re
from functools import lru_cache

import phonenumbers
from phonenumbers import geocoder

from ari_app.core.values import Caller

MAX_NAME = 80
MAX_DIGITS = 20
_NOT_DIALABLE = re.compile(r"[^0-9+*#]")
_CONTROL = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u061c\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


def caller_of(number: str, name: str) -> Caller:
    """The caller as the trunk gives it: digits only, a printable name, cut to a sane length."""
    digits = _NOT_DIALABLE.sub("", number)[:MAX_DIGITS]
    shown = _CONTROL.sub("", name).strip()[:MAX_NAME]
    return Caller(digits, "" if shown == number else shown, region_of(digits))


@lru_cache(maxsize=4096)
def region_of(number: str, country: str = "CN") -> str:
    """Province and city in Chinese, or an empty string for numbers that have none."""
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return ""
    return geocoder.description_for_number(parsed, "zh") or ""
