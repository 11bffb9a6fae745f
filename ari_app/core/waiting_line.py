"""Where each caller stands in the line, what is asked for them now, and when that changes.

Decides the place, whose last agent is waited for, and at which instant a queue's next step is due.
Knows no offers: ``matching.py`` makes them.
"""

from collections.abc import Mapping
from dataclasses import replace
from math import inf

from ari_app.core.agent import AWAY
from ari_app.core.agents import Agents
from ari_app.core.deadlines import Deadlines
from ari_app.core.seam import CallQueued
from ari_app.core.values import AgentId, CallId, Centre, QueueName
from ari_app.routing.callers import Demand, Waiting
from ari_app.routing.line import Line
from ari_app.routing.match import Match, choose, next_caller
from ari_app.routing.plan import QueuePlan, demand_of, interpreter_for, next_step_at, steps_at
from ari_app.routing.pool import Member, Pool


class WaitingLine:
    """The line with its clock. ``boost_s`` is what the moment adds for all callers of a queue."""

    def __init__(self, centre: Centre, agents: Agents) -> None:
        self.line = Line()
        self.pool = Pool({})
        self.boost_s: Mapping[QueueName, float] = {}
        self.steps: Deadlines[CallId] = Deadlines()
        self._centre = centre
        self._agents = agents
        self.regroup()

    def plan(self, queue: str) -> QueuePlan:
        return self._centre.queue(QueueName(queue)).plan

    # --- in and out --------------------------------------------------------------------------

    def enter(self, waiting: Waiting, now: float) -> None:
        """Come into the line, or come back to it at the same place."""
        waiting = replace(waiting, place=self._place(waiting))
        self._put(waiting, self._demand(waiting, now))
        self._set_deadline(waiting, now)

    def _put(self, waiting: Waiting, demand: Demand) -> None:
        self.line.put(waiting, demand, self.pool.fitting(demand))

    def leave(self, call: CallId) -> Waiting | None:
        self.steps.set(call, None)
        return self.line.take(call)

    def newcomer(self, said: CallQueued, now: float) -> Waiting:
        """The caller as this queue sees them."""
        boosts = self._centre.boosts
        boost_s = boosts.own_s(said.priority, said.urgency, is_vip=said.is_vip)
        waiting = Waiting(
            said.call,
            said.queue,
            said.needs,
            said.since,
            said.since,
            boost_s,
            said.returned,
            said.since if said.steps_from is None else said.steps_from,
        )
        if said.wants is not None:
            return replace(waiting, last_agent=said.wants, held_until=inf)
        rule, last = self.plan(said.queue).last_agent, self._last_agent(said, waiting, now)
        if rule is None or last is None:
            return waiting
        return replace(waiting, last_agent=last, held_until=waiting.steps_from + rule.wait_s)

    def _last_agent(self, said: CallQueued, waiting: Waiting, now: float) -> AgentId | None:
        """Who served this number lately and can take what it is about now."""
        rule = self.plan(said.queue).last_agent
        if rule is None or said.last_agent is None or said.last_agent not in self._agents.by_id:
            return None
        if now - said.last_served_at > rule.within_s:
            return None
        fits = said.last_agent in self.pool.fitting(self._asked(waiting, now))
        return said.last_agent if fits else None

    # --- what is asked now -------------------------------------------------------------------

    def _asked(self, waiting: Waiting, now: float) -> Demand:
        plan = self.plan(waiting.queue)
        steps = steps_at(plan, waiting.steps_from, now)
        return demand_of(waiting.queue, waiting.needs, plan, steps)

    def _demand(self, waiting: Waiting, now: float) -> Demand:
        asked = self._asked(waiting, now)
        is_held = waiting.held_until == inf or (
            now < waiting.held_until and self._is_at_work(waiting.last_agent)
        )
        return replace(asked, only=waiting.last_agent) if is_held else asked

    def _is_at_work(self, agent: str) -> bool:
        known = self._agents.by_id.get(AgentId(agent))
        return known is not None and known.state not in AWAY

    def _set_deadline(self, waiting: Waiting, now: float) -> None:
        ends = [next_step_at(self.plan(waiting.queue), waiting.steps_from, now)]
        ends += [waiting.held_until if now < waiting.held_until < inf else None]
        coming = min((at for at in ends if at is not None), default=None)
        self.steps.set(CallId(waiting.call), coming)

    def take_due(self, now: float) -> None:
        """Whose next step is reached, or whose last agent was waited for long enough."""
        for call in self.steps.take_due(now):
            if (waiting := self.line.get(call)) is not None:
                self.enter(waiting, now)

    def interpreter(self, waiting: Waiting, agent: AgentId, now: float) -> str:
        """The outside number that has to join this agent for this caller; empty for none."""
        steps = steps_at(self.plan(waiting.queue), waiting.steps_from, now)
        return interpreter_for(waiting.needs, steps, self._agents.profile(agent).skills)

    # --- for everybody at once ---------------------------------------------------------------

    def change_boosts(self, boost_s: Mapping[QueueName, float]) -> None:
        """From now on all callers of these queues are moved forward so far, also who waits."""
        self.boost_s = boost_s
        for call in list(self.line):
            waiting, demand = self.line[call], self.line.demand(call)
            self._put(replace(waiting, place=self._place(waiting)), demand)

    def _place(self, waiting: Waiting) -> float:
        extra_s = self.boost_s.get(QueueName(waiting.queue), 0.0)
        return self._centre.boosts.place(waiting.since, waiting.boost_s + extra_s)

    def regroup(self) -> None:
        """Some agents' queues have changed: who fits whom is found anew."""
        self.pool = Pool({agent: self._member(agent) for agent in self._agents.by_id})
        for call in list(self.line):
            self._put(self.line[call], self.line.demand(call))

    def reconsider(self, now: float) -> None:
        """Agents, plans or boosts have changed: everybody's place and demand are found anew."""
        self.pool = Pool({agent: self._member(agent) for agent in self._agents.by_id})
        for call in list(self.line):
            waiting = self.line[call]
            if waiting.held_until == inf and self._agents.is_gone(AgentId(waiting.last_agent)):
                waiting = replace(waiting, last_agent="", held_until=0.0)
            self.enter(waiting, now)

    def _member(self, agent: AgentId) -> Member:
        profile = self._agents.profile(agent)
        queues = frozenset(map(str, self._agents.queues_of(agent)))
        return Member(agent, profile.skills, queues, profile.site)

    # --- the decision ------------------------------------------------------------------------

    def next_match(self, now: float) -> Match | None:
        """The next pair; None once nobody who waits fits anybody who is ready."""
        ready = self._agents.ready
        if self.line and ready:
            caller = next_caller(self.line, ready, self._agents.fresh)
            if caller is not None:
                return choose(caller, self.line, ready, self.plan(caller.queue), now)
        self._agents.fresh.clear()
        self.line.changed.clear()
        return None
