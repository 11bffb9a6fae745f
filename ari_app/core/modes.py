"""Surge mode: one named bundle of changes, all on together and all off together.

Plain data. Decides only whether a surge is on at an instant. Knows neither agents nor callers.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Mode:
    """One entry of ``config/modes.yaml``.

    ``greeting`` is said before the first words of every call. ``wrap_up_s`` replaces the queues'
    wrap-up. ``boost_s`` moves a queue's callers forward by so many seconds. ``pools`` names, for a
    queue, the queues whose agents also take it. ``announce`` says one prompt instead of another.
    """

    label: str
    greeting: str = ""
    wrap_up_s: float | None = None
    boost_s: Mapping[str, float] = field(default_factory=dict)
    pools: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    announce: Mapping[str, str] = field(default_factory=dict)


NO_MODE = Mode("")
"""Changes nothing."""


@dataclass(frozen=True, slots=True)
class Surge:
    """A mode that is on, since and until (None: until it is switched off); epoch seconds."""

    mode: str
    since: float
    until: float | None
    by: str

    def is_on(self, now: float) -> bool:
        return self.until is None or now < self.until
