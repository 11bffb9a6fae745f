"""One citizen's contact as frozen data, and what of it the ticket and the screen-pop show.

Decides nothing: ``calls.py`` moves it. It can be saved and restored, so a killed service finds
every caller where they were.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import cast

import ivr
from ari_app.core.events import RecordingChecked
from ari_app.core.records import CloseCall, Json, OpenCall, SaveCall
from ari_app.core.values import AgentId, Caller, CallId, History, LegId, PlayId, agent_leg
from ari_app.core.versions import TreeRef


class Phase(StrEnum):
    IN_FLOW = "in_flow"
    QUEUED = "queued"
    OFFERED = "offered"
    CONNECTING = "connecting"
    TALKING = "talking"
    ENDING = "ending"


class Outcome(StrEnum):
    """How a call ended: set once. ``failed`` means that we, not a person, ended it."""

    ANSWERED = "answered"
    ABANDONED_IN_FLOW = "abandoned_in_flow"
    ABANDONED_WAITING = "abandoned_waiting"
    ABANDONED_RINGING = "abandoned_ringing"
    FINISHED_IN_FLOW = "finished_in_flow"
    FAILED = "failed"


LEFT_IN: Mapping[Phase, Outcome] = {
    Phase.IN_FLOW: Outcome.ABANDONED_IN_FLOW,
    Phase.QUEUED: Outcome.ABANDONED_WAITING,
    Phase.OFFERED: Outcome.ABANDONED_RINGING,
    Phase.CONNECTING: Outcome.ABANDONED_RINGING,
    Phase.TALKING: Outcome.ANSWERED,
    Phase.ENDING: Outcome.FAILED,
}
"""The outcome when the caller's channel goes while the call is in this phase."""


UNCHECKED = "unchecked"
"""What is said of a recording until its file was looked at."""


@dataclass(frozen=True, slots=True)
class Call:
    """Instants are epoch seconds.

    ``plays`` and ``offers`` count, so that ids are never used twice. ``play_until`` is when the
    end of the current prompt is overdue, ``until`` when the phase itself is.
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
    offers: int = 0
    agent: AgentId | None = None
    leg: LegId | None = None
    in_bridge: frozenset[LegId] = frozenset()
    connected_at: float | None = None
    outcome: Outcome | None = None
    hung_up_by: str = ""
    history: History | None = None
    tree: TreeRef | None = None

    def deadline(self) -> float | None:
        """When time itself has to move this call on; an offer's end is the dispatcher's."""
        ends = [self.play_until, self.until]
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
            fields["agent_id"] = self.agent
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
        if self.connected_at is not None:
            # The check follows in seconds; should we end before, the file is at least named.
            file: Json = {"file": f"{self.call_id}.wav", "duration_s": 0.0, "problem": UNCHECKED}
            fields["recording_ref"] = [file]
        elif self.queued_at is not None:
            fields["wait_s"] = round(ended_at - self.queued_at, 3)
        return CloseCall(self.call_id, ended_at, outcome.value, fields)

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
    """What the ticket says of the recording."""
    problem = None if checked.ok else checked.reason
    file: Json = {"file": checked.file, "duration_s": checked.duration_s, "problem": problem}
    return {"recording_ref": [file]}


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
    speaks = not is_talking and phase != Phase.ENDING
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
    return call.waiting_again() if call.phase in (Phase.OFFERED, Phase.CONNECTING) else call


def _tree(saved: Json) -> TreeRef | None:
    match saved:
        case [int(version), str(flow), str(label)]:
            return TreeRef(version, flow, label)
    return None
