"""What we believe against what Asterisk holds: one comparison for start, reconnect and sweeping.

After a gap in the events (``is_resync``) every difference is acted on at once, for the events that
would explain it are lost. In a sweep the explaining event may just be on its way, so a difference
must be seen twice. Asterisk is right: calls it lost are closed, calls it holds are taken up.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from ari_app.core.call import RESUMED_IDS, Call, Phase
from ari_app.core.call_tree import Out
from ari_app.core.calls import CallEngine
from ari_app.core.commands import Connect, DropBridge, HangUp, StopPlay, Write
from ari_app.core.events import AsteriskSeen, CallAdopted, LegDown, LegUp
from ari_app.core.values import (
    BridgeSeen,
    CallId,
    LegId,
    LegSeen,
    PlayId,
    bridge_of,
    call_of,
)

BRIDGED = (Phase.CONNECTING, Phase.TALKING, Phase.ENDING)


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

    def talking_to(self, call: CallId) -> LegSeen | None:
        """The agent's leg that shares the call's bridge with the caller, if there is one."""
        bridge = self.bridges.get(bridge_of(call), BridgeSeen(bridge_of(call), frozenset()))
        if LegId(call) not in bridge.legs:
            return None
        others = [self.legs[leg] for leg in sorted(bridge.legs) if leg in self.legs]
        return next((leg for leg in others if leg.agent_id), None)


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
        is_talk = view.talking_to(call_id) is not None
        if LegId(call_id) not in view.legs or (held and held.phase not in BRIDGED and not is_talk):
            yield Finding(f"bridge {bridge.bridge}", _always([DropBridge(bridge.bridge)]))


def _always(out: Out) -> Callable[[], Out]:
    return lambda: out


def _believed(
    calls: CallEngine, call: Call, view: View, ringing: frozenset[CallId], now: float
) -> Iterator[Finding]:
    if LegId(call.call_id) not in view.legs:
        ended_at = view.ended.get(call.call_id, now)
        yield Finding(
            f"gone {call.call_id}", lambda: calls.close(call, ended_at, hung_up_by="unknown")
        )
        return
    if call.phase is Phase.ENDING:
        if view.is_resync:
            yield Finding(f"resume {call.call_id}", lambda: calls.resume(call, now))
        return
    talking = view.talking_to(call.call_id)
    if talking is not None:
        if call.phase is not Phase.TALKING or call.leg != talking.leg:
            yield Finding(f"talks {call.call_id}", lambda: _take_up(calls, call, talking, now))
    elif call.leg is not None:
        yield from _with_agent(calls, call, view, ringing, now)
    elif view.is_resync and call.phase in (Phase.IN_FLOW, Phase.QUEUED):
        yield Finding(f"resume {call.call_id}", lambda: calls.resume(call, now))


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
        again = Connect(bridge_of(call.call_id), (LegId(call.call_id), leg))
        yield Finding(f"apart {leg}", _always([again]))
    elif held.is_up and view.is_resync and call.phase is Phase.OFFERED:
        yield Finding(f"up {leg}", lambda: calls.handle(LegUp(leg), now))


def _take_up(calls: CallEngine, call: Call, leg: LegSeen, now: float) -> Out:
    offers = int(leg.leg.rpartition(".a")[2])
    taken = calls.talking(replace(call, agent=leg.agent_id), leg.leg, offers, now)
    return [CallAdopted(call.call_id, leg.agent_id), Write(taken.saved())]


def _leg_unknown(calls: CallEngine, leg: LegSeen, view: View, now: float) -> Iterator[Finding]:
    call_id = call_of(leg.leg)
    known = calls.calls.get(call_id)
    if not leg.agent_id:
        if known is None:
            yield Finding(f"caller {leg.leg}", lambda: _adopt(calls, leg, view, now))
    elif known is None:
        if LegId(call_id) not in view.legs or view.talking_to(call_id) != leg:
            yield Finding(f"stray {leg.leg}", _always([HangUp(leg.leg)]))
    elif leg.leg != known.leg and view.talking_to(call_id) != leg:
        yield Finding(f"stray {leg.leg}", _always([HangUp(leg.leg)]))


def _adopt(calls: CallEngine, leg: LegSeen, view: View, now: float) -> Out:
    """A caller nobody knows of: in a talk, leave them in it; otherwise greet them anew."""
    call_id = CallId(leg.leg)
    call = calls.new_call(call_id, leg.caller, leg.dialled, now)
    call = replace(call, plays=RESUMED_IDS, offers=RESUMED_IDS)
    agent = view.talking_to(call_id)
    if agent is None:
        # Whoever greeted them is gone, but may still be heard.
        return [StopPlay(PlayId(f"{call_id}.p1")), *calls.begin(call, now)]
    return [Write(call.opened()), *_take_up(calls, call, agent, now)]
