"""All agents as they stand now: who is ready for whom, and whose time is up when.

Keeps the ready list and the deadlines in step with the states. Knows no calls and no offers.
"""

from collections.abc import Mapping

from ari_app.core.agent import Agent, AgentState, Signal, shown
from ari_app.core.commands import Command, Tell, Write
from ari_app.core.deadlines import Deadlines
from ari_app.core.events import ToCalls
from ari_app.core.values import AgentId, AgentProfile, CallId, Centre
from ari_app.routing.match import Candidate

DESK_GONE_PAUSE_S = 30.0
DESK_GONE_SIGN_OUT_S = 300.0
"""A desk that vanished: not ready after 30 s, signed out after 300 s (the values Avaya uses)."""

Out = list[Command | ToCalls]


class Agents:
    """``move`` and ``put`` are the only ways in which an agent changes."""

    def __init__(self, centre: Centre, known: Mapping[AgentId, Agent] | None = None) -> None:
        self._centre = centre
        self.by_id = {i: (known or {}).get(i) or Agent(i) for i in centre.agents}
        self.ready: dict[AgentId, Candidate] = {}
        self.ends: Deadlines[AgentId] = Deadlines()
        for agent in self.by_id.values():
            self.index(agent)

    def profile(self, agent: AgentId) -> AgentProfile:
        return self._centre.agents[agent]

    def find_talking(self, call: CallId) -> Agent | None:
        return next(
            (a for a in self.by_id.values() if a.state is AgentState.TALKING and a.call == call),
            None,
        )

    def move(
        self,
        agent: AgentId,
        signal: Signal,
        now: float,
        *,
        reason: str = "",
        until: float | None = None,
        call: CallId | None = None,
    ) -> Out:
        moved = self.by_id[agent].moved(signal, now, reason=reason, until=until, call=call)
        if moved is None:
            return []
        if moved.state is AgentState.READY and is_desk_gone(moved, now, DESK_GONE_PAUSE_S):
            moved = moved.moved(Signal.WANT_PAUSE, now, reason="desk_lost") or moved
        return self.put(moved)

    def put(self, agent: Agent) -> Out:
        self.by_id[agent.agent_id] = agent
        self.index(agent)
        told: Out = [Tell(agent.agent_id, "state", shown(agent))]
        # An offer does not outlive the service: whoever only rings is found ready again.
        if agent.state is AgentState.OFFERED and agent.after_call is AgentState.READY:
            return told
        return [Write(agent.record()), *told]

    def index(self, agent: Agent) -> None:
        self.ready.pop(agent.agent_id, None)
        if agent.state is AgentState.READY:
            profile = self.profile(agent.agent_id)
            self.ready[agent.agent_id] = Candidate(
                agent.agent_id, profile.skills, frozenset(map(str, profile.queues)), agent.since
            )
        self.ends.set(agent.agent_id, _deadline(agent))


def is_desk_gone(agent: Agent, now: float, limit_s: float) -> bool:
    """Reckoned as the deadline is: a difference of instants may round to just below the limit."""
    return agent.desk_lost_at is not None and agent.desk_lost_at + limit_s <= now


def _deadline(agent: Agent) -> float | None:
    ends: list[float] = []
    if agent.state is AgentState.WRAP_UP and agent.until is not None:
        ends.append(agent.until)
    if agent.desk_lost_at is not None and agent.state in (AgentState.READY, AgentState.PAUSED):
        is_ready = agent.state is AgentState.READY
        ends.append(agent.desk_lost_at + (DESK_GONE_PAUSE_S if is_ready else DESK_GONE_SIGN_OUT_S))
    return min(ends, default=None)
