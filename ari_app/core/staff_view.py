"""What the API shows of agents' work: wrap-up lengths in force, rules, seats, modes.

Looks at the dispatcher and changes nothing.
"""

from ari_app.core.agent import Agent, AgentState
from ari_app.core.dispatch import Dispatcher
from ari_app.core.orders import shown_mode
from ari_app.core.records import Json
from ari_app.core.values import AgentId

NOBODY = AgentId("")


def wrap_up_of(dispatcher: Dispatcher, agent: Agent) -> dict[str, Json]:
    """Of the wrap-up that goes on; else of the longest that the agent's next call may bring."""
    if agent.state is AgentState.WRAP_UP and agent.until is not None:
        return {"wrap_up_s": round(agent.until - agent.since, 1), "wrap_up_because": "begun"}
    queues = dispatcher.centre.agents[agent.agent_id].queues
    longest = dispatcher.orders.longest_wrap_up(agent.agent_id, queues)
    return {"wrap_up_s": longest.length_s, "wrap_up_because": longest.because}


def kind_of_phone(dispatcher: Dispatcher, agent: Agent) -> str:
    centre = dispatcher.centre
    if (agent.seat or agent.agent_id) in centre.browser_phones:
        return "browser"
    has_own = centre.agents[agent.agent_id].has_phone
    return "sip" if has_own else "seat" if agent.seat else "none"


def wrap_ups(dispatcher: Dispatcher) -> dict[str, Json]:
    orders, centre = dispatcher.orders, dispatcher.centre
    queues: list[Json] = []
    for queue in centre.queues:
        held = orders.wrap_up(NOBODY, queue)
        queues.append({"queue": queue, "wrap_up_s": held.length_s, "because": held.because})
    agents: list[Json] = [
        {"agent": agent, "name": centre.agents[agent].name, "wrap_up_s": length_s}
        for agent, length_s in sorted(orders.agent_s.items())
        if agent in centre.agents
    ]
    mode = orders.surge.mode if orders.surge is not None else None
    return {"mode": mode, "queues": queues, "agents": agents}


def staffing(dispatcher: Dispatcher) -> dict[str, Json]:
    centre, rules = dispatcher.centre, dispatcher.centre.staffing
    sitting = {dispatcher.endpoint(a): a for a in dispatcher.agents if _is_there(dispatcher, a)}
    return {
        "pause_reasons": [
            {"name": name, "label": reason.label, "limit_s": reason.limit_s}
            for name, reason in rules.pause_reasons.items()
        ],
        "missed_offers": rules.missed_offers,
        "work_limit_s": rules.work_limit_s,
        "talk_limit_s": rules.talk_limit_s,
        "rest_s": rules.rest_s,
        "wrap_up_more": rules.wrap_up_more,
        "wrap_up_more_s": rules.wrap_up_more_s,
        "seats": [{"seat": seat, "agent": sitting.get(seat)} for seat in sorted(centre.seats)],
        "modes": [{"mode": name, "label": mode.label} for name, mode in centre.modes.items()],
        "surge": shown_mode(dispatcher.orders),
    }


def _is_there(dispatcher: Dispatcher, agent: AgentId) -> bool:
    return dispatcher.agents[agent].state is not AgentState.OFFLINE
