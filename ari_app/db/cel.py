"""Which calls Asterisk's event log tells of: those the program may never have seen.

``calls_from_cel`` is pure. A citizen's call is a linked id whose first channel came from the
trunk; it is told once it has ended. Calls that the program served are told as well: whoever
asks knows which ids it has already.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ari_app.db.cel_file import CelFile, CelRow
from ari_app.db.rows import CelPosition

TRUNK_CONTEXT = "from-trunk"
# What the dialplan writes into the log itself; the type of such an event is its name.
_FALLBACK_MARK, _REFUSED_MARK = "fallback", "refused"
_MISSED = ("abandoned_fallback", "abandoned_before_answer")


@dataclass(frozen=True, slots=True)
class CelCall:
    """``agent_answered_at`` is when a second party was joined with the caller."""

    call_id: str
    linked_id: str
    arrived_at: float
    answered_at: float | None
    agent_answered_at: float | None
    ended_at: float
    caller: str
    caller_name: str
    dialled: str
    fallback: bool
    refused: bool
    reached_service: bool
    agent_channel: str
    hangup_cause: int | None
    who_hung_up: str

    @property
    def outcome(self) -> str:
        if self.refused:
            return "refused"
        if self.agent_answered_at is not None:
            return "answered_fallback"
        return "abandoned_fallback" if self.answered_at else "abandoned_before_answer"

    @property
    def is_missed(self) -> bool:
        """Nobody served the citizen: neither we, who had the call, nor a phone of the fallback.

        Whoever came to the fallback from us was on its line all the same, for we had died.
        """
        was_ours = self.reached_service and not self.fallback
        return self.outcome in _MISSED and not was_ours


class CelImport:
    """Reads on and tells which calls have ended since; keeps the rows of those still going on."""

    def __init__(self, path: Path, position: CelPosition | None = None) -> None:
        self._file = CelFile(path, position)
        self._rows: dict[str, list[CelRow]] = {}

    @property
    def position(self) -> CelPosition:
        """Where to begin after a restart: at the first row of a call that has not ended."""
        first = next(iter(self._rows.values()), None)
        return first[0].place if first else self._file.position

    def poll(self, *, lost_before: float = 0.0) -> list[CelCall]:
        """Calls that ended; those not heard of since ``lost_before`` (Asterisk's start) did, too.

        Blocking: call it in a thread. Save the position once the calls are written down.
        """
        ended: list[CelRow] = []
        for row in self._file.read():
            rows = self._rows.setdefault(row.linked_id, [])
            rows.append(row)
            if row.event == "LINKEDID_END":
                ended += self._rows.pop(row.linked_id)
        for linked_id in [k for k, rows in self._rows.items() if rows[-1].at < lost_before]:
            ended += self._rows.pop(linked_id)
        return calls_from_cel(ended, lost_before=lost_before)


def calls_from_cel(rows: Iterable[CelRow], *, lost_before: float = 0.0) -> list[CelCall]:
    """The citizens' calls among these rows that have ended, in the order they came."""
    by_link: dict[str, list[CelRow]] = {}
    for row in rows:
        by_link.setdefault(row.linked_id, []).append(row)
    found = [
        _call(linked_id, events)
        for linked_id, events in by_link.items()
        if events[-1].event == "LINKEDID_END" or events[-1].at < lost_before
    ]
    return [call for call in found if call is not None]


def _call(linked_id: str, events: list[CelRow]) -> CelCall | None:
    start = events[0]
    if start.event != "CHAN_START" or start.context != TRUNK_CONTEXT:
        return None
    own = [row for row in events if row.channel_id == start.channel_id]
    hangup = next((row for row in own if row.event == "HANGUP"), None)
    end = next((row for row in own if row.event == "CHAN_END"), hangup or events[-1])
    details: Mapping[str, object] = hangup.details() if hangup else {}
    answered = next((row for row in own if row.event == "ANSWER"), None)
    joined, agent = _first_joined(start.channel_id, events)
    source = str(details.get("hangupsource", ""))
    marks = {row.mark for row in own}
    cause = details.get("hangupcause")
    named = next((row for row in own if row.caller), start)
    return CelCall(
        call_id=start.channel_id,
        linked_id=linked_id,
        arrived_at=start.at,
        answered_at=answered.at if answered else None,
        agent_answered_at=joined,
        ended_at=end.at,
        caller=named.caller,
        caller_name=named.caller_name,
        dialled=start.exten,
        fallback=_FALLBACK_MARK in marks,
        refused=_REFUSED_MARK in marks,
        reached_service=any(row.app == "Stasis" for row in own),
        agent_channel=agent,
        hangup_cause=cause if isinstance(cause, int) else None,
        who_hung_up=_who(source, start.channel, agent, was_answered=answered is not None),
    )


def _first_joined(caller_id: str, events: list[CelRow]) -> tuple[float | None, str]:
    """When the caller and another channel were first in one bridge, and that channel's name."""
    inside: dict[object, dict[str, CelRow]] = {}
    for row in events:
        bridge = row.details().get("bridge_id") if row.event.startswith("BRIDGE_") else None
        if row.event == "BRIDGE_EXIT":
            inside.get(bridge, {}).pop(row.channel_id, None)
        elif row.event == "BRIDGE_ENTER":
            members = inside.setdefault(bridge, {})
            members[row.channel_id] = row
            others = [name for key, name in members.items() if key != caller_id]
            if caller_id in members and others:
                return row.at, others[0].channel
    return None, ""


def _who(source: str, caller: str, agent: str, *, was_answered: bool) -> str:
    """The ticket's word for who ended the call; empty when the log does not say."""
    if source == caller or (not source and not was_answered):
        return "caller"  # a CANCEL has no source in the log
    if source and source == agent:
        return "agent"
    return "system" if source.startswith("dialplan") else ""
