"""The third's leg, to a number or a colleague: called, answered, joined, gone; and what that does.

Decides how a transfer, a consultation and a three-way talk go and fail. Each function takes the
call and returns it as it is afterwards, what to do, and what the tree is to hear.
"""

from dataclasses import replace
from typing import Literal

import ivr
from ari_app.core.call import Call, Phase
from ari_app.core.call_parts import Third, ThirdState
from ari_app.core.commands import (
    Connect,
    DropBridge,
    HangUp,
    RingOutside,
    Tell,
    Write,
)
from ari_app.core.events import BridgeEntered
from ari_app.core.heard import TALK_ENDED, TRANSFER
from ari_app.core.journal_lines import Kind, note
from ari_app.core.legs import CONNECT_S, Out, leave_bridge, silence, talk_over
from ari_app.core.places import places, rearranged
from ari_app.core.seam import (
    CallFinished,
    ThirdAnswered,
    ThirdConnected,
    ThirdFailed,
    ThirdLeft,
)
from ari_app.core.talk import MOVES, PLACES, Move, Talk, Voice
from ari_app.core.values import LegId, QueueName, aside_of, bridge_of, outside_leg
from ari_app.core.world import OutsideNumber

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
    """Call the number; ``call.third`` stays None when there is none to call."""
    if not number:
        return call, []
    leg = outside_leg(call.call_id, call.outsides + 1)
    out: Out = [RingOutside(leg, call.call_id, number, ring_s, call.caller.number)]
    third = Third(leg, to, is_guest, until=now + ring_s)
    return replace(call, outsides=call.outsides + 1, third=third), out


def ring_guest(call: Call, to: str, known: OutsideNumber | None, now: float) -> tuple[Call, Out]:
    """The talk with the agent has begun: the third joins it."""
    call = replace(call, join="", interpreter="")
    out: Out = []
    if known is not None:
        call, out = ring(call, to, known.number, known.ring_s, now, is_guest=True)
    call = replace(call, talk=Talk.JOINED if call.third else Talk.TALKING)
    return call, [*out, *tell(call, to, "ringing" if call.third else "failed")]


def up(call: Call, third: Third, now: float) -> tuple[Call, Out]:
    """It was answered: fall silent and put it into the bridge."""
    if third.is_up:
        return call, []
    joining = replace(third, state=ThirdState.JOINING, until=now + CONNECT_S)
    if third.is_guest:
        after = replace(call, third=joining)
        answered: Out = [ThirdAnswered(call.call_id)] if third.agent else []
        return after, [*rearranged(call, after), *answered]
    call, out = silence(call)
    out.append(Connect(bridge_of(call.call_id), (LegId(call.call_id), third.leg)))
    return replace(call, third=joining), out


def entered(call: Call, third: Third, event: BridgeEntered, now: float) -> tuple[Call, Out]:
    """Somebody came into a bridge: once all who belong there are in it, they talk."""
    if event.bridge == bridge_of(call.call_id):
        call = replace(call, in_bridge=call.in_bridge | {event.leg})
    if third.state is not ThirdState.JOINING:
        return call, []
    if third.is_guest:
        is_there = (event.leg, event.bridge) == (third.leg, places(call)[third.leg])
    else:
        is_there = {third.leg, LegId(call.call_id)} <= call.in_bridge
    return joined(call, third, now) if is_there else (call, [])


def joined(call: Call, third: Third, now: float) -> tuple[Call, Out]:
    """They talk, now or since before we looked."""
    call = replace(call, third=replace(third, state=ThirdState.IN, until=None))
    if not third.is_guest:
        call = call.noting(now, TRANSFER, "answered")
        return _alone_with_third(call, now)
    out = tell(call, third.to, "joined")
    if third.agent is not None:
        out = [*out, ThirdConnected(call.call_id)]
    if call.phase is Phase.TRANSFERRING:
        call, more = _alone_with_third(call, now)
        return call, [*out, *more]
    if call.phase is Phase.TALKING and call.talk is Talk.PASSING:
        leaving: Out = [HangUp(call.leg)] if call.leg else []
        call, more = stays(call, now)
        return call, [*out, *leaving, *more]
    return call, [*out, Write(call.saved())]


def _alone_with_third(call: Call, now: float) -> tuple[Call, Out]:
    since = call.talk_since or now
    call = replace(call, phase=Phase.TRANSFERRED, talk_since=since, until=None, hung_up_by="")
    call = replace(call, promise=None)
    return call, [Write(call.saved())]


def stays(call: Call, now: float) -> tuple[Call, Out]:
    """The agent leaves: the citizen and the third go on, in the main bridge."""
    third = call.third
    assert third is not None
    after = replace(
        call,
        outcome=call.outcome_now(),
        agent=third.agent,
        leg=third.leg if third.agent else None,
        third=None if third.agent else third,
        talk=Talk.TALKING if third.agent else Talk.PASSING,
        phase=Phase.TALKING if third.agent else Phase.TRANSFERRED,
        served_by=third.agent or call.served_by,
        voice=Voice.OPEN,
        held_since=None,
        held_s=0.0,
        until=None,
    )
    out = talk_over(call)
    if third.agent is not None and third.state is not ThirdState.IN:
        out.append(ThirdConnected(call.call_id))
    # A colleague who came has been shown the talk of another so far.
    return after, [*out, *rearranged(call, after), Write(after.saved()), *told(after)]


def told(call: Call) -> Out:
    """How the talk stands now, for the agent's desk."""
    if call.agent is None:
        return []
    state = {"call": call.call_id, "talk": call.talk.value, "voice": call.voice.value}
    return [Tell(call.agent, "talk", dict(state))]


def gone(call: Call, third: Third, cause: int, now: float) -> Moved:
    """The leg is gone, or given up: busy, silent, failed, or hung up after the talk."""
    failed: Reason = "failed" if third.is_up else reason_of(cause)
    said = "ended" if third.state is ThirdState.IN else failed
    if call.phase is Phase.TALKING:
        call, out = left_talk(call, third, said, now)
        return call, [*out, *_freed(call, third, cause)], None
    call = replace(call, third=None)
    if not third.is_guest:  # of a guest the tree hears nothing
        call = call.noting(now, TRANSFER, said)
    match call.phase:
        case Phase.TRANSFERRING:
            out = leave_bridge(call) if third.is_up else []
            back = replace(call, phase=Phase.IN_FLOW, until=None, in_bridge=frozenset())
            return back, out, ivr.TransferFailed(failed)
        case Phase.TRANSFERRED:
            alone = call.after_talk(now, "outside")
            if third.is_guest:
                return alone.noting(now, TALK_ENDED), leave_bridge(call), ivr.TalkEnded()
            return alone, leave_bridge(call), ivr.TransferEnded()
    return call, [], None


def left_talk(call: Call, third: Third, said: str, now: float) -> tuple[Call, Out]:
    """The citizen keeps the agent, in the state that the table has for it."""
    state = MOVES[call.talk].get(Move.THIRD_GONE) or Talk.TALKING
    after = in_state(replace(call, third=None), state, now)
    steps = [*tell(call, third.to, said), *rearranged(call, after), Write(after.saved())]
    return after, [*steps, *hold_lines(call, after, now)]


def hold_lines(before: Call, after: Call, now: float) -> Out:
    """The journal's lines of a hold that begins or ends."""
    was, waits = PLACES[before.talk].has_music, PLACES[after.talk].has_music
    if was == waits:
        return []
    kind, agent = Kind.CALL_HELD if waits else Kind.CALL_RESUMED, after.agent or ""
    return [note(kind, now, call=after.call_id, agent=agent, queue=after.queue)]


def in_state(call: Call, state: Talk, now: float) -> Call:
    """The call in another state of its talk; how long the citizen was on hold is kept."""
    was, waits = PLACES[call.talk].has_music, PLACES[state].has_music
    if waits and not was:
        return replace(call, talk=state, held_since=now)
    if was and not waits and call.held_since is not None:
        held_s = call.held_s + max(0.0, now - call.held_since)
        return replace(call, talk=state, held_since=None, held_s=held_s)
    return replace(call, talk=state)


def drop(call: Call, third: Third | None) -> Out:
    """Hang up on the third, and take the bridge away if it is the third's."""
    if third is None:
        return []
    is_offer = third.agent is not None and not third.is_up
    out: Out = [HangUp(third.leg, "answered_elsewhere" if is_offer else "normal")]
    if call.leg is None and third.is_up:
        out.append(DropBridge(bridge_of(call.call_id)))
    return [*out, *_freed(call, third, None)]


def _freed(call: Call, third: Third, cause: int | None) -> Out:
    """A colleague's leg is over: the dispatcher has to know. No cause: we gave it up."""
    if third.agent is None:
        return []
    if third.state is ThirdState.IN:
        return [CallFinished(call.call_id, QueueName(call.queue), third.agent)]
    return [ThirdLeft(call.call_id) if cause is None else ThirdFailed(call.call_id, cause)]


def tell(call: Call, to: str, state: str) -> Out:
    """Nobody, if the agent left while the number was joining."""
    if call.agent is None:
        return []
    return [Tell(call.agent, "outside", {"call": call.call_id, "to": to, "state": state})]


def drop_rooms(call: Call) -> Out:
    """The bridges that the citizen's going leaves, beyond the agent's."""
    if call.phase is Phase.TRANSFERRING and call.third is not None and call.third.is_guest:
        return [DropBridge(bridge_of(call.call_id))]
    return [DropBridge(aside_of(call.call_id))] if call.talk is Talk.CONSULTING else []
