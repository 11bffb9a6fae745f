"""All agents as they stand now: who is ready for whom, and whose time is up when.

Keeps the ready list, the seats and the deadlines in step with the states. Knows no calls and no
offers.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from ari_app.core.agent import AWAY, Agent, AgentState, Signal, shown
from ari_app.core.commands import Command, Tell, Write
from ari_app.core.deadlines import Deadlines
from ari_app.core.journal_lines import agent_moved
from ari_app.core.occupancy import Occupancy
from ari_app.core.records import Json
from ari_app.core.seam import ToCalls
from ari_app.core.staffing import Staffing
from ari_app.core.values import AgentId, AgentProfile, CallId, Centre, QueueName
from ari_app.routing.candidate import Candidate

DESK_GONE_PAUSE_S = 30.0
DESK_GONE_SIGN_OUT_S = 300.0
"""A desk that vanished: not ready after 30 s, signed out after 300 s (the values Avaya uses)."""

OUT_OF_ORDER = frozenset({"phone_busy", "phone_unreachable"})
"""Missed because of the phone, not of the person: the next offer would fare no better."""

NOBODYS_FAULT = frozenset({"not_rung"})
"""Neither the agent nor the phone has missed anything: Asterisk did not ring it."""
ASK_AGAIN_S = 5.0
"""How long the caller goes to others first after that."""

FATIGUE = "fatigue"
REMOVED = "removed"
"""Why somebody leaves who stands in ``agents.yaml`` no more."""
ADMIN = "admin"
"""By whom, as far as the core can tell."""
TAKING_OVER = "taking_over"
"""Why somebody pauses who waits to relieve another."""

Out = list[Command | ToCalls]


class Agents:
    """``move`` and ``put`` are the only ways in which an agent changes.

    ``fresh`` are those who are ready since the last matching, which empties it.
    """

    def __init__(self, centre: Centre, known: Mapping[AgentId, Agent] | None = None) -> None:
        self._centre = centre
        self.by_id = {i: (known or {}).get(i) or Agent(i) for i in centre.agents}
        self.ready: dict[str, Candidate] = {}
        self.fresh: set[str] = set()
        self.leaving: set[AgentId] = set()
        """Who is configured no more, and finishes a call or its wrap-up."""
        self.ends: Deadlines[AgentId] = Deadlines()
        self._occupancy = Occupancy()
        self._lent: Mapping[QueueName, frozenset[QueueName]] = {}
        for agent in self.by_id.values():
            self.index(agent)

    def change(self, named: Collection[AgentId], now: float) -> Out:
        """These are the agents from now on; whoever else is busy leaves once that is over."""
        for newcomer in [one for one in named if one not in self.by_id]:
            self.by_id[newcomer] = Agent(newcomer)
        gone = [one for one in self.by_id if one not in named]
        self.leaving = set(gone)
        out: Out = [one for agent in named for one in self._stays(self.by_id[agent])]
        for agent in gone:
            if self.by_id[agent].state is not AgentState.OFFLINE:
                out += self.move(agent, Signal.SIGN_OUT, now, reason=REMOVED, by=ADMIN)
        for one in self.by_id.values():
            self.index(one)
        return out

    def _stays(self, agent: Agent) -> Out:
        """Named again before the call was over after which they were to leave."""
        if (agent.after_reason, agent.after_by) != (REMOVED, ADMIN):
            return []
        return self.put(replace(agent, after_call=AgentState.READY, after_reason="", after_by=""))

    def is_gone(self, agent: AgentId) -> bool:
        """Configured no more, though perhaps still busy."""
        return agent in self.leaving or agent not in self.by_id

    def take_gone(self) -> list[AgentId]:
        """Forget those who were leaving and have left."""
        gone = [one for one in self.leaving if self.by_id[one].state is AgentState.OFFLINE]
        for agent in gone:
            del self.by_id[agent]
            self.leaving.discard(agent)
            self.ends.set(agent, None)
        return gone

    @property
    def rules(self) -> Staffing:
        return self._centre.staffing

    def profile(self, agent: AgentId) -> AgentProfile:
        return self._centre.agents[agent]

    def queues_of(self, agent: AgentId) -> frozenset[QueueName]:
        """The agent's own queues, and those that surge mode lends these agents to."""
        own = self._centre.agents[agent].queues
        return own | {queue for queue, lenders in self._lent.items() if lenders & own}

    def endpoint(self, agent: AgentId) -> str:
        """The phone's account where this agent sits."""
        known = self.by_id.get(agent)
        return known.seat or str(agent) if known is not None else str(agent)

    def at_seat(self, seat: str) -> AgentId | None:
        """Who is signed in there."""
        for agent in self.by_id.values():
            if agent.state is not AgentState.OFFLINE and self.endpoint(agent.agent_id) == seat:
                return agent.agent_id
        return None

    def lend(self, pools: Mapping[QueueName, frozenset[QueueName]]) -> None:
        """From now on a queue's calls go also to the agents of these other queues."""
        self._lent = pools

    def move(
        self,
        agent: AgentId,
        signal: Signal,
        now: float,
        *,
        reason: str = "",
        until: float | None = None,
        call: CallId | None = None,
        by: str = "",
    ) -> Out:
        before = self.by_id[agent]
        moved = before.moved(signal, now, reason=reason, until=until, call=call, by=by)
        if moved is None:
            return []
        moved = self._strained(before, moved, now)
        if moved.state is AgentState.READY:
            moved = self._kept_away(moved, now)
        if moved.state is AgentState.PAUSED and moved.until is None:
            limit_s = self.rules.limit_of(moved.reason)
            moved = replace(moved, until=None if limit_s is None else now + limit_s)
        return [*self._put_told(moved), *self.warn(agent, now)]

    def _put_told(self, moved: Agent) -> Out:
        is_tired = moved.reason == FATIGUE and moved.state is AgentState.PAUSED
        return [*self.put(moved), *(self.alert(moved, FATIGUE) if is_tired else ())]

    def _strained(self, before: Agent, moved: Agent, now: float) -> Agent:
        strain = moved.strain
        if before.state is AgentState.TALKING:
            strain = strain.talked(now - before.since, now)
        if moved.state in AWAY:
            strain = strain.away(now)
        elif before.state in AWAY:
            strain = strain.at_work(now, self.rules)
        is_ordered = moved.by and moved.state is AgentState.READY
        return replace(moved, strain=strain.pardoned(now) if is_ordered else strain)

    def _kept_away(self, ready: Agent, now: float) -> Agent:
        """Who would be ready, but has no desk or must rest, pauses instead."""
        if is_desk_gone(ready, now, DESK_GONE_PAUSE_S):
            return self._paused(ready, "desk_lost", now)
        if ready.strain.tired(now, self.rules) is None:
            return ready
        resting = self._paused(ready, FATIGUE, now, until=now + self.rules.rest_s)
        return replace(resting, strain=resting.strain.rested())

    def _paused(self, ready: Agent, reason: str, now: float, until: float | None = None) -> Agent:
        paused = ready.moved(Signal.WANT_PAUSE, now, reason=reason, until=until) or ready
        return replace(paused, strain=paused.strain.away(now))

    def keep_away(self, agent_id: AgentId, now: float) -> Out:
        """Whoever is ready and ought not to be any more."""
        agent = self.by_id[agent_id]
        if agent.state is not AgentState.READY:
            return []
        kept = self._kept_away(agent, now)
        return [] if kept is agent else self._put_told(kept)

    def warn(self, agent_id: AgentId, now: float) -> Out:
        """A rest is near: the agent is told once, and so are the supervisors."""
        agent = self.by_id[agent_id]
        limit = agent.strain.to_warn(now, self.rules)
        if limit is None or agent.state in AWAY:
            return []
        agent = replace(agent, strain=agent.strain.told(limit))
        ends = agent.strain.work_ends(self.rules) if limit == "work" else None
        told = Tell(agent_id, "fatigue", {"limit": limit, "rests_at": ends})
        return [*self.put(agent), told, *self.alert(agent, "fatigue_soon")]

    def missed(self, agent_id: AgentId, call: CallId, reason: str, now: float) -> Out:
        """An offer came to nothing through the agent. Too many in a row, and they pause."""
        agent = self.by_id[agent_id]
        if reason in NOBODYS_FAULT:
            return self._skipped(agent, call, now + ASK_AGAIN_S, now)
        missed = agent.missed + 1
        if reason in OUT_OF_ORDER or missed >= self.rules.missed_offers:
            out = self.move(agent_id, Signal.OFFER_MISSED, now, reason=reason)
            return [*out, *self.alert(self.by_id[agent_id], "missed_offers")]
        return self._skipped(replace(agent, missed=missed), call, now + self.rules.avoid_s, now)

    def _skipped(self, agent: Agent, call: CallId, until: float, now: float) -> Out:
        """Ready again, but not for this caller at once."""
        self.by_id[agent.agent_id] = replace(agent, avoids=call, avoids_until=until)
        return self.move(agent.agent_id, Signal.OFFER_SKIPPED, now)

    def put(self, agent: Agent) -> Out:
        before, relieved = self.by_id[agent.agent_id], Out()
        if agent.state is AgentState.OFFLINE:
            agent = replace(agent, seat="", relief=None)
        self.by_id[agent.agent_id] = agent
        self.index(agent)
        told: Out = [*agent_moved(before, agent), Tell(agent.agent_id, "state", shown(agent))]
        if agent.state is AgentState.OFFLINE and before.relief is not None:
            relieved = self._relieve(before, before.relief, agent.since)
        # An offer does not outlive the service: whoever only rings is found ready again.
        if agent.state is AgentState.OFFERED and agent.after_call is AgentState.READY:
            return told
        return [Write(agent.record()), *told, *relieved]

    def _relieve(self, left: Agent, relief: AgentId, now: float) -> Out:
        """Whoever waited to take over sits down at the seat and is ready, in the same moment."""
        coming = self.by_id.get(relief)
        if coming is None or coming.state is not AgentState.PAUSED or coming.reason != TAKING_OVER:
            return []
        seat = left.seat or str(left.agent_id)
        self.by_id[relief] = replace(coming, seat="" if seat == relief else seat)
        return self.move(relief, Signal.WANT_READY, now)

    def index(self, agent: Agent) -> None:
        self.ready.pop(agent.agent_id, None)
        self.fresh.discard(agent.agent_id)
        worked = self._occupancy.note(agent)
        if agent.state is AgentState.READY:
            profile = self.profile(agent.agent_id)
            self.fresh.add(agent.agent_id)
            self.ready[agent.agent_id] = Candidate(
                agent.agent_id,
                profile.skills,
                agent.since,
                _avoided(agent),
                rank=profile.rank,
                busy_s=worked.busy_s,
                worked_s=worked.worked_s,
            )
        self.ends.set(agent.agent_id, _deadline(agent, self.rules))

    def alert(self, agent: Agent, what: str) -> Out:
        """Tell every supervisor who is there."""
        data: dict[str, Json] = {
            "agent": agent.agent_id,
            "name": self.profile(agent.agent_id).name,
            "what": what,
            "state": agent.state.value,
            "reason": agent.reason,
            "since": agent.since,
            "until": agent.until,
        }
        return [Tell(supervisor, "staff_alert", data) for supervisor in self._supervisors()]

    def _supervisors(self) -> Iterator[AgentId]:
        for agent in self.by_id.values():
            is_there = agent.state is not AgentState.OFFLINE
            if is_there and self.profile(agent.agent_id).role in ("supervisor", "admin"):
                yield agent.agent_id


def _avoided(ready: Agent) -> str:
    """The caller who is kept from them; a call that took longer than that is enough of a pause."""
    is_over = ready.avoids_until is None or ready.avoids_until <= ready.since
    return "" if is_over else ready.avoids or ""


def is_desk_gone(agent: Agent, now: float, limit_s: float) -> bool:
    """Reckoned as the deadline is: a difference of instants may round to just below the limit."""
    return agent.desk_lost_at is not None and agent.desk_lost_at + limit_s <= now


def _deadline(agent: Agent, rules: Staffing) -> float | None:
    return min((at for at in _instants(agent, rules) if at is not None), default=None)


def _instants(agent: Agent, rules: Staffing) -> Iterator[float | None]:
    """When time alone changes something for this agent."""
    is_paused, is_ready = agent.state is AgentState.PAUSED, agent.state is AgentState.READY
    if agent.state is AgentState.WRAP_UP or (is_paused and not agent.is_over_limit):
        yield agent.until
    if agent.desk_lost_at is not None and (is_ready or is_paused):
        yield agent.desk_lost_at + (DESK_GONE_PAUSE_S if is_ready else DESK_GONE_SIGN_OUT_S)
    if agent.state not in AWAY:
        yield agent.strain.warn_at(rules)
    if is_ready:
        yield agent.strain.work_ends(rules)
        yield agent.avoids_until
