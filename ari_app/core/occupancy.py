"""How busy each agent was since they came: the share that ``least_occupied`` looks at.

Decides what counts as busy: talk and wrap-up, not ringing. Breaks count for nothing. Knows no
calls; it hears of every state an agent is in.
"""

from dataclasses import dataclass

from ari_app.core.agent import AWAY, Agent, AgentState

BUSY = frozenset({AgentState.TALKING, AgentState.WRAP_UP})


@dataclass(frozen=True, slots=True)
class Worked:
    """Seconds until ``since``, when the present state began (epoch seconds)."""

    state: AgentState
    since: float
    busy_s: float = 0.0
    worked_s: float = 0.0

    def then(self, state: AgentState, since: float) -> "Worked":
        if state is AgentState.OFFLINE:
            return Worked(state, since)
        took_s = 0.0 if self.state in AWAY else max(0.0, since - self.since)
        busy_s = took_s if self.state in BUSY else 0.0
        return Worked(state, since, self.busy_s + busy_s, self.worked_s + took_s)


class Occupancy:
    """``note`` is told every state; what a restart forgot begins at nothing."""

    def __init__(self) -> None:
        self._worked: dict[str, Worked] = {}

    def note(self, agent: Agent) -> Worked:
        known = self._worked.get(agent.agent_id) or Worked(agent.state, agent.since)
        if (known.state, known.since) != (agent.state, agent.since):
            known = known.then(agent.state, agent.since)
        self._worked[agent.agent_id] = known
        return known
