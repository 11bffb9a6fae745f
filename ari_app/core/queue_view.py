"""What the API shows of the queues as they stand: who waits, how long, and who is there for them.

Looks at the dispatcher and changes nothing.
"""

from collections import Counter

from ari_app.core.agent import AgentState
from ari_app.core.dispatch import Dispatcher
from ari_app.core.records import Json
from ari_app.core.values import CallId, QueueName
from ari_app.routing.callers import Waiting
from ari_app.routing.plan import steps_at


def queue_rows(dispatcher: Dispatcher, now: float) -> list[dict[str, Json]]:
    """One row for each queue of queues.yaml, in its order."""
    return [_row(dispatcher, queue, now) for queue in dispatcher.centre.queues]


def _row(dispatcher: Dispatcher, queue: QueueName, now: float) -> dict[str, Json]:
    line, figures = dispatcher.waiting, dispatcher.figures
    callers = [line[call] for _, _, call in line.in_queue(queue)]
    longest = max((now - one.since for one in callers), default=None)
    offered = sum(offer.waiting.queue == queue for offer in dispatcher.offers.values())
    return {
        "queue": queue,
        "strategy": dispatcher.centre.queue(queue).plan.strategy.value,
        "waiting": len(callers),
        "offered": offered,
        "longest_wait_s": None if longest is None else round(longest, 1),
        "expected_wait_s": figures.expected_wait_s(queue),
        "handling_s": round(figures.handling_s(queue), 1),
        "boost_s": dispatcher.queue_boost_s.get(queue, 0.0),
        "agents": dict(_agents(dispatcher, queue)),
        "callers": [_caller(dispatcher, one, now) for one in callers],
    }


def _agents(dispatcher: Dispatcher, queue: QueueName) -> Counter[str]:
    """By state, of those who take calls of this queue now; also lent ones."""
    states = Counter(
        agent.state.value
        for agent in dispatcher.agents.values()
        if queue in dispatcher.queues_of(agent.agent_id)
    )
    return Counter({state.value: states[state.value] for state in AgentState})


def _caller(dispatcher: Dispatcher, waiting: Waiting, now: float) -> dict[str, Json]:
    demand = dispatcher.waiting.demand(waiting.call)
    plan = dispatcher.centre.queue(QueueName(waiting.queue)).plan
    return {
        "call": waiting.call,
        "position": dispatcher.figures.position(CallId(waiting.call)),
        "waiting_s": round(now - waiting.since, 1),
        "expected_wait_s": dispatcher.figures.rest_of_wait_s(CallId(waiting.call)),
        "ahead_s": round(waiting.since - waiting.place, 1),
        "returned": waiting.is_returned,
        "step": len(steps_at(plan, waiting.steps_from, now)),
        "queues": [*sorted(demand.queues)],
        "sites": [*sorted(demand.sites)],
        "needs": dict(demand.needs),
        "waits_for": demand.only or None,
    }
