"""A call as it was written down, taken up again after a restart.

Decides what of it still holds: an offer does not outlive the service. What has happened since is
found out from Asterisk, by the reconciliation that follows.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TypedDict, cast

import ivr
from ari_app.core import heard as journal
from ari_app.core.call import RESUMED_IDS, Call, Outcome, Phase
from ari_app.core.call_parts import Message, Placed, Promise, Third, ThirdState
from ari_app.core.pause import Pause, gaps_from_json
from ari_app.core.records import Json
from ari_app.core.talk import MOVES, Move, Standing, Talk, Voice
from ari_app.core.values import (
    AgentId,
    Caller,
    CallId,
    LegId,
    MessageId,
    PlayId,
    agent_leg,
)
from ari_app.core.versions import TreeRef

SPEAKS = (Phase.IN_FLOW, Phase.QUEUED, Phase.OFFERED, Phase.CONNECTING, Phase.DIALLING)
"""Phases in which a prompt may play."""


def restored(
    call_id: str,
    number: str,
    dialled: str,
    arrived_at: float,
    phase: str,
    saved: Mapping[str, Json],
) -> Call:
    """The call that ``snapshot`` was made of. Raises ValueError or KeyError for anything else.

    An offer does not outlive the service: its leg is hung up and the caller waits again.
    """
    agent = cast(str | None, saved["agent"])
    offers, plays = cast(int, saved["offers"]), cast(int, saved["plays"])
    is_talking = phase == Phase.TALKING
    speaks = phase in SPEAKS
    outcome = cast(str | None, saved.get("outcome"))
    call = Call(
        call_id=CallId(call_id),
        caller=Caller(number, cast(str, saved["name"]), cast(str, saved["region"])),
        dialled=dialled,
        arrived_at=arrived_at,
        flow=ivr.from_json(cast(Mapping[str, Json], saved["flow"])),
        phase=Phase(phase),
        plays=plays + RESUMED_IDS,
        play=PlayId(f"{call_id}.p{plays}") if plays and speaks else None,
        queue=cast(str, saved["queue"]),
        needs=tuple((str(s), int(cast(int, n))) for s, n in cast(list[list[Json]], saved["needs"])),
        priority=cast(int, saved["priority"]),
        queued_at=cast(float | None, saved["queued_at"]),
        offers=offers + RESUMED_IDS,
        agent=AgentId(agent) if agent and is_talking else None,
        leg=agent_leg(CallId(call_id), offers) if is_talking else None,
        connected_at=cast(float | None, saved["connected_at"]),
        outcome=Outcome(outcome) if outcome else None,
        hung_up_by=cast(str, saved.get("hung_up_by") or ""),
        tree=_tree(saved.get("tree")),
    )
    call = _with_parts(call, saved)
    return call.waiting_again() if call.phase in (Phase.OFFERED, Phase.CONNECTING) else call


def _with_parts(call: Call, saved: Mapping[str, Json]) -> Call:
    """What a release before these parts saved has none of them."""
    messages = cast(list[list[Json]], saved.get("messages") or [])
    held_since, held_s = cast(list[float | None], saved.get("held") or [None, 0.0])
    return replace(
        call,
        unqueued_at=cast(float | None, saved.get("unqueued_at")),
        served_by=cast(AgentId | None, saved.get("served_by", call.agent)),
        talk_since=cast(float | None, saved.get("talk_since", call.connected_at)),
        talked_s=cast(float | None, saved.get("talked_s")),
        join=cast(str, saved.get("join", "")),
        is_vip=saved.get("is_vip") is True,
        outsides=cast(int, saved.get("outsides", 0)) + RESUMED_IDS,
        recorded=cast(int, saved.get("recorded", 0)) + RESUMED_IDS,
        message=Message.from_json(saved.get("message")),
        messages=tuple((MessageId(str(name)), float(cast(float, s))) for name, s in messages),
        promise=Promise.from_json(saved.get("promise")),
        heard=journal.from_json(saved.get("heard")),
        pause=Pause.from_json(saved.get("pause")),
        gaps=gaps_from_json(saved.get("gaps")),
        placed=Placed.from_json(saved.get("placed")),
        leg=cast(LegId | None, saved.get("leg", call.leg)) if call.leg else None,
        voice=Voice(cast(str, saved.get("voice", Voice.OPEN))),
        held_since=held_since,
        held_s=held_s or 0.0,
        standing=Standing(cast(str, saved.get("standing", Standing.BY_TREE))),
        wants=cast(AgentId | None, saved.get("wants")),
        urgency=cast(str, saved.get("urgency", "")),
        steps_from=cast(float | None, saved.get("steps_from")),
        **_talk(saved),
    )


class _TalkFields(TypedDict):
    talk: Talk
    third: Third | None


def _talk(saved: Mapping[str, Json]) -> _TalkFields:
    """A colleague who was only being rung is given up: no offer outlives the service."""
    talk = Talk(cast(str, saved.get("talk", Talk.TALKING)))
    third = Third.from_json(saved.get("outside"))
    is_colleague = third is not None and third.agent is not None
    if third is not None and is_colleague and third.state is not ThirdState.IN:
        return {"talk": MOVES[talk][Move.THIRD_GONE] or Talk.TALKING, "third": None}
    return {"talk": talk, "third": third}


def _tree(saved: Json) -> TreeRef | None:
    match saved:
        case [int(version), str(flow), str(label)]:
            return TreeRef(version, flow, label)
    return None
