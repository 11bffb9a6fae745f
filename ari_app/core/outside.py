"""The leg to an outside number: called, answered, joined, gone; and what that does to the call.

Decides how a transfer and a three-way talk go and fail. Each function takes the call and returns it
as it is afterwards, what to do, and what the tree is to hear. Knows no other leg's rules.
"""

from dataclasses import replace
from typing import Literal

import ivr
from ari_app.core.call import Call, Phase
from ari_app.core.call_parts import Outside, OutsideState
from ari_app.core.commands import (
    Connect,
    DropBridge,
    HangUp,
    RingOutside,
    Tell,
    Write,
)
from ari_app.core.heard import TALK_ENDED, TRANSFER
from ari_app.core.legs import CONNECT_S, Out, leave_bridge, silence
from ari_app.core.values import LegId, bridge_of, outside_leg

GUEST_RING_S = 30.0
"""How long a number rings that is called into a talk."""

NO_ANSWER = 19
"""Q.850: it rang, and nobody answered."""

BUSY_CAUSES = frozenset({17, 21})
"""User busy; call rejected (603): somebody is there and cannot take it."""
NO_ANSWER_CAUSES = frozenset({0, 18, 19})
"""Asterisk says 0 when it gave up ringing by itself."""

Reason = Literal["busy", "no_answer", "failed"]
Moved = tuple[Call, Out, ivr.Event | None]


def reason_of(cause: int) -> Reason:
    if cause in BUSY_CAUSES:
        return "busy"
    return "no_answer" if cause in NO_ANSWER_CAUSES else "failed"


def ring(
    call: Call, to: str, number: str, ring_s: float, now: float, *, is_guest: bool = False
) -> tuple[Call, Out]:
    """Call the number; ``call.outside`` stays None when there is none to call."""
    if not number:
        return call, []
    leg = outside_leg(call.call_id, call.outsides + 1)
    out: Out = [RingOutside(leg, call.call_id, number, ring_s, call.caller.number)]
    outside = Outside(leg, to, is_guest, until=now + ring_s)
    return replace(call, outsides=call.outsides + 1, outside=outside), out


def ring_guest(call: Call, number: str, now: float) -> tuple[Call, Out]:
    """The talk with the agent has begun: the third joins it."""
    to = call.join
    call, out = ring(replace(call, join=""), to, number, GUEST_RING_S, now, is_guest=True)
    return call, [*out, *_tell(call, to, "ringing" if call.outside else "failed")]


def up(call: Call, outside: Outside, now: float) -> tuple[Call, Out]:
    """It was answered: fall silent and put it into the bridge."""
    if outside.state is not OutsideState.RINGING:
        return call, []
    bridge = bridge_of(call.call_id)
    out: Out = []
    if outside.is_guest:
        out.append(Connect(bridge, (outside.leg,)))
    else:
        call, out = silence(call)
        out.append(Connect(bridge, (LegId(call.call_id), outside.leg)))
    joining = replace(outside, state=OutsideState.JOINING, until=now + CONNECT_S)
    return replace(call, outside=joining), out


def entered(call: Call, outside: Outside, leg: LegId, now: float) -> tuple[Call, Out]:
    """Somebody came into the bridge: once the caller and the number are in it, they talk."""
    call = replace(call, in_bridge=call.in_bridge | {leg})
    if outside.state is not OutsideState.JOINING or outside.leg not in call.in_bridge:
        return call, []
    if not outside.is_guest and LegId(call.call_id) not in call.in_bridge:
        return call, []
    return joined(call, outside, now)


def joined(call: Call, outside: Outside, now: float) -> tuple[Call, Out]:
    """The caller and the number talk, now or since before we looked."""
    inside = replace(outside, state=OutsideState.IN, until=None)
    call = replace(call, outside=inside)
    if outside.is_guest:
        out = _tell(call, outside.to, "joined")
    else:
        since = call.talk_since or now
        call = replace(call, phase=Phase.TRANSFERRED, talk_since=since, until=None, hung_up_by="")
        call = call.noting(now, TRANSFER, "answered")
        out = []
    return call, [*out, Write(call.saved())]


def stays(call: Call, now: float) -> tuple[Call, Out]:
    """The agent left a talk of three: the caller and the number go on."""
    call = replace(
        call, phase=Phase.TRANSFERRED, outcome=call.outcome_now(), agent=None, leg=None, until=None
    )
    return call, [Write(call.saved())]


def gone(call: Call, outside: Outside, cause: int, now: float) -> Moved:
    """The leg is gone, or given up: busy, silent, failed, or hung up after the talk."""
    failed: Reason = reason_of(cause) if outside.state is OutsideState.RINGING else "failed"
    said = "ended" if outside.state is OutsideState.IN else failed
    call = replace(call, outside=None)
    if not outside.is_guest:  # of a guest the tree hears nothing
        call = call.noting(now, TRANSFER, said)
    match call.phase:
        case Phase.TRANSFERRING:
            out = leave_bridge(call) if outside.state is OutsideState.JOINING else []
            back = replace(call, phase=Phase.IN_FLOW, until=None, in_bridge=frozenset())
            return back, out, ivr.TransferFailed(failed)
        case Phase.TRANSFERRED:
            alone = call.after_talk(now, "outside")
            if outside.is_guest:
                return alone.noting(now, TALK_ENDED), leave_bridge(call), ivr.TalkEnded()
            return alone, leave_bridge(call), ivr.TransferEnded()
        case Phase.TALKING:
            return call, _tell(call, outside.to, said), None
    return call, [], None


def drop(call: Call) -> Out:
    """Hang up on the number, and take the bridge away if it is the number's."""
    outside = call.outside
    if outside is None:
        return []
    out: Out = [HangUp(outside.leg)]
    if call.leg is None and outside.state is not OutsideState.RINGING:
        out.append(DropBridge(bridge_of(call.call_id)))
    return out


def _tell(call: Call, to: str, state: str) -> Out:
    """Nobody, if the agent left while the number was joining."""
    if call.agent is None:
        return []
    return [Tell(call.agent, "outside", {"call": call.call_id, "to": to, "state": state})]
