"""What a centre knows of the world outside: opening hours, numbers to dial, lists of callers.

Plain frozen data, and the one question whether a number is on a list. Knows no files and no clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

import phonenumbers

from ivr.calendar import Calendar


@dataclass(frozen=True, slots=True)
class OutsideNumber:
    """A number that a tree may transfer to; ``number`` is what the trunk dials."""

    number: str
    label: str
    kind: Literal["emergency", "department"]
    ring_s: float


@dataclass(frozen=True, slots=True)
class Listed:
    """A caller on a list, until an instant (epoch seconds) or for good."""

    reason: str
    until: float | None = None


@dataclass(frozen=True, slots=True)
class World:
    """``vip`` and ``nuisance`` are kept by ``number_key``."""

    calendar: Calendar = field(default_factory=Calendar)
    numbers: Mapping[str, OutsideNumber] = field(default_factory=dict)
    vip: Mapping[str, Listed] = field(default_factory=dict)
    nuisance: Mapping[str, Listed] = field(default_factory=dict)


def is_listed(entries: Mapping[str, Listed], number: str, now: float) -> bool:
    entry = entries.get(number_key(number))
    return entry is not None and (entry.until is None or now < entry.until)


@lru_cache(maxsize=4096)
def number_key(number: str) -> str:
    """One text for all ways in which a number is written: with +86, 0086, 0 or nothing before."""
    try:
        parsed = phonenumbers.parse(number, "CN")
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
