"""Supervisors' legs against what Asterisk holds: which are strays, which watches want mending.

Beside ``reconcile.py``, which sees the rest: who took a talk over is that talk's agent.
After a restart nobody is supervised any more; whoever was left alone with a citizen stays there.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from ari_app.core.call_book import CallBook
from ari_app.core.commands import Command, DropBridge, HangUp
from ari_app.core.events import AsteriskSeen, LegDown, LegUp
from ari_app.core.legs import Out
from ari_app.core.monitor import At, Monitor, Watch
from ari_app.core.reconcile import Finding
from ari_app.core.values import BridgeSeen, LegId, LegSeen, bridge_of, call_of, is_supervisors


def without(monitor: Monitor, calls: CallBook, seen: AsteriskSeen) -> AsteriskSeen:
    """What Asterisk holds, as if no supervisor were there."""
    agents = _agents_by_now(monitor, calls, seen)
    bridges = (
        replace(bridge, legs=frozenset(leg for leg in bridge.legs if _stays(leg, agents)))
        for bridge in seen.bridges
        if not is_supervisors(bridge.bridge)
    )
    legs = tuple(leg for leg in seen.legs if _stays(leg.leg, agents))
    return replace(seen, legs=legs, bridges=tuple(bridges))


def _stays(leg: LegId, agents: frozenset[LegId]) -> bool:
    return not is_supervisors(leg) or leg in agents


def _agents_by_now(monitor: Monitor, calls: CallBook, seen: AsteriskSeen) -> frozenset[LegId]:
    """Legs of supervisors who have a talk of their own, as far as known or as it looks."""
    known = frozenset(call.leg for call in calls.calls.values() if call.leg is not None)
    alone = frozenset(leg for bridge in seen.bridges for leg in _alone_with_caller(bridge))
    return (known | alone) - frozenset(LegId(name) for name in monitor.knows())


def _alone_with_caller(bridge: BridgeSeen) -> Iterator[LegId]:
    call = call_of(bridge.bridge)
    others = sorted(bridge.legs - {LegId(call)})
    is_with_caller = bridge.bridge == bridge_of(call) and LegId(call) in bridge.legs
    if is_with_caller and others and all(is_supervisors(leg) for leg in others):
        yield others[0]


def differences(
    monitor: Monitor, calls: CallBook, seen: AsteriskSeen, now: float
) -> Iterator[Finding]:
    legs = {leg.leg: leg for leg in seen.legs}
    for watch in list(monitor.watches.values()):
        yield from _believed(monitor, watch, legs, now, is_resync=seen.is_resync)
    known = {*monitor.knows(), *_agents_by_now(monitor, calls, seen)}
    for leg in seen.legs:
        if is_supervisors(leg.leg) and leg.leg not in known:
            yield Finding(f"stray {leg.leg}", _always(HangUp(leg.leg)))
    for bridge in seen.bridges:
        if is_supervisors(bridge.bridge) and bridge.bridge not in known:
            yield Finding(f"bridge {bridge.bridge}", _always(DropBridge(bridge.bridge)))


def _believed(
    monitor: Monitor, watch: Watch, legs: dict[LegId, LegSeen], now: float, *, is_resync: bool
) -> Iterator[Finding]:
    held = legs.get(watch.leg)
    if held is None:
        yield Finding(f"leg {watch.leg}", partial(monitor.handle, LegDown(watch.leg), now))
    elif is_resync and watch.at is not At.RINGING:
        yield Finding(f"watch {watch.leg}", partial(monitor.again, watch, now))
    elif is_resync and held.is_up:
        yield Finding(f"up {watch.leg}", partial(monitor.handle, LegUp(watch.leg), now))
    elif watch.at is At.IN and watch.snoop is not None and watch.snoop not in legs:
        yield Finding(f"leg {watch.snoop}", partial(monitor.handle, LegDown(watch.snoop), now))


def _always(command: Command) -> Callable[[], Out]:
    return lambda: [command]
