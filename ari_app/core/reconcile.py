"""What we believe against what Asterisk holds: one comparison for start, reconnect and sweeping.

After a gap in the events (``is_resync``) every difference is acted on at once, for the events that
would explain it are lost. In a sweep the explaining event may just be on its way, so a difference
must be seen twice. Asterisk is right: calls it lost are closed, calls it holds are taken up.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from ari_app.core.call import RESUMED_IDS, Call, Phase
from ari_app.core.call_parts import Third, ThirdState
from ari_app.core.calls import CallEngine
from ari_app.core.commands import Connect, DropBridge, HangUp, StopPlay, Write
from ari_app.core.events import AsteriskSeen, LegDown, LegUp
from ari_app.core.legs import Out, leave_queue
from ari_app.core.places import has_hold_music, places, third_place
from ari_app.core.seam import CallAdopted
from ari_app.core.talk import PLACES, Room, Talk
from ari_app.core.values import (
    BridgeId,
    BridgeSeen,
    CallId,
    LegId,
    LegSeen,
    PlayId,
    aside_of,
    bridge_of,
    call_of,
    is_outside,
    is_placed,
)

BRIDGED = (
    Phase.CONNECTING,
    Phase.TALKING,
    Phase.TRANSFERRING,
    Phase.TRANSFERRED,
    Phase.ENDING,
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference, named so that the next sweep knows it again, and what to do about it."""

    key: str
    mend: Callable[[], Out]


class View:
    """Asterisk's side, arranged by call."""

    def __init__(self, seen: AsteriskSeen) -> None:
        self.legs = {leg.leg: leg for leg in seen.legs}
        self.bridges = {bridge.bridge: bridge for bridge in seen.bridges}
        self.ended = seen.ended
        self.is_resync = seen.is_resync

    def talking_to(self, call: CallId, known: LegId | None = None) -> LegSeen | None:
        """The agent's leg that shares the call's bridge with the caller, if there is one; of two
        the one that is known."""
        agents = [leg for leg in self._with_caller(call) if leg.agent_id]
        return next((leg for leg in agents if leg.leg == known), agents[0] if agents else None)

    def where(self, leg: LegId) -> BridgeId | None:
        bridges = (bridge_of(call_of(leg)), aside_of(call_of(leg)))
        return next((b for b in bridges if b in self.bridges and leg in self.bridges[b].legs), None)

    def outside_with(self, call: CallId) -> LegSeen | None:
        """The leg to an outside number that shares the call's bridge with the caller."""
        return next((leg for leg in self._with_caller(call) if is_outside(leg.leg)), None)

    def _with_caller(self, call: CallId) -> list[LegSeen]:
        bridge = self.bridges.get(bridge_of(call), BridgeSeen(bridge_of(call), frozenset()))
        if LegId(call) not in bridge.legs:
            return []
        return [self.legs[leg] for leg in sorted(bridge.legs) if leg in self.legs]


def differences(
    calls: CallEngine, seen: AsteriskSeen, ringing: frozenset[CallId], now: float
) -> Iterator[Finding]:
    """Every difference. ``ringing`` are the calls whose offered agent's phone was asked to ring."""
    view = View(seen)
    for call in list(calls.calls.values()):
        yield from _believed(calls, call, view, ringing, now)
    for leg in view.legs.values():
        yield from _leg_unknown(calls, leg, view, now)
    for bridge in view.bridges.values():
        call_id = call_of(bridge.bridge)
        held = calls.calls.get(call_id)
        if bridge.bridge == aside_of(call_id):
            if held is None or held.talk is not Talk.CONSULTING:
                yield Finding(f"bridge {bridge.bridge}", _always([DropBridge(bridge.bridge)]))
            continue
        is_talk = bool(view.talking_to(call_id) or view.outside_with(call_id))
        if LegId(call_id) not in view.legs or (held and held.phase not in BRIDGED and not is_talk):
            yield Finding(f"bridge {bridge.bridge}", _always([DropBridge(bridge.bridge)]))


def _always(out: Out) -> Callable[[], Out]:
    return lambda: out


def _believed(
    calls: CallEngine, call: Call, view: View, ringing: frozenset[CallId], now: float
) -> Iterator[Finding]:
    held = view.legs.get(LegId(call.call_id))
    if held is None and (call.is_there or call.phase is Phase.DIALLING):
        ended_at = view.ended.get(call.call_id, now)
        yield Finding(
            f"gone {call.call_id}", lambda: calls.close(call, ended_at, hung_up_by="unknown")
        )
        return
    if call.phase is Phase.ENDING:
        if view.is_resync:
            yield Finding(f"resume {call.call_id}", lambda: calls.resume(call, now))
        return
    if call.third is not None:
        yield from _with_third(calls, call, call.third, view, now)
    talking = view.talking_to(call.call_id, call.leg)
    other = view.outside_with(call.call_id)
    is_third = bool(talking and call.third and call.third.leg == talking.leg)
    if talking is not None and not is_third and _is_together(call):
        if call.phase is not Phase.TALKING or call.leg != talking.leg:
            yield Finding(f"talks {call.call_id}", lambda: _take_up(calls, call, talking, now))
    elif call.leg is not None:
        yield from _with_agent(calls, call, view, ringing, now)
        if held is not None and held.is_up and not call.is_there and view.is_resync:
            yield Finding(f"up {held.leg}", lambda: calls.handle(LegUp(held.leg), now))
    elif call.phase is Phase.DIALLING and held is not None:
        if view.is_resync:
            is_up = held.is_up
            yield Finding(f"up {held.leg}", lambda: calls.taken_up(call, now, is_up=is_up))
    elif other is not None:
        if call.third is None or call.third.leg != other.leg:
            yield Finding(f"talks {call.call_id}", lambda: _let_talk(calls, call, other, now))
    elif view.is_resync and call.third is None:
        yield Finding(f"resume {call.call_id}", lambda: _resume(calls, call.call_id, now))


def _resume(calls: CallEngine, call_id: CallId, now: float) -> Out:
    """As the call is by then: an earlier finding may have changed it."""
    call = calls.calls.get(call_id)
    return calls.resume(call, now) if call is not None else []


def _with_agent(
    calls: CallEngine, call: Call, view: View, ringing: frozenset[CallId], now: float
) -> Iterator[Finding]:
    """The call has an agent's leg, but both are not in one bridge."""
    assert call.leg is not None
    leg = call.leg
    held = view.legs.get(leg)
    if held is None:
        if call.phase is not Phase.OFFERED or call.call_id in ringing:
            yield Finding(f"leg {leg}", lambda: calls.handle(LegDown(leg), now))
    elif call.phase is Phase.TALKING:
        if view.where(leg) != places(call)[leg] or (view.is_resync and has_hold_music(call)):
            yield Finding(f"apart {leg}", lambda: calls.arrange(call.call_id))
    elif held.is_up and view.is_resync and call.phase is Phase.OFFERED:
        yield Finding(f"up {leg}", lambda: calls.handle(LegUp(leg), now))


def _with_third(
    calls: CallEngine, call: Call, third: Third, view: View, now: float
) -> Iterator[Finding]:
    """The call has a leg to an outside number."""
    leg, held = third.leg, view.legs.get(third.leg)
    if third.is_guest and held is not None:
        yield from _with_guest(calls, call, third, held, view, now)
    elif held is None and third.agent is not None and third.state is ThirdState.RINGING:
        return  # a colleague's phone rings only once the desk accepted: the dispatcher's to end
    elif held is None:
        yield Finding(f"leg {leg}", lambda: calls.handle(LegDown(leg), now))
    elif view.outside_with(call.call_id) == held:
        if third.state is not ThirdState.IN:
            yield Finding(f"in {leg}", lambda: calls.transferred(call, leg, now))
    elif third.state is ThirdState.IN:
        legs = (LegId(call.call_id), leg)
        yield Finding(f"apart {leg}", _always([Connect(bridge_of(call.call_id), legs)]))
    elif view.is_resync and held.is_up and third.state is ThirdState.RINGING:
        yield Finding(f"up {leg}", lambda: calls.handle(LegUp(leg), now))
    elif view.is_resync:
        yield Finding(f"resume {call.call_id}", lambda: _resume(calls, call.call_id, now))


def _with_guest(
    calls: CallEngine, call: Call, third: Third, held: LegSeen, view: View, now: float
) -> Iterator[Finding]:
    """The third was called by an agent and is there, in whichever bridge."""
    leg, place = third.leg, view.where(third.leg)
    if place is not None and place == third_place(call):
        if third.state is not ThirdState.IN:
            yield Finding(f"in {leg}", lambda: calls.transferred(call, leg, now))
    elif third.state is ThirdState.IN:
        yield Finding(f"apart {leg}", lambda: calls.arrange(call.call_id))
    elif view.is_resync and held.is_up and third.state is ThirdState.RINGING:
        yield Finding(f"up {leg}", lambda: calls.handle(LegUp(leg), now))
    elif view.is_resync:
        yield Finding(f"resume {call.call_id}", lambda: _resume(calls, call.call_id, now))


def _is_together(call: Call) -> bool:
    """Whether citizen and agent belong into one bridge, as far as we believe."""
    return call.phase is not Phase.TALKING or PLACES[call.talk].agent is Room.MAIN


def _let_talk(calls: CallEngine, call: Call, leg: LegSeen, now: float) -> Out:
    """The caller is found talking to a number outside, whatever we believed."""
    call, out = leave_queue(call, now)
    return [*out, *calls.transferred(call, leg.leg, now)]


def _take_up(calls: CallEngine, call: Call, leg: LegSeen, now: float) -> Out:
    number = leg.leg.rpartition(".a")[2]
    offers = int(number) if number.isdigit() else call.offers  # a supervisor's leg is no offer's
    placed = replace(call.placed, is_there=True) if call.placed else None
    out = calls.talking(replace(call, agent=leg.agent_id, placed=placed), leg.leg, offers, now)
    return [CallAdopted(call.call_id, leg.agent_id), *out]


def _leg_unknown(calls: CallEngine, leg: LegSeen, view: View, now: float) -> Iterator[Finding]:
    call_id = call_of(leg.leg)
    known = calls.calls.get(call_id)
    if is_outside(leg.leg):
        is_ours = known is not None and known.third is not None and known.third.leg == leg.leg
        if not is_ours and view.outside_with(call_id) != leg:
            yield Finding(f"stray {leg.leg}", _always([HangUp(leg.leg)]))
    elif not leg.agent_id:
        if known is None:
            yield Finding(f"caller {leg.leg}", lambda: _adopt(calls, leg, view, now))
    elif known is None:
        if LegId(call_id) not in view.legs or view.talking_to(call_id) != leg:
            yield Finding(f"stray {leg.leg}", _always([HangUp(leg.leg)]))
    elif leg.leg not in _legs_of(known) and view.talking_to(call_id, known.leg) != leg:
        yield Finding(f"stray {leg.leg}", _always([HangUp(leg.leg)]))


def _legs_of(call: Call) -> tuple[LegId | None, LegId | None]:
    return call.leg, call.third.leg if call.third is not None else None


def _adopt(calls: CallEngine, leg: LegSeen, view: View, now: float) -> Out:
    """A caller nobody knows of: in a talk, leave them in it; otherwise greet them anew."""
    call_id = CallId(leg.leg)
    call = calls.new_call(call_id, leg.caller, leg.dialled, now)
    call = replace(call, plays=RESUMED_IDS, offers=RESUMED_IDS, outsides=RESUMED_IDS)
    agent, other = view.talking_to(call_id), view.outside_with(call_id)
    if agent is not None:
        return [Write(call.opened()), *_take_up(calls, call, agent, now)]
    if other is not None:
        return [Write(call.opened()), *_let_talk(calls, call, other, now)]
    if is_placed(call_id):
        return [HangUp(leg.leg)]
    # Whoever greeted them is gone, but may still be heard.
    return [StopPlay(PlayId(f"{call_id}.p1")), *calls.begin(call, now)]


def adopted(calls: Iterable[Call]) -> list[CallAdopted]:
    """Whom the dispatcher has to find in a talk, colleagues who were called in too."""
    found: list[CallAdopted] = []
    for call in calls:
        if call.phase is Phase.TALKING and call.agent is not None:
            found.append(CallAdopted(call.call_id, call.agent))
        if call.third is not None and call.third.agent and call.third.state is ThirdState.IN:
            found.append(CallAdopted(call.call_id, call.third.agent))
    return found
