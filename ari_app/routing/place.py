"""A caller's place in the order of service: an instant, fixed when the caller comes.

Decides how far priority, urgency and lists move somebody forward: by seconds, as if they had come
that much earlier, and never by more than ``max_s``. So nobody is ever overtaken by somebody who
came more than ``max_s`` later: that is the ageing bound. Knows no queues and no agents.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Boosts:
    """All in seconds. ``urgency_s`` is for the words of the ticket's urgency."""

    priority_step_s: float = 60.0
    vip_s: float = 300.0
    urgency_s: Mapping[str, float] = field(default_factory=lambda: {"急": 300.0, "紧急": 600.0})
    max_s: float = 900.0

    def own_s(self, priority: int, urgency: str, *, is_vip: bool) -> float:
        """How far the caller's own case moves them forward, before the limit."""
        urgency_s = self.urgency_s.get(urgency, 0.0)
        return self.priority_step_s * priority + urgency_s + (self.vip_s if is_vip else 0.0)

    def place(self, since: float, boost_s: float) -> float:
        """Epoch seconds: ``since`` moved forward, at most to the limit."""
        return since - min(self.max_s, max(0.0, boost_s))
