"""One citizen's contact as frozen data, and what of it the ticket and the screen-pop show.

Decides nothing: ``calls.py`` moves it. It can be saved and restored, so a killed service finds
every caller where they were.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast

import ivr
from ari_app.core import heard as journal
from ari_app.core.call_parts import Message, Outside, Promise
from ari_app.core.events import RecordingChecked
from ari_app.core.outcome import LEFT_IN as LEFT_IN
from ari_app.core.outcome import Outcome as Outcome
from ari_app.core.outcome import Phase as Phase
from ari_app.core.outcome import better
from ari_app.core.records import CloseCall, Json, OpenCall, SaveCall
from ari_app.core.values import (
    AgentId,
    Caller,
    CallId,
    CheckedFile,
    History,
    LegId,
    MessageId,
    PlayId,
    agent_leg,
)
from ari_app.core.versions import TreeRef

UNCHECKED = "unchecked"
"""What is said of a recording until its file was looked at."""


@dataclass(frozen=True, slots=True)
class Call:
    """Instants are epoch seconds.

    ``plays``, ``offers``, ``outsides`` and ``recorded`` count, so that ids are never used twice.
    ``play_until`` is when the end of the current prompt is overdue, ``until`` when the phase itself
    is. ``agent`` is who is reserved or talks now, ``served_by`` who talked last. ``talked_s`` are
    the talks that are over, ``talk_since`` is when the present one began. ``join`` is the outside
    number that the next agent's talk begins with.
    """

    call_id: CallId
    caller: Caller
    dialled: str
    arrived_at: float
    flow: ivr.State
    phase: Phase = Phase.IN_FLOW
    plays: int = 0
    play: PlayId | None = None
    play_until: float | None = None
    has_music: bool = False
    until: float | None = None
    queue: str = ""
    needs: tuple[tuple[str, int], ...] = ()
    priority: int = 0
    queued_at: float | None = None
    unqueued_at: float | None = None
    offers: int = 0
    agent: AgentId | None = None
    leg: LegId | None = None
    in_bridge: frozenset[LegId] = frozenset()
    connected_at: float | None = None
    outcome: Outcome | None = None
    hung_up_by: str = ""
    history: History | None = None
    tree: TreeRef | None = None
    served_by: AgentId | None = None
    talk_since: float | None = None
    talked_s: float | None = None
    join: str = ""
    outsides: int = 0
    outside: Outside | None = None
    recorded: int = 0
    message: Message | None = None
    messages: tuple[tuple[MessageId, float], ...] = ()
    promise: Promise | None = None
    heard: journal.Rows = ()

    def deadline(self) -> float | None:
        """When time itself has to move this call on; an offer's end is the dispatcher's."""
        ends = [self.play_until, self.until, self.outside.until if self.outside else None]
        if self.phase in (Phase.IN_FLOW, Phase.QUEUED):
            ends.append(self.flow.deadline)
        return min((end for end in ends if end is not None), default=None)

    def card(self) -> dict[str, Json]:
        """The screen-pop: what an agent wants to know before answering."""
        known = self.history or History()
        return {
            "call": self.call_id,
            "caller": {
                "number": self.caller.number,
                "region": self.caller.region,
                "name": self.caller.name,
            },
            "dialled": self.dialled,
            "language": self.flow.language,
            "ivr_path": [[node, key] for node, key in self.flow.path],
            "priority": self.priority,
            "arrived_at": self.arrived_at,
            "queued_at": self.queued_at,
            "earlier_calls": [dict(row) for row in known.calls],
            "open_tickets": [dict(row) for row in known.tickets],
        }

    def ticket(self) -> dict[str, Json]:
        """The ticket fields that are known so far, by their column names."""
        fields: dict[str, Json] = dict(self.flow.fields)
        fields["language"] = self.flow.language
        fields["ivr_path"] = [[node, key] for node, key in self.flow.path]
        if self.tree is not None:
            fields["tree_version"] = self.tree.label
        if self.connected_at is not None:
            fields["answered_at"] = self.connected_at
            fields["wait_s"] = round(self.connected_at - (self.queued_at or self.arrived_at), 3)
            fields["agent_id"] = self.served_by
        return fields

    def opened(self) -> OpenCall:
        return OpenCall(
            call_id=self.call_id,
            arrived_at=self.arrived_at,
            caller=self.caller.number,
            caller_name=self.caller.name,
            caller_region=self.caller.region,
            dialled=self.dialled,
            tree_version=self.tree.label if self.tree else "",
        )

    def saved(self) -> SaveCall:
        return SaveCall(self.call_id, self.phase.value, snapshot(self), self.ticket())

    def closed(self, outcome: Outcome, hung_up_by: str, ended_at: float) -> CloseCall:
        fields = {**self.ticket(), "who_hung_up": hung_up_by}
        # The check follows in seconds; should we end before, the files are at least named.
        talk = None if self.talk_s(ended_at) is None else _unchecked(self.call_id)
        messages = tuple(_unchecked(name) for name, _ in self.messages)
        if talk or messages:
            fields |= recording_fields(RecordingChecked(self.call_id, talk, messages))
        if self.connected_at is None and self.queued_at is not None:
            fields["wait_s"] = round((self.unqueued_at or ended_at) - self.queued_at, 3)
        if self.promise is not None and outcome is Outcome.CALLBACK_PROMISED:
            fields |= self.promise.fields()
        kept = journal.to_json(self.heard)
        return CloseCall(self.call_id, ended_at, outcome.value, fields, kept)

    def outcome_now(self) -> Outcome:
        """The outcome if the caller's channel goes now."""
        return better(self.outcome, LEFT_IN[self.phase])

    def talk_s(self, now: float) -> float | None:
        """How long the caller was in a talk until now; None if there was none."""
        if self.talk_since is None:
            return self.talked_s
        return (self.talked_s or 0.0) + max(0.0, now - self.talk_since)

    def after_talk(self, now: float, hung_up_by: str) -> "Call":
        """Back in the tree, alone: whoever the caller talked to has left."""
        return replace(
            self,
            phase=Phase.IN_FLOW,
            outcome=self.outcome_now(),
            hung_up_by=hung_up_by,
            talked_s=self.talk_s(now),
            talk_since=None,
            agent=None,
            leg=None,
            outside=None,
            until=None,
            in_bridge=frozenset(),
        )

    def noting(self, now: float, kind: str, *values: Json) -> "Call":
        """The call with one more row in what is kept of its tree."""
        return replace(self, heard=journal.heard(self.heard, now - self.arrived_at, kind, *values))

    def waiting_again(self) -> "Call":
        """Back in the queue, at the same place, without the agent."""
        return replace(
            self,
            phase=Phase.QUEUED,
            agent=None,
            leg=None,
            until=None,
            in_bridge=frozenset(),
        )


def recording_fields(checked: RecordingChecked) -> dict[str, Json]:
    """What the ticket says of the recordings."""
    files = [] if checked.talk is None else [_recording(checked.talk, "talk")]
    return {"recording_ref": [*files, *(_recording(one, "message") for one in checked.messages)]}


def _unchecked(name: str) -> CheckedFile:
    return CheckedFile(f"{name}.wav", 0.0, UNCHECKED)


def _recording(file: CheckedFile, kind: str) -> dict[str, Json]:
    return {
        "file": file.file,
        "duration_s": file.duration_s,
        "problem": file.problem,
        "kind": kind,
    }


def snapshot(call: Call) -> dict[str, Json]:
    """What a restart needs that the call's row does not hold in columns."""
    return {
        "flow": cast(Json, ivr.to_json(call.flow)),
        "region": call.caller.region,
        "name": call.caller.name,
        "plays": call.plays,
        "queue": call.queue,
        "needs": [[skill, level] for skill, level in call.needs],
        "priority": call.priority,
        "queued_at": call.queued_at,
        "offers": call.offers,
        "agent": call.agent,
        "connected_at": call.connected_at,
        "outcome": call.outcome.value if call.outcome else None,
        "hung_up_by": call.hung_up_by,
        "tree": [call.tree.version, call.tree.flow, call.tree.label] if call.tree else None,
        **_parts(call),
    }


def _parts(call: Call) -> dict[str, Json]:
    return {
        "unqueued_at": call.unqueued_at,
        "served_by": call.served_by,
        "talk_since": call.talk_since,
        "talked_s": call.talked_s,
        "join": call.join,
        "outsides": call.outsides,
        "outside": call.outside.to_json() if call.outside else None,
        "recorded": call.recorded,
        "message": call.message.to_json() if call.message else None,
        "messages": [[name, seconds] for name, seconds in call.messages],
        "promise": call.promise.fields() if call.promise else None,
        "heard": journal.to_json(call.heard),
    }


RESUMED_IDS = 1000
"""Added to both counts on restoring: ids used since the last save are not met again."""


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
    speaks = phase in (Phase.IN_FLOW, Phase.QUEUED, Phase.OFFERED, Phase.CONNECTING)
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
    return replace(
        call,
        unqueued_at=cast(float | None, saved.get("unqueued_at")),
        served_by=cast(AgentId | None, saved.get("served_by", call.agent)),
        talk_since=cast(float | None, saved.get("talk_since", call.connected_at)),
        talked_s=cast(float | None, saved.get("talked_s")),
        join=cast(str, saved.get("join", "")),
        outsides=cast(int, saved.get("outsides", 0)) + RESUMED_IDS,
        outside=Outside.from_json(saved.get("outside")),
        recorded=cast(int, saved.get("recorded", 0)) + RESUMED_IDS,
        message=Message.from_json(saved.get("message")),
        messages=tuple((MessageId(str(name)), float(cast(float, s))) for name, s in messages),
        promise=Promise.from_json(saved.get("promise")),
        heard=journal.from_json(saved.get("heard")),
    )


def _tree(saved: Json) -> TreeRef | None:
    match saved:
        case [int(version), str(flow), str(label)]:
            return TreeRef(version, flow, label)
    return None
