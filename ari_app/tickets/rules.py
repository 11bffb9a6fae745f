"""All that a centre has laid down about its tickets, as one value.

Decides nothing. Must not know the files it came from.
"""

from dataclasses import dataclass, field

from ari_app.tickets.sla import Sla
from ari_app.tickets.units import Units


@dataclass(frozen=True, slots=True)
class Rules:
    units: Units = field(default_factory=Units)
    sla: Sla = field(default_factory=Sla)
    city_sees: frozenset[str] = frozenset()
    """The personal fields that the city's ticket system needs unmasked."""
