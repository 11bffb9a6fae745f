"""Who sits where: signing in at a seat, and taking one over from somebody who leaves.

Decides that a seat holds one agent and that nobody leaves before the relief is there. Knows no
calls: a wish to leave during one is kept by the agent's own table.
"""

from dataclasses import replace

from ari_app.core.agent import STATE_WORDS, AgentState, Signal
from ari_app.core.agents import TAKING_OVER, Agents, Out
from ari_app.core.commands import Refuse
from ari_app.core.desk_events import AgentHandedOver, AgentSignedIn
from ari_app.core.values import AgentId, Centre

SEAT_NEEDED = Refuse("seat_needed", "您的工号没有固定话机，请在签入时填写座位号（seat）。")


def sign_in(agents: Agents, centre: Centre, said: AgentSignedIn, now: float) -> Out:
    """Signing in again (another desk, a reload) leaves the state as it is."""
    if said.takes_over:
        return _take_over(agents, said, now)
    agent = agents.by_id[said.agent]
    place = said.seat or str(said.agent)
    if agent.state is not AgentState.OFFLINE:
        here = agents.endpoint(said.agent)
        if said.seat and said.seat != here:
            return [Refuse("signed_in_elsewhere", f"您已在座位 {here} 签入，请先在那里签出。")]
        return []
    refusal = _refusal(agents, centre, said.agent, place)
    if refusal is not None:
        return [refusal]
    agents.by_id[said.agent] = replace(agent, seat="" if place == said.agent else place)
    return agents.move(said.agent, Signal.SIGN_IN, now, reason="signed_in")


def _refusal(agents: Agents, centre: Centre, agent: AgentId, place: str) -> Refuse | None:
    if place == agent:
        if not agents.profile(agent).has_phone:
            return SEAT_NEEDED
    elif place not in centre.seats:
        known = "、".join(sorted(centre.seats)) or "（agents.yaml 中未设座位）"
        return Refuse("no_such_seat", f"没有座位 {place}；可用的座位：{known}。")
    holder = agents.at_seat(place)
    if holder is None:
        return None
    name = agents.profile(holder).name
    message = f"座位 {place} 上是 {name}（{holder}）；接班请在签入时填写 takes_over。"
    return Refuse("seat_taken", message)


def _take_over(agents: Agents, said: AgentSignedIn, now: float) -> Out:
    coming, whom = agents.by_id[said.agent], said.takes_over
    leaving = agents.by_id.get(whom) if whom else None
    if leaving is None or leaving.state is AgentState.OFFLINE:
        return [Refuse("not_there", f"{whom} 不在岗，无法接班；请直接签入。")]
    out: Out = []
    if coming.state is AgentState.OFFLINE:
        out = agents.move(said.agent, Signal.SIGN_IN, now, reason=TAKING_OVER)
    return [*out, *hand_over(agents, AgentHandedOver(leaving.agent_id, said.agent), now)]


def hand_over(agents: Agents, said: AgentHandedOver, now: float) -> Out:
    """The leaving agent's last call and its wrap-up come first; then both move at once."""
    leaving, coming = agents.by_id[said.agent], agents.by_id.get(said.to)
    if coming is None or coming is leaving:
        return [Refuse("no_such_agent", f"没有可接班的工号 {said.to}。")]
    if leaving.state is AgentState.OFFLINE:
        return [Refuse("not_there", f"{said.agent} 不在岗，没有可交的班。")]
    if coming.state is not AgentState.PAUSED:
        message = f"{said.to} 当前为 “{STATE_WORDS[coming.state]}”；请接班人先签入并保持未就绪。"
        return [Refuse("relief_not_there", message)]
    out: Out = []
    if coming.reason != TAKING_OVER:
        out += agents.move(said.to, Signal.WANT_PAUSE, now, reason=TAKING_OVER)
    agents.by_id[said.agent] = replace(leaving, relief=said.to)
    return [*out, *agents.move(said.agent, Signal.SIGN_OUT, now, reason="handed_over")]
