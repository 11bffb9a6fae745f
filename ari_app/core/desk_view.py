"""What a desk shows of the call in hand, beyond what the core itself goes by: marks, the way
through the tree in words, the pause of the recording.

Looks at the engine and changes nothing. Whoever reloads a page is told the same again.
"""

from collections.abc import Mapping
from typing import cast

from ari_app.core.agent import AgentState
from ari_app.core.call import Call
from ari_app.core.engine import Engine
from ari_app.core.pause import PauseState
from ari_app.core.records import Json
from ari_app.core.talk import Standing
from ari_app.core.values import AgentId, CallId, Centre
from ari_app.core.world import Listed, is_listed, number_key
from ivr.state import field_of
from ivr.words import path_words

HIGHEST_PRIORITY = 9
"""What a tree gives to calls that go before all others."""

URGENT = frozenset({"急", "紧急"})


def dressed(engine: Engine, pop: Mapping[str, Json], now: float) -> dict[str, Json]:
    """The pop with its marks and the path in words."""
    call = engine.call_engine.calls.get(CallId(str(pop.get("call"))))
    return {**pop} if call is None else {**pop, **_extras(engine, call, now)}


def own_row(engine: Engine, agent_id: AgentId, now: float) -> dict[str, Json] | None:
    """An agent's row with the card of the call in hand."""
    agent = engine.dispatcher.agents.get(agent_id)
    if agent is None:
        return None
    call = engine.call_engine.calls.get(agent.call) if agent.call else None
    card = None
    if call is not None and agent.state is AgentState.TALKING:
        waited = {"waited_s": _waited_s(call)}
        card = {**call.card(), "queue": call.queue, **waited, **_extras(engine, call, now)}
    more: dict[str, Json] = {
        "now": now,
        "card": cast(Json, card),
        "talk_since": call.talk_since if call else None,
        "recording": _recording(call),
        "urgency": call.urgency if call else "",
        "is_third": call is not None and card is not None and call.agent != agent_id,
        "outside": cast(Json, _outside(call)),
    }
    return {**engine.agent_row(agent), **more}


def queue_labels(centre: Centre) -> dict[str, Json]:
    """Every queue with its name for people; without one, with its own."""
    return {name: queue.label or name for name, queue in sorted(centre.queues.items())}


def directory(engine: Engine) -> dict[str, Json]:
    """Whom an agent may call into a talk or hand it to."""
    centre, world = engine.dispatcher.centre, engine.facts.world
    reachable = engine.call_engine.numbers
    numbers: list[Json] = [
        {"number": name, "label": one.label, "kind": one.kind, "can_be_called": name in reachable}
        for name, one in world.numbers.items()
    ]
    return {"numbers": numbers, "queues": [*sorted(centre.queues)]}


def _waited_s(call: Call) -> float | None:
    """As the ticket has it, once the pop with the wait until the offer is gone."""
    if call.queued_at is None or call.connected_at is None:
        return None
    return round(max(0.0, call.connected_at - call.queued_at), 1)


def _extras(engine: Engine, call: Call, now: float) -> dict[str, Json]:
    _, flow = engine.call_engine.shelf.flow_of(call)
    labels = {name: one.label for name, one in engine.facts.world.numbers.items()}
    words = path_words(flow, call.flow.path, labels)
    said: dict[str, Json] = {"zh": [one.zh for one in words], "en": [one.en for one in words]}
    return {"path_words": said, "marks": _marks(engine, call, now)}


def _marks(engine: Engine, call: Call, now: float) -> list[Json]:
    """What somebody ought to know before the answer, the gravest first."""
    world, number = engine.facts.world, call.caller.number
    urgency = call.urgency or field_of(call.flow, "urgency") or ""
    found: list[Json] = []
    if urgency in URGENT or call.priority >= HIGHEST_PRIORITY:
        found.append({"mark": "urgent", "reason": urgency})
    if call.standing is Standing.RETURNED:
        found.append({"mark": "returned", "reason": ""})
    found += _listed("vip", world.vip, number, now)
    found += _listed("nuisance", world.nuisance, number, now)
    if call.history is not None and call.history.calls:
        found.append({"mark": "repeat", "reason": str(len(call.history.calls))})
    return found


def _listed(mark: str, entries: Mapping[str, Listed], number: str, now: float) -> list[Json]:
    if not is_listed(entries, number, now):
        return []
    return [{"mark": mark, "reason": entries[number_key(number)].reason}]


def _recording(call: Call | None) -> dict[str, Json]:
    is_paused = call is not None and call.pause is not None and call.pause.state is PauseState.ON
    until = call.pause.until if is_paused and call is not None and call.pause else None
    return {"state": "paused" if is_paused else "recording", "until": until}


def _outside(call: Call | None) -> dict[str, Json] | None:
    """Who is called into the talk, as the messages ``outside`` tell it."""
    if call is None or call.third is None:
        return None
    state = "joined" if call.third.state.value == "in" else "ringing"
    return {"to": call.third.to, "state": state}
