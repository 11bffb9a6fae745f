"""Which of the things that the engine's halves say and command becomes a line of the journal.

Looks on where everything passes by, so no path can forget its line. Decides no call: remembers only
what a line needs and nobody else keeps. A line that is written twice after a restart has the same
key or repeats a fact; docs/journal.md says what a reader must bear.
"""

from collections.abc import Mapping

from ari_app.core import journal_lines as lines
from ari_app.core.agent import Agent, AgentState
from ari_app.core.call import Call, Phase
from ari_app.core.commands import Command, StartMusic, Tell, Write
from ari_app.core.events import CallArrived, CallerKnown
from ari_app.core.journal_lines import Kind
from ari_app.core.records import CloseCall, Json, OpenCall, Record, SaveCall
from ari_app.core.seam import CallOffered, CallQueued, ToCalls, ToDialList, ToDispatcher
from ari_app.core.values import AgentId, CallId, PlayId, call_of

Said = Command | ToDispatcher | ToCalls | ToDialList


class Witness:
    """``saw`` takes whatever passes between the halves, ``heard`` the first sound."""

    def __init__(self) -> None:
        self._rang_at: dict[CallId, float] = {}
        self._silent: set[CallId] = set()
        self._is_new = True

    def saw(self, said: Said, calls: Mapping[CallId, Call], now: float) -> list[Command]:
        match said:
            case CallQueued():
                return [_queued(said, now)]
            case CallOffered():
                queue = calls[said.call].queue if said.call in calls else ""
                kind = Kind.CALL_OFFERED
                return [lines.note(kind, now, call=said.call, agent=said.agent, queue=queue)]
            case Tell(kind="offer_ended"):
                return [_offer_ended(said, calls, now)]
            case Tell(kind="outside"):
                return [_third(said, now)]
            case StartMusic():
                return self._audible(call_of(said.leg), "music", now)
            case Write():
                return self._written(said.record, now)
        return []

    def _written(self, record: Record, now: float) -> list[Command]:
        match record:
            case OpenCall():
                self._silent.add(CallId(record.call_id))
            case CloseCall():
                self._silent.discard(CallId(record.call_id))
                self._rang_at.pop(CallId(record.call_id), None)
            case SaveCall(phase=Phase.TRANSFERRED):
                return [_transferred(record, now)]
        return []

    def arrived(self, event: CallArrived) -> None:
        if event.rang_at:
            self._rang_at[event.call] = event.rang_at

    def heard(self, play: PlayId, now: float) -> list[Command]:
        """A prompt is heard; the first one of a call is a line."""
        return self._audible(call_of(play), "prompt", now)

    def _audible(self, call: CallId, by: str, now: float) -> list[Command]:
        if call not in self._silent:
            return []
        self._silent.discard(call)
        rang_at = self._rang_at.pop(call, None)
        ring_s: Json = None if rang_at is None else round(max(0.0, now - rang_at), 3)
        data: dict[str, Json] = {"by": by, "ring_s": ring_s}
        return [lines.note(Kind.CALL_HEARD, now, call=call, data=data)]

    def started(self, agents: Mapping[AgentId, Agent], now: float) -> list[Command]:
        """Once, when Asterisk is first seen: what was going on before is taken up from here."""
        if not self._is_new:
            return []
        self._is_new = False
        found = [agent for agent in agents.values() if agent.state is not AgentState.OFFLINE]
        start = Write(lines.line(Kind.SERVICE_STARTED, now))
        return [start, *(lines.agent_found(agent, now) for agent in found)]


def known(event: CallerKnown, now: float) -> list[Command]:
    """How often this caller called before, and with which call last: no number is needed."""
    earlier = event.history.calls
    if not earlier:
        return []
    data: dict[str, Json] = {
        "earlier": len(earlier),
        "previous": earlier[0].get("call_id"),
        "previous_at": earlier[0].get("arrived_at"),
    }
    return [lines.note(Kind.CALL_KNOWN, now, call=event.call, data=data)]


def _queued(said: CallQueued, now: float) -> Write:
    data: dict[str, Json] = {
        "since": said.since,
        "needs": [[skill, level] for skill, level in said.needs],
        "priority": said.priority,
        "is_ahead": said.returned or said.is_vip or bool(said.urgency),
    }
    kind = Kind.CALL_QUEUED
    line = lines.line(kind, now, call=said.call, queue=said.queue, tag=said.queue, data=data)
    return Write(line)


def _offer_ended(said: Tell, calls: Mapping[CallId, Call], now: float) -> Write:
    call = CallId(str(said.data["call"]))
    queue = calls[call].queue if call in calls else ""
    data = {"reason": said.data["reason"]}
    return lines.note(Kind.OFFER_ENDED, now, call=call, agent=said.agent, queue=queue, data=data)


def _transferred(record: SaveCall, now: float) -> Write:
    """The call is saved more than once while it talks to one number: its leg's count is the key."""
    outside = record.snapshot.get("outside")
    name = outside.get("to") if isinstance(outside, Mapping) else None
    line = lines.line(Kind.CALL_TRANSFERRED, now, call=record.call_id, data={"to": name})
    key = f"{record.call_id}/{Kind.CALL_TRANSFERRED.value}/{record.snapshot.get('outsides')}"
    return Write(lines.keyed(line, key))


def _third(said: Tell, now: float) -> Command:
    """Whoever is called into an agent's talk, or consulted: how far that is."""
    data = {name: said.data.get(name) for name in ("to", "state")}
    call, tag = str(said.data.get("call") or ""), f"{said.agent}/{data['state']}"
    return Write(lines.line(Kind.CALL_THIRD, now, call=call, agent=said.agent, tag=tag, data=data))
