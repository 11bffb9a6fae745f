"""The rules of work that a centre sets for its agents: breaks, missed offers, limits of strain.

Plain data. Durations are seconds; a limit of 0 is none. Knows no agent and no state.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PauseReason:
    """Why somebody may pause. A pause longer than ``limit_s`` is shown to the supervisors."""

    label: str
    limit_s: float | None = None


@dataclass(frozen=True, slots=True)
class Staffing:
    """``missed_offers`` in a row make an agent not ready; before that, the caller who was missed
    is kept from that agent for ``avoid_s``. ``work_limit_s`` counts work without a break of
    ``rest_s``, ``talk_limit_s`` the talks of one day; agents are warned ``warn_s`` before.
    ``wrap_up_more`` is how often an agent may lengthen one wrap-up by ``wrap_up_more_s``."""

    pause_reasons: Mapping[str, PauseReason] = field(default_factory=dict)
    missed_offers: int = 2
    avoid_s: float = 30.0
    work_limit_s: float = 4 * 3600.0
    talk_limit_s: float = 10 * 3600.0
    rest_s: float = 900.0
    warn_s: float = 600.0
    wrap_up_more: int = 1
    wrap_up_more_s: float = 30.0

    def reason_named(self, text: str) -> str | None:
        """The reason with this name or label; any text where the centre lists none."""
        if not self.pause_reasons or text in self.pause_reasons:
            return text
        labels = {reason.label: name for name, reason in self.pause_reasons.items()}
        return labels.get(text)

    def limit_of(self, reason: str) -> float | None:
        known = self.pause_reasons.get(reason)
        return known.limit_s if known is not None else None
