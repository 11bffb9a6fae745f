"""One citizen's contact as frozen data, and what of it the ticket and the screen-pop show.

Decides nothing: ``calls.py`` moves it. It can be saved and restored, so a killed service finds
every caller where they were.
"""

from dataclasses import dataclass, replace
from typing import cast

import ivr
from ari_app.core import heard as journal
from ari_app.core.call_parts import Message, Placed, Promise, Third
from ari_app.core.events import RecordingChecked
from ari_app.core.outcome import LEFT_IN as LEFT_IN
from ari_app.core.outcome import Outcome as Outcome
from ari_app.core.outcome import Phase as Phase
from ari_app.core.outcome import better
from ari_app.core.pause import Gap, Pause, PauseState, gaps_to_json
from ari_app.core.records import CloseCall, Json, OpenCall, SaveCall
from ari_app.core.talk import Standing, Talk, Voice
from ari_app.core.values import (
    AgentId,
    Caller,
    CallId,
    CheckedFile,
    History,
    LegId,
    MessageId,
    PlayId,
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
    number that the next agent's talk begins with, ``interpreter`` the one whom the reserved agent
    needs. ``held_s`` is how long this agent's callers waited on hold until ``held_since``.
    A ``promise`` holds until somebody talks to the caller. ``wants`` is the agent whom a handed-on
    caller waits for. The queue's steps count from ``steps_from``, where it is not the place.
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
    interpreter: str = ""
    is_vip: bool = False
    outsides: int = 0
    third: Third | None = None
    recorded: int = 0
    message: Message | None = None
    messages: tuple[tuple[MessageId, float], ...] = ()
    promise: Promise | None = None
    heard: journal.Rows = ()
    placed: Placed | None = None

    @property
    def is_there(self) -> bool:
        """The citizen is on the line; in a call that we place, not before they answered."""
        return self.placed is None or self.placed.is_there

    @property
    def is_out_of_tree(self) -> bool:
        """It waits without a tree having sent it: there is nobody yet, or only for an agent."""
        return self.placed is not None and self.flow.phase == "new"

    talk: Talk = Talk.TALKING
    voice: Voice = Voice.OPEN
    held_since: float | None = None
    held_s: float = 0.0
    standing: Standing = Standing.BY_TREE
    wants: AgentId | None = None
    urgency: str = ""
    steps_from: float | None = None
    pause: Pause | None = None
    gaps: tuple[Gap, ...] = ()

    def deadline(self) -> float | None:
        """When time itself has to move this call on; an offer's end is the dispatcher's."""
        ends = [self.play_until, self.until, self.third.until if self.third else None]
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
            **({"callback": dict(self.placed.card)} if self.placed else {}),
        }

    def ticket(self) -> dict[str, Json]:
        """The ticket fields that are known so far, by their column names."""
        fields: dict[str, Json] = dict(self.flow.fields)
        if self.urgency:
            fields["urgency"] = self.urgency
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
            ticket_id=self.placed.ticket_id if self.placed else "",
        )

    def saved(self) -> SaveCall:
        fields = {} if self.placed else self.ticket()
        return SaveCall(self.call_id, self.phase.value, snapshot(self), fields)

    def closed(self, outcome: Outcome, hung_up_by: str, ended_at: float) -> CloseCall:
        if self.placed is not None:
            fields = self.placed.ticket(
                self.flow.fields, self.connected_at, self.served_by, ended_at
            )
        else:
            fields = {**self.ticket(), "who_hung_up": hung_up_by}
        # The check follows in seconds; should we end before, the files are at least named.
        talk = None if self.talk_s(ended_at) is None else _unchecked(self.call_id)
        messages = tuple(_unchecked(name) for name, _ in self.messages)
        if talk or messages:
            gaps = self.gaps_until(ended_at)
            fields |= recording_fields(RecordingChecked(self.call_id, talk, messages, gaps))
        if self.placed is None and self.connected_at is None and self.queued_at is not None:
            fields["wait_s"] = round((self.unqueued_at or ended_at) - self.queued_at, 3)
        if self.promise is not None:
            fields |= self.promise.fields()
        kept = journal.to_json(self.heard)
        phase = self.phase.value
        return CloseCall(self.call_id, ended_at, outcome.value, fields, kept, phase)

    def outcome_now(self) -> Outcome:
        """The outcome if the caller's channel goes now."""
        return better(self.outcome, LEFT_IN[self.phase])

    def talk_s(self, now: float) -> float | None:
        """How long the caller was in a talk until now; None if there was none."""
        if self.talk_since is None:
            return self.talked_s
        return (self.talked_s or 0.0) + max(0.0, now - self.talk_since)

    def gaps_until(self, now: float) -> tuple[Gap, ...]:
        """All gaps of the recording until now; one that is open ends now."""
        if self.pause is None or self.pause.state is PauseState.ASKED:
            return self.gaps
        to_s = self.talk_s(now) or self.pause.from_s
        return (*self.gaps, Gap(round(self.pause.from_s, 2), round(to_s, 2), self.pause.by))

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
            third=None,
            until=None,
            in_bridge=frozenset(),
            talk=Talk.TALKING,
            voice=Voice.OPEN,
            held_since=None,
            held_s=0.0,
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
    kept: list[Json] = [*files, *(_recording(one, "message") for one in checked.messages)]
    fields: dict[str, Json] = {"recording_ref": kept}
    if checked.gaps:
        fields["recording_gaps"] = gaps_to_json(checked.gaps)
    return fields


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
        "is_vip": call.is_vip,
        "outsides": call.outsides,
        "outside": call.third.to_json() if call.third else None,
        "recorded": call.recorded,
        "message": call.message.to_json() if call.message else None,
        "messages": [[name, seconds] for name, seconds in call.messages],
        "promise": call.promise.fields() if call.promise else None,
        "heard": journal.to_json(call.heard),
        "placed": call.placed.to_json() if call.placed else None,
        "leg": call.leg,
        "talk": call.talk.value,
        "voice": call.voice.value,
        "held": [call.held_since, call.held_s],
        "standing": call.standing.value,
        "wants": call.wants,
        "urgency": call.urgency,
        "steps_from": call.steps_from,
        "pause": call.pause.to_json() if call.pause else None,
        "gaps": gaps_to_json(call.gaps),
    }


RESUMED_IDS = 1000
"""Added to both counts on restoring: ids used since the last save are not met again."""
