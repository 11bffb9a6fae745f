"""The lines of the journal: what each kind says, and the key that makes a repetition harmless.

Pure functions from what happened to ``Journaled``. Decides words only: ``witness.py`` says when one
is written. Names no caller and no number but the one dialled: the journal is never changed, so what
must be forgotten some day may not stand in it. docs/journal.md lists every kind.
"""

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum

from ari_app.core.agent import Agent, AgentState
from ari_app.core.commands import Write
from ari_app.core.records import CloseCall, Journaled, Json, OpenCall
from ari_app.core.values import AgentId, CallId, is_placed


class Kind(StrEnum):
    """Every kind of line; a new one is described in docs/journal.md."""

    SERVICE_STARTED = "service.started"
    CALL_ARRIVED = "call.arrived"
    CALL_KNOWN = "call.known"
    CALL_HEARD = "call.heard"
    CALL_QUEUED = "call.queued"
    CALL_OFFERED = "call.offered"
    OFFER_ENDED = "offer.ended"
    CALL_CONNECTED = "call.connected"
    CALL_HELD = "call.held"
    CALL_RESUMED = "call.resumed"
    CALL_TALK_ENDED = "call.talk_ended"
    CALL_TRANSFERRED = "call.transferred"
    CALL_THIRD = "call.third"
    CALL_MARKED = "call.marked"
    CALL_ENDED = "call.ended"
    CALL_SUPERVISED = "call.supervised"
    AGENT_STATE = "agent.state"
    WRAP_UP_ENDED = "wrap_up.ended"
    DIAL_ADDED = "dial.added"
    DIAL_ENDED = "dial.ended"
    DIAL_CLOSED = "dial.closed"
    DUTY_ESCALATED = "duty.escalated"
    SURGE_CHANGED = "surge.changed"


ONCE = frozenset({Kind.CALL_ARRIVED, Kind.CALL_KNOWN, Kind.CALL_HEARD, Kind.CALL_ENDED})
"""A call has one such line at most: of several the first one written counts."""

NO_DATA: Mapping[str, Json] = {}


def line(
    kind: Kind,
    at: float,
    *,
    call: str = "",
    agent: str = "",
    queue: str = "",
    tag: str = "",
    data: Mapping[str, Json] = NO_DATA,
) -> Journaled:
    """``at`` is when it happened, in epoch seconds. ``tag`` tells apart what happens at one time
    to one call or agent."""
    parts = [call or agent, kind.value, *([] if kind in ONCE else [f"{at:.3f}"]), tag]
    key = "/".join(part for part in parts if part)
    return Journaled(key, at, kind.value, call, agent, queue, data)


def keyed(one: Journaled, key: str) -> Journaled:
    """The line under a key of its own choice."""
    return replace(one, key=key)


def note(
    kind: Kind,
    at: float,
    *,
    call: str = "",
    agent: str = "",
    queue: str = "",
    data: Mapping[str, Json] = NO_DATA,
) -> Write:
    """The command that writes such a line."""
    return Write(line(kind, at, call=call, agent=agent, queue=queue, tag=agent, data=data))


# --- written by the database with the call's own row, in one transaction ---------------------


def arrived(record: OpenCall) -> Journaled:
    data: dict[str, Json] = {
        "dialled": record.dialled,
        "region": record.caller_region,
        "source": record.source,
        "is_placed": is_placed(record.call_id),
        "tree": record.tree_version,
    }
    return line(Kind.CALL_ARRIVED, record.arrived_at, call=record.call_id, data=data)


def ended(record: CloseCall) -> Journaled:
    fields = record.ticket
    data: dict[str, Json] = {
        "outcome": record.outcome,
        "phase": record.phase,
        "who": fields.get("who_hung_up"),
        "language": fields.get("language"),
        "topic": fields.get("category_code") or fields.get("case_type"),
        "answered_at": fields.get("answered_at"),
        "survey_score": fields.get("survey_score"),
    }
    return line(Kind.CALL_ENDED, record.ended_at, call=record.call_id, data=data)


# --- of an agent -----------------------------------------------------------------------------


def agent_moved(before: Agent, agent: Agent) -> list[Write]:
    """What a change of an agent means to the journal; a mere wish means nothing.

    Every talk of an agent begins and ends here, however it came about.
    """
    if (before.state, before.since) == (agent.state, agent.since):
        return []
    lines: list[Write] = []
    if before.state is AgentState.TALKING:
        lines.append(_talk_ended(before, agent.since))
    if before.state is AgentState.WRAP_UP:
        lines.append(_wrap_up_ended(before, agent.since))
    lines.append(_state(before.state.value, before.since, agent))
    if agent.state is AgentState.TALKING and agent.call:
        lines.append(_of_agent(Kind.CALL_CONNECTED, agent.since, agent.agent_id, agent.call))
    return lines


def agent_found(agent: Agent, now: float) -> Write:
    """After a start: where the agent was found, whatever the last line said."""
    tag = f"{agent.agent_id}/found"
    data: dict[str, Json] = {"from": "", "to": agent.state.value, "reason": agent.reason}
    call = agent.call or ""
    return Write(line(Kind.AGENT_STATE, now, call=call, agent=agent.agent_id, tag=tag, data=data))


def _state(was: str, was_since: float, agent: Agent) -> Write:
    data: dict[str, Json] = {
        "from": was,
        "to": agent.state.value,
        "reason": agent.reason,
        "until": agent.until,
        "lasted_s": round(agent.since - was_since, 3) if was_since else None,
    }
    call, tag = agent.call or "", f"{agent.agent_id}/{agent.state.value}"
    kind = Kind.AGENT_STATE
    return Write(line(kind, agent.since, call=call, agent=agent.agent_id, tag=tag, data=data))


def _talk_ended(before: Agent, now: float) -> Write:
    data: dict[str, Json] = {"talk_s": round(now - before.since, 3)}
    return _of_agent(Kind.CALL_TALK_ENDED, now, before.agent_id, before.call, data)


def _wrap_up_ended(before: Agent, now: float) -> Write:
    planned = None if before.until is None else round(before.until - before.since, 3)
    data: dict[str, Json] = {"lasted_s": round(now - before.since, 3), "planned_s": planned}
    return _of_agent(Kind.WRAP_UP_ENDED, now, before.agent_id, before.call, data)


def _of_agent(
    kind: Kind,
    at: float,
    agent: AgentId,
    call: CallId | None,
    data: Mapping[str, Json] = NO_DATA,
) -> Write:
    return note(kind, at, call=call or "", agent=agent, data=data)
