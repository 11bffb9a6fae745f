"""What agents want for themselves: to sign in, be ready, pause, leave; and a desk that vanishes.

Decides which wish is refused and with which sentence. Knows no offers: what concerns a call is the
dispatcher's.
"""

from dataclasses import replace

from ari_app.core.agent import Agent, AgentState, Signal
from ari_app.core.agents import (
    DESK_GONE_PAUSE_S,
    DESK_GONE_SIGN_OUT_S,
    Agents,
    Out,
    is_desk_gone,
)
from ari_app.core.commands import Refuse
from ari_app.core.events import DeskConnected, DeskLost
from ari_app.core.values import AgentId

NO_SUCH_AGENT = Refuse("no_such_agent", "没有这个工号；它可能已从 agents.yaml 中删除。")


def sign_in(agents: Agents, agent: AgentId, now: float) -> Out:
    """Signing in again (another desk, a reload) leaves the state as it is."""
    if agents.by_id[agent].state is not AgentState.OFFLINE:
        return []
    return agents.move(agent, Signal.SIGN_IN, now, reason="signed_in")


def wish(agents: Agents, agent: AgentId, signal: Signal, now: float, reason: str) -> Out:
    if agents.by_id[agent].moved(signal, now) is None:
        if signal is Signal.WANT_READY and agents.by_id[agent].state is AgentState.READY:
            return []
        return [refusal(agents.by_id[agent], signal)]
    return agents.move(agent, signal, now, reason=reason)


def desk_changed(agents: Agents, said: DeskConnected | DeskLost, now: float) -> Out:
    agent = agents.by_id[said.agent]
    if isinstance(said, DeskConnected):
        return agents.put(replace(agent, has_desk=True, desk_lost_at=None))
    if agent.state is AgentState.OFFLINE:
        return agents.put(replace(agent, has_desk=False, desk_lost_at=None))
    return agents.put(replace(agent, desk_lost_at=now))


def desk_overdue(agents: Agents, agent: Agent, now: float) -> Out:
    """A desk that does not come back: no more calls, then out."""
    if is_desk_gone(agent, now, DESK_GONE_SIGN_OUT_S):
        agents.put(replace(agent, desk_lost_at=None, has_desk=False))
        return agents.move(agent.agent_id, Signal.SIGN_OUT, now, reason="desk_lost")
    if is_desk_gone(agent, now, DESK_GONE_PAUSE_S) and agent.state is AgentState.READY:
        return agents.move(agent.agent_id, Signal.WANT_PAUSE, now, reason="desk_lost")
    agents.index(agent)
    return []


def refusal(agent: Agent, signal: Signal) -> Refuse:
    return Refuse(
        "not_now",
        f"当前状态为 {agent.state.value}，不能执行 {signal.value}。请等本次通话结束后再试。",
    )
