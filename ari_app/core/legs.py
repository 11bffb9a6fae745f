"""What is done with a call's legs on the way from one phase to the next.

Decides how a caller falls silent, leaves the queue or a bridge, and loses an agent. Plain functions
of a call: who calls them decides when.
"""

from dataclasses import replace
from typing import cast

from ari_app.core.call import Call, Phase
from ari_app.core.commands import (
    Command,
    DropBridge,
    HangUp,
    LeaveBridge,
    RenewRecording,
    StopMusic,
    StopPlay,
)
from ari_app.core.events import LegEvent, LegUp
from ari_app.core.pause import PauseState
from ari_app.core.seam import CallFinished, CallLeft, CallQueued, ToDialList, ToDispatcher
from ari_app.core.talk import Standing
from ari_app.core.values import AgentId, LegId, QueueName, bridge_of
from ivr.state import field_of

CONNECT_S = 3.0
"""How long legs may take to enter their bridge; Asterisk does it in milliseconds."""

HANG_UP_S = 5.0
"""How long a channel may take to go after we asked it to; then it is asked again."""

Out = list[Command | ToDispatcher | ToDialList]


def silence(call: Call) -> tuple[Call, Out]:
    """Stop the prompt and the music: the channel is needed for something else."""
    out: Out = [StopPlay(call.play)] if call.play is not None else []
    if call.has_music:
        out.append(StopMusic(LegId(call.call_id)))
    return replace(call, play=None, play_until=None, has_music=False), out


def queued(call: Call, now: float) -> CallQueued:
    last_agent, last_served_at = _last_served(call)
    return CallQueued(
        call.call_id,
        QueueName(call.queue),
        call.needs,
        call.priority,
        call.queued_at or now,
        call.card(),
        urgency=call.urgency or field_of(call.flow, "urgency") or "",
        is_vip=call.is_vip,
        last_agent=last_agent,
        last_served_at=last_served_at,
        returned=call.standing is Standing.RETURNED,
        wants=call.wants,
        steps_from=call.steps_from,
    )


def _last_served(call: Call) -> tuple[AgentId | None, float]:
    """Who talked to this number last, and when that call came; the history's newest is first."""
    for row in call.history.calls if call.history else ():
        if agent := row.get("agent_id"):
            return AgentId(str(agent)), float(cast(float, row.get("arrived_at") or 0.0))
    return None, 0.0


def leave_queue(call: Call, now: float) -> tuple[Call, Out]:
    """Nobody may be offered this caller any more; the phone that rings stops."""
    out = drop_agent(call)
    if call.phase in (Phase.QUEUED, Phase.OFFERED):
        out.append(CallLeft(call.call_id))
        call = replace(call, unqueued_at=now)
    return replace(call, phase=Phase.IN_FLOW, agent=None, leg=None, until=None), out


def drop_agent(call: Call) -> Out:
    """Stop the phone, or end the talk, and take the bridge away."""
    if call.leg is None:
        return []
    bridge = DropBridge(bridge_of(call.call_id))
    match call.phase:
        case Phase.DIALLING:
            return [HangUp(call.leg)]
        case Phase.OFFERED:
            return [HangUp(call.leg, "answered_elsewhere")]
        case Phase.CONNECTING:
            return [HangUp(call.leg, "answered_elsewhere"), bridge]
        case Phase.ENDING:
            return [bridge]
    return [HangUp(call.leg), bridge]


def leave_bridge(call: Call) -> Out:
    """Take the caller out of the bridge before speaking to them, and the bridge away."""
    bridge = bridge_of(call.call_id)
    return [LeaveBridge(LegId(call.call_id), bridge), DropBridge(bridge)]


def renewed(call: Call) -> RenewRecording:
    """The recording is to hear whoever comes next; a pause of it goes on."""
    is_muted = call.pause is not None and call.pause.state is not PauseState.ENDING
    return RenewRecording(call.call_id, is_muted)


def talk_over(call: Call) -> Out:
    if call.agent is None:
        return []
    return [CallFinished(call.call_id, QueueName(call.queue), call.agent)]


def for_nobody(event: LegEvent) -> Out:
    """An agent who answers when the caller has just gone must not talk to nobody."""
    return [HangUp(event.leg)] if isinstance(event, LegUp) else []
