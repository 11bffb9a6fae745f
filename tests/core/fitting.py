"""Who fits whom, found the slow way: every caller with every agent, from the profiles alone."""

from ari_app.core.dispatch import Dispatcher
from ari_app.core.values import AgentId
from ari_app.routing.callers import Demand
from ari_app.routing.line import Line


def fitting_pairs(dispatcher: Dispatcher) -> list[tuple[str, str]]:
    """All callers who wait with all agents who are ready and could take them."""
    line = dispatcher.waiting
    assert isinstance(line, Line)
    return [
        (call, agent)
        for call in line
        for agent, one in dispatcher._agents.ready.items()
        if one.avoids != call and fits(dispatcher, AgentId(agent), line.demand(call))
    ]


def fits(dispatcher: Dispatcher, agent: AgentId, demand: Demand) -> bool:
    if demand.only:
        return agent == demand.only
    profile = dispatcher.centre.agents[agent]
    return (
        any(queue in dispatcher._agents.queues_of(agent) for queue in demand.queues)
        and (not demand.sites or profile.site in demand.sites)
        and all(profile.skills.get(skill, 0) >= level for skill, level in demand.needs)
    )
