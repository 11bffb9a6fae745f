"""What agents want for themselves, what supervisors order, and what time brings to both.

Decides which wish is refused and with which sentence. Knows no offers: what concerns a call is the
dispatcher's.
"""

import math
from dataclasses import replace

from ari_app.core.agent import STATE_WORDS, Agent, AgentState, Signal
from ari_app.core.agents import (
    DESK_GONE_PAUSE_S,
    DESK_GONE_SIGN_OUT_S,
    FATIGUE,
    Agents,
    Out,
    is_desk_gone,
)
from ari_app.core.commands import Refuse, Tell
from ari_app.core.desk_events import AgentForced, DeskConnected, DeskLost
from ari_app.core.records import Json
from ari_app.core.seats import SEAT_NEEDED
from ari_app.core.values import AgentId

NO_SUCH_AGENT = Refuse("no_such_agent", "没有这个工号；它可能已从 agents.yaml 中删除。")

SIGNAL_OF = {
    "ready": Signal.WANT_READY,
    "paused": Signal.WANT_PAUSE,
    "offline": Signal.SIGN_OUT,
}


def wish(agents: Agents, agent: AgentId, signal: Signal, now: float, reason: str) -> Out:
    now_is = agents.by_id[agent]
    if now_is.moved(signal, now) is None:
        if signal is Signal.WANT_READY and now_is.state is AgentState.READY:
            return []
        return [refusal(now_is, signal)]
    if signal is Signal.WANT_READY and (not_yet := _not_yet(agents, now_is, now)):
        return [not_yet]
    return agents.move(agent, signal, now, reason=reason)


def pause(agents: Agents, agent: AgentId, text: str, now: float) -> Out:
    """The reason by its name or its label, where the centre lists its reasons."""
    reason = agents.rules.reason_named(text)
    if reason is None:
        known = "、".join(one.label for one in agents.rules.pause_reasons.values())
        return [Refuse("no_such_reason", f"没有原因“{text}”；可选：{known}。")]
    return wish(agents, agent, Signal.WANT_PAUSE, now, reason)


def _not_yet(agents: Agents, agent: Agent, now: float) -> Refuse | None:
    if agent.state is not AgentState.PAUSED:
        return None
    if not agent.seat and not agents.profile(agent.agent_id).has_phone:
        return SEAT_NEEDED
    rest_s = agents.rules.rest_s - (now - (agent.strain.away_since or now))
    is_resting = agent.reason == FATIGUE and agent.until is not None and now < agent.until
    back = agent.strain.at_work(now, agents.rules)
    if not is_resting and back.tired(now, agents.rules) is None:
        return None
    minutes = max(1, math.ceil(rest_s / 60))
    return Refuse("must_rest", f"您已连续工作过久，请再休息 {minutes} 分钟；如需提前返岗请找班长。")


def force(agents: Agents, said: AgentForced, now: float) -> Out:
    """What a supervisor orders: at once when the agent is free, else after the call."""
    agent, signal = agents.by_id[said.agent], SIGNAL_OF[said.state]
    if agent.state is AgentState.OFFLINE:
        return [Refuse("not_there", f"{said.agent} 未签入，无法改变其状态。")]
    if agent.state.value == said.state == "ready":
        return []
    if agent.moved(signal, now, by=said.by) is None:
        return [refusal(agent, signal)]
    reason = agents.rules.reason_named(said.reason) or said.reason
    out = agents.move(said.agent, signal, now, reason=reason, by=said.by)
    by = agents.by_id.get(AgentId(said.by))
    data: dict[str, Json] = {
        "state": said.state,
        "reason": reason,
        "by": said.by,
        "by_name": agents.profile(by.agent_id).name if by is not None else "",
        "is_after_call": agents.by_id[said.agent].state.value != said.state,
    }
    return [*out, Tell(said.agent, "forced", data)]


def more_wrap_up(agents: Agents, agent_id: AgentId) -> Out:
    """Longer than it began with, so often as the centre allows; never shorter."""
    agent, rules = agents.by_id[agent_id], agents.rules
    if agent.state is not AgentState.WRAP_UP or agent.until is None:
        return [refusal(agent, Signal.WRAP_UP_END)]
    if agent.extended >= rules.wrap_up_more:
        message = f"话后整理最多可延长 {rules.wrap_up_more} 次，已用完。"
        return [Refuse("no_more_wrap_up", message)]
    until = agent.until + rules.wrap_up_more_s
    return agents.put(replace(agent, until=until, extended=agent.extended + 1))


def desk_changed(agents: Agents, said: DeskConnected | DeskLost, now: float) -> Out:
    agent = agents.by_id[said.agent]
    if isinstance(said, DeskConnected):
        return agents.put(replace(agent, has_desk=True, desk_lost_at=None))
    if agent.state is AgentState.OFFLINE:
        return agents.put(replace(agent, has_desk=False, desk_lost_at=None))
    return agents.put(replace(agent, desk_lost_at=now))


# --- time passes ---------------------------------------------------------------------------------


def due(agents: Agents, agent_id: AgentId, now: float) -> Out:
    """All that time alone brings, but the end of a wrap-up."""
    return [
        *_pause_overdue(agents, agents.by_id[agent_id], now),
        *agents.warn(agent_id, now),
        *agents.keep_away(agent_id, now),
        *_avoids_no_more(agents, agents.by_id[agent_id], now),
        *_desk_overdue(agents, agents.by_id[agent_id], now),
    ]


def _pause_overdue(agents: Agents, agent: Agent, now: float) -> Out:
    """Nobody is called back to work by a clock, but the supervisors see it."""
    is_over = agent.state is AgentState.PAUSED and agent.until is not None and agent.until <= now
    if not is_over or agent.is_over_limit:
        return []
    late = replace(agent, is_over_limit=True)
    return [*agents.put(late), *agents.alert(late, "pause_too_long")]


def _avoids_no_more(agents: Agents, agent: Agent, now: float) -> Out:
    if agent.avoids_until is not None and agent.avoids_until <= now:
        agents.by_id[agent.agent_id] = replace(agent, avoids=None, avoids_until=None)
    return []


def _desk_overdue(agents: Agents, agent: Agent, now: float) -> Out:
    """A desk that does not come back: no more calls, then out. In a call it has time to."""
    is_free = agent.state in (AgentState.READY, AgentState.PAUSED)
    if is_free and is_desk_gone(agent, now, DESK_GONE_SIGN_OUT_S):
        agents.put(replace(agent, desk_lost_at=None, has_desk=False))
        return agents.move(agent.agent_id, Signal.SIGN_OUT, now, reason="desk_lost")
    if is_desk_gone(agent, now, DESK_GONE_PAUSE_S) and agent.state is AgentState.READY:
        return agents.move(agent.agent_id, Signal.WANT_PAUSE, now, reason="desk_lost")
    agents.index(agent)
    return []


_WISHES = {
    Signal.SIGN_OUT: "签出",
    Signal.WANT_READY: "示闲",
    Signal.WANT_PAUSE: "示忙",
    Signal.WRAP_UP_END: "结束或延长话后整理",
    Signal.SUPERVISE: "监听",
}
_ADVICE = {
    AgentState.OFFLINE: "请先签入。",
    AgentState.OFFERED: "请先接听或拒接。",
    AgentState.TALKING: "请等本次通话结束后再试。",
    AgentState.WRAP_UP: "请先结束话后整理。",
    AgentState.SUPERVISING: "请先退出监听。",
}


def refusal(agent: Agent, signal: Signal) -> Refuse:
    if agent.after_by and signal in (Signal.WANT_READY, Signal.WANT_PAUSE):
        message = (
            f"班长（{agent.after_by}）已指定您本次通话后为 “{STATE_WORDS[agent.after_call]}”。"
        )
        return Refuse("ordered", message)
    now = f"当前状态为“{STATE_WORDS[agent.state]}”，不能{_WISHES.get(signal, signal.value)}。"
    return Refuse("not_now", f"{now}{_ADVICE.get(agent.state, '')}")
