"""The call engine: owns every call and its channels, from the first ring to the closed ticket.

It never touches agents or queues: it tells the dispatcher that a caller waits, and hears which
agent is reserved. Every way a leg, a prompt or a person can fail has its line here.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import assert_never

import ivr
from ari_app.core.call import LEFT_IN, Call, Outcome, Phase, recording_fields
from ari_app.core.call_tree import HANG_UP_S, CallTree, Out, PromptSeconds, drop_agent, queued
from ari_app.core.commands import (
    Answer,
    CheckRecording,
    Connect,
    HangUp,
    LookUpCaller,
    RingAgent,
    StopMusic,
    StopPlay,
    Write,
)
from ari_app.core.deadlines import Deadlines
from ari_app.core.events import (
    BridgeEntered,
    CallArrived,
    CallerKnown,
    CallEvent,
    CallFinished,
    CallLeft,
    CallOffered,
    CardChanged,
    KeyPressed,
    LegDown,
    LegEvent,
    LegUp,
    OfferAccepted,
    OfferAnswered,
    OfferCancelled,
    OfferConnected,
    OfferFailed,
    PlayEnded,
    RecordingChecked,
    RingFailed,
    TalkEnded,
    ToCalls,
    call_named_in,
)
from ari_app.core.records import SaveTicket
from ari_app.core.shelf import Shelf
from ari_app.core.values import (
    Caller,
    CallId,
    Centre,
    LegId,
    QueueName,
    agent_leg,
    bridge_of,
)

CONNECT_S = 3.0
"""How long both legs may take to enter their bridge; Asterisk does it in milliseconds."""

GOING_S = 0.3
"""How long after a broken prompt the end of its caller's channel may be told."""

UNALLOCATED = 1
"""Q.850: there is no such number."""


class CallEngine:
    """``handle`` takes what happened, ``told`` what the dispatcher decided, ``take_due`` time."""

    def __init__(
        self,
        shelf: Shelf,
        centre: Centre,
        prompt_seconds: PromptSeconds,
        calls: Mapping[CallId, Call] | None = None,
    ) -> None:
        self.shelf = shelf
        self.calls: dict[CallId, Call] = dict(calls or {})
        self._tree = CallTree(shelf, centre, prompt_seconds)
        # Restored calls have no deadlines yet: the caller may be gone, and nothing reaches Asterisk
        # before the link is up. The reconciliation that follows takes each of them up.
        self._ends: Deadlines[CallId] = Deadlines()

    # --- what happened -----------------------------------------------------------------------

    def handle(self, event: CallEvent, now: float) -> Out:
        match event:
            case CallArrived():
                return self._arrived(event, now)
            case CallerKnown():
                return self._known(event)
            case RecordingChecked():
                return [Write(SaveTicket(event.call, recording_fields(event)))]
            case _:
                return self._leg_event(event, now)

    def _arrived(self, event: CallArrived, now: float) -> Out:
        if event.call in self.calls:
            return []
        return self.begin(self.new_call(event.call, event.caller, event.dialled, now), now)

    def new_call(self, call_id: CallId, caller: Caller, dialled: str, now: float) -> Call:
        tree, before = self.shelf.begin(call_id, dialled)
        return Call(call_id, caller, dialled, now, before, tree=tree)

    def begin(self, call: Call, now: float) -> Out:
        """Open the ticket, answer and let the tree speak."""
        out: Out = [Write(call.opened()), Answer(LegId(call.call_id))]
        if call.caller.number:
            out.append(LookUpCaller(call.call_id, call.caller.number))
        return [*out, *self._flow(call, ivr.Entered(), now)]

    def _known(self, event: CallerKnown) -> Out:
        call = self.calls.get(event.call)
        if call is None:
            return []
        self._put(call := replace(call, history=event.history))
        return [CardChanged(call.call_id, call.card())]

    def _leg_event(self, event: LegEvent, now: float) -> Out:
        call = self.calls.get(call_named_in(event))
        if call is None:
            return _for_nobody(event)
        match event:
            case LegDown():
                return self._leg_down(call, event, now)
            case RingFailed():
                return self._leg_down(call, LegDown(event.leg, UNALLOCATED), now)
            case KeyPressed():
                return self._key(call, event, now)
            case PlayEnded():
                return self._play_ended(call, event, now)
            case LegUp():
                return self._leg_up(call, event, now)
            case BridgeEntered():
                return self._entered(call, event, now)
        assert_never(event)

    # --- in the tree -------------------------------------------------------------------------

    def _key(self, call: Call, event: KeyPressed, now: float) -> Out:
        if event.leg != LegId(call.call_id) or call.phase not in (Phase.IN_FLOW, Phase.QUEUED):
            return []
        return self._flow(call, ivr.Key(event.digit), now)

    def _play_ended(self, call: Call, event: PlayEnded, now: float) -> Out:
        if event.play != call.play:
            return []
        if event.ok:
            return self._said(call, ivr.PromptEnded(), now)
        # A caller who hangs up breaks the prompt off first: do not send the dead to an agent.
        self._put(replace(call, play_until=min(call.play_until or now + GOING_S, now + GOING_S)))
        return []

    def _said(self, call: Call, said: ivr.Event, now: float) -> Out:
        return self._flow(replace(call, play=None, play_until=None), said, now)

    def _flow(self, call: Call, event: ivr.Event, now: float) -> Out:
        call, out = self._tree.step(call, event, now)
        self._put(call)
        return out

    # --- the agent's leg ---------------------------------------------------------------------

    def told(self, said: ToCalls, now: float) -> Out:
        call = self.calls.get(said.call)
        if call is None:
            return []
        match said:
            case CallOffered():
                return self._offered(call, said)
            case OfferAccepted():
                return self._ring(call, said.ring_s, auto_answer=True)
            case OfferCancelled():
                return self._cancelled(call, now)
            case TalkEnded():
                return [HangUp(call.leg)] if call.leg is not None else []
        assert_never(said)

    def _offered(self, call: Call, said: CallOffered) -> Out:
        call = replace(call, phase=Phase.OFFERED, agent=said.agent, offers=call.offers + 1)
        call = replace(call, leg=agent_leg(call.call_id, call.offers))
        self._put(call)
        return self._ring(call, said.ring_s, auto_answer=False) if said.ring else []

    def _ring(self, call: Call, ring_s: float, *, auto_answer: bool) -> Out:
        if call.leg is None or call.agent is None:
            return []
        number = call.caller.number
        return [RingAgent(call.leg, call.call_id, call.agent, ring_s, number, auto_answer)]

    def _cancelled(self, call: Call, now: float) -> Out:
        if call.phase not in (Phase.OFFERED, Phase.CONNECTING):
            return []
        out = drop_agent(call)
        again = call.waiting_again()
        # A prompt that was cut short for the agent counts as said: nobody reports its end.
        cut = ivr.PromptEnded() if call.phase is Phase.CONNECTING else None
        again, more = self._tree.step(again, cut, now)
        self._put(again)
        return [*out, *more]

    def _leg_up(self, call: Call, event: LegUp, now: float) -> Out:
        """The agent answered: silence the prompt or the music and put both together."""
        if event.leg != call.leg:
            return [HangUp(event.leg)]
        if call.phase is not Phase.OFFERED:
            return []
        out: Out = [StopPlay(call.play)] if call.play is not None else []
        if call.has_music:
            out.append(StopMusic(LegId(call.call_id)))
        out.append(Connect(bridge_of(call.call_id), (LegId(call.call_id), call.leg)))
        silent = replace(call, play=None, play_until=None, has_music=False)
        self._put(replace(silent, phase=Phase.CONNECTING, until=now + CONNECT_S))
        return [*out, OfferAnswered(call.call_id)]

    def _entered(self, call: Call, event: BridgeEntered, now: float) -> Out:
        if call.phase is not Phase.CONNECTING or event.bridge != bridge_of(call.call_id):
            return []
        call = replace(call, in_bridge=call.in_bridge | {event.leg})
        self._put(call)
        if call.leg is None or not {LegId(call.call_id), call.leg} <= call.in_bridge:
            return []
        call = replace(call, phase=Phase.TALKING, connected_at=now, until=None)
        self._put(call)
        return [OfferConnected(call.call_id), Write(call.saved())]

    # --- ends --------------------------------------------------------------------------------

    def _leg_down(self, call: Call, event: LegDown, now: float) -> Out:
        if event.leg == LegId(call.call_id):
            return self.close(call, now)
        if event.leg != call.leg:
            return []
        match call.phase:
            case Phase.OFFERED | Phase.CONNECTING:
                return [*self._cancelled(call, now), OfferFailed(call.call_id, event.cause)]
            case Phase.TALKING:
                ending = replace(
                    call,
                    phase=Phase.ENDING,
                    outcome=Outcome.ANSWERED,
                    hung_up_by="agent",
                    until=now + HANG_UP_S,
                )
                self._put(ending)
                return [
                    HangUp(LegId(call.call_id)),
                    CallFinished(call.call_id, QueueName(call.queue)),
                ]
        return []

    def close(self, call: Call, ended_at: float, *, hung_up_by: str = "caller") -> Out:
        """The caller's channel is gone: free the agent, write the end, forget the call."""
        del self.calls[call.call_id]
        self._ends.set(call.call_id, None)
        outcome = call.outcome or LEFT_IN[call.phase]
        self.shelf.ended(call, abandoned=outcome is Outcome.ABANDONED_IN_FLOW)
        self.shelf.let_go(self.calls.values())
        out: Out = drop_agent(call)
        match call.phase:
            case Phase.QUEUED | Phase.OFFERED | Phase.CONNECTING:
                out.append(CallLeft(call.call_id))
            case Phase.TALKING:
                out.append(CallFinished(call.call_id, QueueName(call.queue)))
        out.append(Write(call.closed(outcome, call.hung_up_by or hung_up_by, ended_at)))
        if call.connected_at is not None:
            out.append(CheckRecording(call.call_id, max(0.0, ended_at - call.connected_at)))
        return out

    # --- time passes -------------------------------------------------------------------------

    def next_deadline(self) -> float | None:
        return self._ends.next()

    def take_due(self, now: float) -> Out:
        out: Out = []
        for call_id in self._ends.take_due(now):
            call = self.calls[call_id]
            out += self._due(call, now)
            if call_id in self.calls:
                self._ends.set(call_id, self.calls[call_id].deadline())
        return out

    def _due(self, call: Call, now: float) -> Out:
        if call.phase is Phase.ENDING and call.until is not None and call.until <= now:
            return self._hang_up(call, now)
        if call.phase is Phase.CONNECTING and call.until is not None and call.until <= now:
            return [*self._cancelled(call, now), OfferFailed(call.call_id, 0)]
        if call.play is not None and call.play_until is not None and call.play_until <= now:
            return [StopPlay(call.play), *self._said(call, ivr.PromptFailed(), now)]
        if call.phase in (Phase.IN_FLOW, Phase.QUEUED):
            return self._flow(call, ivr.TimedOut(), now)
        return []

    def _hang_up(self, call: Call, now: float) -> Out:
        """Once more, until Asterisk says that the channel is gone: it cannot be left alone."""
        self._put(replace(call, until=now + HANG_UP_S))
        return [HangUp(LegId(call.call_id))]

    # --- after a gap -------------------------------------------------------------------------

    def resume(self, call: Call, now: float) -> Out:
        """Take a call up where it stands: the prompt again, the music again, the place kept."""
        stop: Out = [StopPlay(call.play)] if call.play is not None else []
        call = replace(call, play=None, play_until=None, has_music=False)
        match call.phase:
            case Phase.IN_FLOW:
                return [*stop, Answer(LegId(call.call_id)), *self._flow(call, ivr.Entered(), now)]
            case Phase.QUEUED:
                # The place is kept during a prompt too, which by itself puts nobody in a queue.
                return [*stop, queued(call, now), *self._flow(call, ivr.Entered(), now)]
            case Phase.ENDING:
                return [*stop, *self._hang_up(call, now)]
        return []

    def talking(self, call: Call, leg: LegId, offers: int, now: float) -> Call:
        """The call was found connected with this leg while we were away."""
        call = replace(
            call,
            phase=Phase.TALKING,
            leg=leg,
            offers=max(call.offers, offers),
            connected_at=call.connected_at or now,
            until=None,
        )
        self._put(call)
        return call

    def failed(self, event: LegEvent) -> None:
        """Handling this raised: it counts against the trees that serve the call."""
        call = self.calls.get(call_named_in(event))
        if call is not None:
            self.shelf.erred(call)

    def _put(self, call: Call) -> None:
        self.calls[call.call_id] = call
        self._ends.set(call.call_id, call.deadline())


def _for_nobody(event: LegEvent) -> Out:
    """An agent who answers when the caller has just gone must not talk to nobody."""
    return [HangUp(event.leg)] if isinstance(event, LegUp) else []
