"""The call engine: owns every call and its channels, from the first ring to the closed ticket.

It never touches agents or queues: it tells the dispatcher that a caller waits, and hears which
agent is reserved. Every way a leg, a prompt or a person can fail has its line here.
"""

from dataclasses import replace
from typing import assert_never

import ivr
from ari_app.core import message, outside
from ari_app.core.call import Call, Outcome, Phase, recording_fields
from ari_app.core.call_book import CallBook, is_over
from ari_app.core.call_parts import Outside, OutsideState
from ari_app.core.commands import (
    Answer,
    CheckRecording,
    Connect,
    FindMessage,
    HangUp,
    RingAgent,
    StopPlay,
    Write,
)
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
    MessageEnded,
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
from ari_app.core.heard import CONNECTED, KEY, LEFT, TALK_ENDED
from ari_app.core.legs import CONNECT_S, HANG_UP_S, Out, drop_agent, leave_bridge, queued, silence
from ari_app.core.records import SaveTicket
from ari_app.core.values import CallId, LegId, QueueName, agent_leg, bridge_of

GOING_S = 0.3
"""How long after a broken prompt the end of its caller's channel may be told."""

UNALLOCATED = 1
"""Q.850: there is no such number."""


class CallEngine(CallBook):
    """``handle`` takes what happened, ``told`` what the dispatcher decided, ``due`` time."""

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
            case MessageEnded():
                return self._message_ended(call, event, now)
        assert_never(event)

    # --- in the tree -------------------------------------------------------------------------

    def _key(self, call: Call, event: KeyPressed, now: float) -> Out:
        if event.leg != LegId(call.call_id):
            return []
        if call.message is not None:
            return message.key(call.message, event.digit)
        if call.phase not in (Phase.IN_FLOW, Phase.QUEUED, Phase.OFFERED):
            return []
        return self._flow(call.noting(now, KEY, event.digit), ivr.Key(event.digit), now)

    def _play_ended(self, call: Call, event: PlayEnded, now: float) -> Out:
        if event.play != call.play:
            return []
        if event.ok:
            return self._said(call, ivr.PromptEnded(), now)
        # A caller who hangs up breaks the prompt off first: do not send the dead to an agent.
        self._put(replace(call, play_until=min(call.play_until or now + GOING_S, now + GOING_S)))
        return []

    def _message_ended(self, call: Call, event: MessageEnded, now: float) -> Out:
        if call.message is None or event.message != call.message.name:
            return []
        return self._moved(message.ended(call, event, now), now)

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
        if call.phase is not Phase.QUEUED:
            return []  # the tree took the caller out of the queue at this very moment
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
        """Somebody answered: silence the prompt or the music and put them together."""
        if call.outside is not None and event.leg == call.outside.leg:
            return self._moved((*outside.up(call, call.outside, now), None), now)
        if event.leg != call.leg:
            return [HangUp(event.leg)]
        if call.phase is not Phase.OFFERED:
            return []
        call, out = silence(call)
        out.append(Connect(bridge_of(call.call_id), (LegId(call.call_id), event.leg)))
        self._put(replace(call, phase=Phase.CONNECTING, until=now + CONNECT_S))
        return [*out, OfferAnswered(call.call_id)]

    def _entered(self, call: Call, event: BridgeEntered, now: float) -> Out:
        if event.bridge != bridge_of(call.call_id):
            return []
        if call.outside is not None:
            entered = outside.entered(call, call.outside, event.leg, now)
            return self._moved((*entered, None), now)
        if call.phase is not Phase.CONNECTING:
            return []
        call = replace(call, in_bridge=call.in_bridge | {event.leg})
        self._put(call)
        if call.leg is None or not {LegId(call.call_id), call.leg} <= call.in_bridge:
            return []
        return [OfferConnected(call.call_id), *self._talks(call, now)]

    def _talks(self, call: Call, now: float) -> Out:
        """The caller talks to the agent, who may have a third to call in."""
        call = replace(
            call,
            phase=Phase.TALKING,
            connected_at=call.connected_at or now,
            talk_since=call.talk_since or now,
            served_by=call.agent,
            hung_up_by="",
            until=None,
        ).noting(now, CONNECTED)
        out: Out = []
        if call.join:
            number = self._tree.numbers.get(call.join, "")
            call, out = outside.ring_guest(call, number, now)
        self._put(call)
        return [Write(call.saved()), *out]

    # --- ends --------------------------------------------------------------------------------

    def _leg_down(self, call: Call, event: LegDown, now: float) -> Out:
        if event.leg == LegId(call.call_id):
            return self.close(call, now)
        if call.outside is not None and event.leg == call.outside.leg:
            return self._outside_gone(call, event.cause, now)
        if event.leg != call.leg:
            return []
        match call.phase:
            case Phase.OFFERED | Phase.CONNECTING:
                return [*self._cancelled(call, now), OfferFailed(call.call_id, event.cause)]
            case Phase.TALKING:
                over = CallFinished(call.call_id, QueueName(call.queue))
                return [over, *self._agent_left(call, now)]
        return []

    def _agent_left(self, call: Call, now: float) -> Out:
        """A third who is there stays with the caller; else the tree goes on, or the call ends."""
        if call.outside is not None and call.outside.state is not OutsideState.RINGING:
            return self._moved((*outside.stays(call, now), None), now)
        dropped = outside.drop(call)
        if self._tree.asks_after_talk(call):
            call = call.after_talk(now, "agent").noting(now, TALK_ENDED)
            return [*dropped, *leave_bridge(call), *self._flow(call, ivr.TalkEnded(), now)]
        call = replace(call, outside=None, phase=Phase.ENDING, until=now + HANG_UP_S)
        self._put(replace(call, outcome=Outcome.ANSWERED, hung_up_by="agent"))
        return [*dropped, HangUp(LegId(call.call_id))]

    def _outside_gone(self, call: Call, cause: int, now: float) -> Out:
        assert call.outside is not None
        return self._moved(outside.gone(call, call.outside, cause, now), now)

    def close(self, call: Call, ended_at: float, *, hung_up_by: str = "caller") -> Out:
        """The caller's channel is gone: free the agent, write the end, forget the call."""
        del self.calls[call.call_id]
        self._ends.set(call.call_id, None)
        call = message.left_during(call)
        outcome = call.outcome_now()
        self.shelf.ended(call, abandoned=outcome is Outcome.ABANDONED_IN_FLOW)
        self.shelf.let_go(self.calls.values())
        out: Out = [*outside.drop(call), *drop_agent(call)]
        match call.phase:
            case Phase.QUEUED | Phase.OFFERED | Phase.CONNECTING:
                out.append(CallLeft(call.call_id))
            case Phase.TALKING:
                out.append(CallFinished(call.call_id, QueueName(call.queue)))
        if call.phase is not Phase.ENDING:
            call = call.noting(ended_at, LEFT)
        out.append(Write(call.closed(outcome, call.hung_up_by or hung_up_by, ended_at)))
        talk_s = call.talk_s(ended_at)
        if talk_s is not None or call.messages:
            out.append(CheckRecording(call.call_id, talk_s, call.messages))
        return out

    # --- time passes -------------------------------------------------------------------------

    def due(self, call_id: CallId, now: float) -> Out:
        call = self.calls.get(call_id)
        out = self._due(call, now) if call is not None else []
        if call_id in self.calls:
            self._ends.set(call_id, self.calls[call_id].deadline())
        return out

    def _due(self, call: Call, now: float) -> Out:
        if call.phase is Phase.ENDING and is_over(call.until, now):
            return self._hang_up(call, now)
        if call.phase is Phase.CONNECTING and is_over(call.until, now):
            return [*self._cancelled(call, now), OfferFailed(call.call_id, 0)]
        if call.outside is not None and is_over(call.outside.until, now):
            dropped: Out = [HangUp(call.outside.leg)]
            return [*dropped, *self._outside_gone(call, outside.NO_ANSWER, now)]
        if call.message is not None and is_over(call.until, now):
            return self._moved(message.overdue(call, call.message, now), now)
        if call.play is not None and is_over(call.play_until, now):
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
            case Phase.TRANSFERRING:
                return [*stop, *self._moved((*self._tree.step(call, None, now), None), now)]
            case Phase.RECORDING if call.message is not None:
                # A snapshot does not hold ``until``; the tree's own limit lies a little later.
                self._put(replace(call, until=call.until or call.flow.deadline or now))
                return [FindMessage(call.message.name)]
        self._put(call)
        return []

    def talking(self, call: Call, leg: LegId, offers: int, now: float) -> Out:
        """The call was found connected with this leg while we were away."""
        return self._talks(replace(call, leg=leg, offers=max(call.offers, offers)), now)

    def transferred(self, call: Call, leg: LegId, now: float) -> Out:
        """The call was found connected with this outside leg while we were away."""
        known = call.outside if call.outside and call.outside.leg == leg else None
        joined = outside.joined(call, known or Outside(leg, "", is_guest=False), now)
        return self._moved((*joined, None), now)


def _for_nobody(event: LegEvent) -> Out:
    """An agent who answers when the caller has just gone must not talk to nobody."""
    return [HangUp(event.leg)] if isinstance(event, LegUp) else []
