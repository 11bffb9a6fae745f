"""The departments that handle tickets (承办单位), as ``units.yaml`` names them.

Decides nothing: plain frozen data, and how others look a unit up. Must not know files or tickets.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class DutyPhone:
    """One phone of a unit's duty list; ``number`` is what the trunk dials, rung for ``ring_s``."""

    number: str
    label: str = ""
    ring_s: float = 30.0


@dataclass(frozen=True, slots=True)
class Unit:
    """A department. ``sees`` are the personal fields it needs unmasked; ``categories`` its duties.

    ``profile`` is the SLA profile of its work orders; empty: the default of ``sla.yaml``.
    """

    name: str
    label: str
    duty_phones: tuple[DutyPhone, ...] = ()
    categories: tuple[str, ...] = ()
    sees: frozenset[str] = frozenset()
    profile: str = ""


class DutyList(Protocol):
    """What a duty call needs of the units: whom to ring, in this order."""

    def duty_phones(self, unit: str) -> tuple[DutyPhone, ...]: ...

    def label(self, unit: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Units:
    """All units by name. Implements ``DutyList``."""

    by_name: Mapping[str, Unit] = field(default_factory=dict)

    def find(self, name: str) -> Unit | None:
        return self.by_name.get(name)

    def duty_phones(self, unit: str) -> tuple[DutyPhone, ...]:
        """Empty for a unit that is not known, or has none."""
        found = self.by_name.get(unit)
        return found.duty_phones if found else ()

    def label(self, unit: str) -> str:
        """The name for people; the unit's own when nobody knows it."""
        found = self.by_name.get(unit)
        return found.label if found else unit

    def responsible(self, category: str) -> tuple[str, ...]:
        """The units whose duties hold this category or one above it (``01`` is above ``0102``)."""
        return tuple(
            name
            for name, unit in self.by_name.items()
            if category and any(category.startswith(one) for one in unit.categories)
        )
