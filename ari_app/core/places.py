"""Who has to be in which bridge, and how to get there from where they were.

Decides the order of the steps, so that nobody hears what is not for them: who must not hear leaves
before the music begins, and the music ends before anybody comes in. What a talk's state means is
``talk.py``'s.
"""

from collections.abc import Mapping

from ari_app.core.call import Call, Phase
from ari_app.core.commands import (
    Connect,
    DropBridge,
    LeaveBridge,
    StartHoldMusic,
    StartRinging,
    StopHoldMusic,
    StopRinging,
)
from ari_app.core.legs import Out
from ari_app.core.talk import PLACES, Room, Talk
from ari_app.core.values import BridgeId, LegId, aside_of, bridge_of

Places = Mapping[LegId, BridgeId | None]


def places(call: Call) -> Places:
    """The bridge of each leg of a talk; None for one that has to be in none."""
    row = PLACES[call.talk]
    where: dict[LegId, BridgeId | None] = {LegId(call.call_id): bridge_of(call.call_id)}
    if call.leg is not None:
        where[call.leg] = _bridge(call, row.agent)
    if call.third is not None and call.third.is_up:
        where[call.third.leg] = _bridge(call, row.third)
    return where


def third_place(call: Call) -> BridgeId | None:
    """Where the third belongs once it is there."""
    return _bridge(call, PLACES[call.talk].third)


def has_hold_music(call: Call) -> bool:
    """Whether the citizen waits in the bridge."""
    if call.phase not in (Phase.TALKING, Phase.TRANSFERRING):
        return False
    has_company = call.third is not None and call.third.is_up and call.talk is Talk.PASSING
    return PLACES[call.talk].has_music and not has_company


def hears_ringing(call: Call) -> bool:
    """Whether the agent waits, apart from the citizen, for a third who has not answered yet.

    Not beside the citizen: Asterisk ends a channel's tone with the first word that reaches it.
    """
    is_waiting = call.third is not None and not call.third.is_up
    is_apart = PLACES[call.talk].agent is not Room.MAIN
    return call.phase is Phase.TALKING and call.leg is not None and is_waiting and is_apart


def quiet(before: Call, after: Call | None = None) -> Out:
    """The ringing that the agent heard ends."""
    goes_on = after is not None and hears_ringing(after)
    if before.leg is None or not hears_ringing(before) or goes_on:
        return []
    return [StopRinging(before.leg)]


def rearranged(before: Call, after: Call, music: str = "default") -> Out:
    """The steps from one arrangement to the other."""
    was, will = places(before), places(after)
    out: Out = quiet(before, after)
    out += [
        LeaveBridge(leg, bridge)
        for leg, bridge in was.items()
        if bridge is not None and will.get(leg, bridge) is None
    ]
    if has_hold_music(before) and not has_hold_music(after):
        out.append(StopHoldMusic(bridge_of(after.call_id)))
    out += _entering(was, will)
    if has_hold_music(after) and not has_hold_music(before):
        out.append(StartHoldMusic(bridge_of(after.call_id), music))
    if after.leg is not None and hears_ringing(after) and not hears_ringing(before):
        out.append(StartRinging(after.leg))
    if before.talk is Talk.CONSULTING and after.talk is not Talk.CONSULTING:
        out.append(DropBridge(aside_of(after.call_id)))
    return out


def restored_places(call: Call, music: str) -> Out:
    """Every step anew, for legs that are found elsewhere. Repeating one changes nothing."""
    here = places(call)
    main = bridge_of(call.call_id)
    out: Out = [] if has_hold_music(call) else [StopHoldMusic(main)]
    out += [LeaveBridge(leg, main) for leg, bridge in here.items() if bridge is None]
    out += _entering({}, here)
    out += [StartHoldMusic(main, music)] if has_hold_music(call) else []
    return [*out, StartRinging(call.leg)] if call.leg and hears_ringing(call) else out


def _entering(was: Places, will: Places) -> Out:
    """One step for all who enter the same bridge."""
    entering: dict[BridgeId, list[LegId]] = {}
    for leg, bridge in will.items():
        if bridge is not None and was.get(leg) != bridge:
            entering.setdefault(bridge, []).append(leg)
    return [Connect(bridge, tuple(legs)) for bridge, legs in entering.items()]


def _bridge(call: Call, room: Room | None) -> BridgeId | None:
    match room:
        case Room.MAIN:
            return bridge_of(call.call_id)
        case Room.ASIDE:
            return aside_of(call.call_id)
    return None
