"""How long the queues are: callers waiting, places, agents, and how long a wait will be.

Decides the estimate. Looks at the dispatcher's own tables and changes none of them.

The estimate: talks of the agents who can take a caller end every ``handling / agents`` seconds,
where ``handling`` is the mean of talk and wrap-up over the queue's last talks and ``agents`` are
those at work who fit. Somebody with ``n`` callers before them waits until ``n + 1`` are over. Of
callers before them who ask for something else, those count that fall to the same agents: all if
only these can take them, a half if half of those who can are these. It is 0 while an agent fits who
is ready and nobody goes before, and not known while nobody who fits is at work.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

from ari_app.core.agent import AWAY, Agent, AgentState
from ari_app.core.offer import Offer
from ari_app.core.values import AgentId, CallId, Centre, QueueName
from ari_app.core.waiting_line import WaitingLine
from ari_app.routing.callers import Demand, Key
from ari_app.routing.line import before
from ari_app.routing.plan import demand_of

KEPT_TALKS = 50
FEWEST_TALKS = 5
FIRST_HANDLING_S = 180.0
"""The mean that is believed until a queue has had ``FEWEST_TALKS``."""

LAST: Key = (True, float("inf"), "")


class Figures(Protocol):
    """What a tree may ask about the queues; None is "not known"."""

    def waiting(self, queue: str) -> int | None: ...

    def expected_wait_s(self, queue: str) -> float | None:
        """Of a caller who would come now."""
        ...

    def position(self, call: CallId) -> int | None:
        """1 is next; None for a call that does not wait."""
        ...

    def rest_of_wait_s(self, call: CallId) -> float | None: ...

    def signed_in(self, skill: str) -> int: ...


class QueueFigures:
    """The dispatcher's answers. The tables are its own, so they are always of this moment."""

    def __init__(
        self,
        centre: Centre,
        agents: Mapping[AgentId, Agent],
        line: WaitingLine,
        offers: Mapping[CallId, Offer],
    ) -> None:
        self._centre = centre
        self._agents = agents
        self._line = line
        self._offers = offers
        self._handled: dict[str, deque[float]] = {}

    def talked(self, queue: QueueName, handling_s: float) -> None:
        """One more talk of this queue, with its wrap-up; a queue that a gap hid counts nowhere."""
        if queue:
            self._handled.setdefault(queue, deque(maxlen=KEPT_TALKS)).append(handling_s)

    def handling_s(self, queue: str) -> float:
        talks = self._handled.get(queue, ())
        return sum(talks) / len(talks) if len(talks) >= FEWEST_TALKS else FIRST_HANDLING_S

    def waiting(self, queue: str) -> int | None:
        if QueueName(queue) not in self._centre.queues:
            return None
        return len(self._line.line.in_queue(queue))

    def expected_wait_s(self, queue: str) -> float | None:
        if QueueName(queue) not in self._centre.queues:
            return None
        return self._wait_s(queue, demand_of(queue, (), self._line.plan(queue), ()), LAST)

    def position(self, call: CallId) -> int | None:
        if call in self._offers:
            return 1
        mine = self._line.line.get(call)
        return None if mine is None else self._line.line.place_in_queue(mine) + 1

    def rest_of_wait_s(self, call: CallId) -> float | None:
        if call in self._offers:
            return 0.0
        mine = self._line.line.get(call)
        if mine is None:
            return None
        demand = replace(self._line.line.demand(call), only="")
        return self._wait_s(mine.queue, demand, mine.key)

    def signed_in(self, skill: str) -> int:
        """Also those who are talking or on a break."""
        return sum(
            skill in self._centre.agents[agent.agent_id].skills
            for agent in self._agents.values()
            if agent.state is not AgentState.OFFLINE
        )

    def _wait_s(self, queue: str, demand: Demand, key: Key) -> float | None:
        at_work = frozenset(a for a, agent in self._agents.items() if agent.state not in AWAY)
        mine = self._line.pool.fitting(demand) & at_work
        if not mine:
            return None
        ahead = self._ahead(mine, at_work, key)
        is_ready = any(self._agents[AgentId(a)].state is AgentState.READY for a in mine)
        if ahead == 0 and is_ready:
            return 0.0
        return round((ahead + 1) * self.handling_s(queue) / len(mine), 1)

    def _ahead(self, mine: frozenset[str], at_work: frozenset[AgentId], key: Key) -> float:
        """How many go before, each by the share in which it falls to these agents."""
        ahead = 0.0
        for row in self._line.line.rows():
            earlier = before(row.keys, key)
            fitting = row.fitting & at_work if earlier else frozenset()
            if fitting:
                ahead += earlier * len(fitting & mine) / len(fitting)
        return ahead
