"""How long the queues are: callers waiting, places, agents, and how long a wait will be.

Decides the estimate. Looks at the dispatcher's own tables and changes none of them.

The estimate: somebody who has ``n`` callers before them waits until ``n + 1`` talks are done. Talks
of a queue end every ``handling / agents`` seconds, where ``handling`` is the mean of talk and
wrap-up over the queue's last talks and ``agents`` are those at work for it. It is 0 while an agent
is ready and nobody waits, and not known while no agent is at work.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Protocol

from ari_app.core.agent import Agent, AgentState
from ari_app.core.offer import Offer
from ari_app.core.values import AgentId, CallId, Centre, QueueName
from ari_app.routing.match import Waiting, in_order

KEPT_TALKS = 50
FEWEST_TALKS = 5
FIRST_HANDLING_S = 180.0
"""The mean that is believed until a queue has had ``FEWEST_TALKS``."""

AWAY = frozenset({AgentState.OFFLINE, AgentState.PAUSED})


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
    """The dispatcher's answers. The mappings are its own, so they are always of this moment."""

    def __init__(
        self,
        centre: Centre,
        agents: Mapping[AgentId, Agent],
        waiting: Mapping[CallId, Waiting],
        offers: Mapping[CallId, Offer],
    ) -> None:
        self._centre = centre
        self._agents = agents
        self._waiting = waiting
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
        return sum(caller.queue == queue for caller in self._waiting.values())

    def expected_wait_s(self, queue: str) -> float | None:
        ahead = self.waiting(queue)
        return None if ahead is None else self._wait_s(queue, ahead)

    def position(self, call: CallId) -> int | None:
        if call in self._offers:
            return 1
        mine = self._waiting.get(call)
        if mine is None:
            return None
        line = in_order(one for one in self._waiting.values() if one.queue == mine.queue)
        return line.index(mine) + 1

    def rest_of_wait_s(self, call: CallId) -> float | None:
        if call in self._offers:
            return 0.0
        place = self.position(call)
        return None if place is None else self._wait_s(self._waiting[call].queue, place - 1)

    def signed_in(self, skill: str) -> int:
        """Also those who are talking or on a break."""
        return sum(
            skill in self._centre.agents[agent.agent_id].skills
            for agent in self._agents.values()
            if agent.state is not AgentState.OFFLINE
        )

    def _wait_s(self, queue: str, ahead: int) -> float | None:
        states = [agent.state for agent in self._at_work(queue)]
        if not states:
            return None
        if ahead == 0 and AgentState.READY in states:
            return 0.0
        return round((ahead + 1) * self.handling_s(queue) / len(states), 1)

    def _at_work(self, queue: str) -> Iterator[Agent]:
        for agent in self._agents.values():
            profile = self._centre.agents[agent.agent_id]
            if agent.state not in AWAY and QueueName(queue) in profile.queues:
                yield agent
