"""The call engine: owns every call and its channels, from the first ring to the closed ticket.

It never touches agents or queues: it tells the dispatcher that a caller waits, and hears which
agent is reserved. Every way a leg, a prompt or a person can fail has its line here.
"""

from dataclasses import replace
from typing import assert_never

import ivr
from ari_app.core import hand_on, message, third
from ari_app.core.call import Call, Phase, recording_fields
from ari_app.core.call_book import is_over
from ari_app.core.commands import (
    Connect,
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
    KeyPressed,
    LegDown,
    LegEvent,
    LegUp,
    MessageEnded,
    PlayEnded,
    RecordingChecked,
    RingFailed,
    call_named_in,
)
from ari_app.core.heard import KEY
from ari_app.core.legs import (
    CONNECT_S,
    Out,
    drop_agent,
    for_nobody,
    queued,
    silence,
)
from ari_app.core.placing import PlacedCalls
from ari_app.core.records import SaveTicket
from ari_app.core.seam import (
    NOT_RUNG,
    CallOffered,
    CallPlaced,
    CallWithdrawn,
    CardChanged,
    OfferAccepted,
    OfferAnswered,
    OfferCancelled,
    OfferConnected,
    OfferFailed,
    TalkEnded,
    ThirdAccepted,
    ThirdOffered,
    ThirdRefused,
    ToCalls,
)
from ari_app.core.taken_up import TakenUp
from ari_app.core.values import AgentId, CallId, LegId, agent_leg, bridge_of

GOING_S = 0.3
"""How long after a broken prompt the end of its caller's channel may be told."""

UNALLOCATED = 1
"""Q.850: there is no such number."""


class CallEngine(TakenUp, PlacedCalls):
    """``handle`` takes what happened, ``told`` what the dispatcher decided, ``due`` time."""

    # --- what happened -----------------------------------------------------------------------

    def handle(self, event: CallEvent, now: float) -> Out:
        match event:
            case CallArrived():
                return self._arrived(event, now)
            case CallerKnown():
                return self._known(event, now)
            case RecordingChecked():
                return [Write(SaveTicket(event.call, recording_fields(event)))]
            case _:
                return self._leg_event(event, now)

    def _arrived(self, event: CallArrived, now: float) -> Out:
        if event.call in self.calls:
            return []
        return self.begin(self.new_call(event.call, event.caller, event.dialled, now), now)

    def _known(self, event: CallerKnown, now: float) -> Out:
        call = self.calls.get(event.call)
        if call is None:
            return []
        self._put(call := replace(call, history=event.history))
        line = queued(call, now)
        # Who waits already stands in the line anew, for their last agent.
        again: Out = [line] if call.phase is Phase.QUEUED and line.last_agent else []
        return [CardChanged(call.call_id, call.card()), *again]

    def _leg_event(self, event: LegEvent, now: float) -> Out:
        call = self.calls.get(call_named_in(event))
        if call is None:
            return for_nobody(event)
        match event:
            case LegDown():
                return self._leg_down(call, event, now)
            case RingFailed():
                cause = UNALLOCATED if event.is_phones_fault else NOT_RUNG
                return self._leg_down(call, LegDown(event.leg, cause), now)
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
        if call.phase not in (Phase.IN_FLOW, Phase.QUEUED, Phase.OFFERED) or call.is_out_of_tree:
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
        if isinstance(said, CallPlaced):
            return self.place(said, now)
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
                return _hang_up_on(call, said.agent)
            case ThirdOffered() | ThirdAccepted() | ThirdRefused():
                return self.third_told(said, now)
            case CallWithdrawn():
                return self.withdraw(call, now)
        assert_never(said)

    def _offered(self, call: Call, said: CallOffered) -> Out:
        if call.phase is not Phase.QUEUED:
            return []  # the tree took the caller out of the queue at this very moment
        call = replace(call, phase=Phase.OFFERED, agent=said.agent, offers=call.offers + 1)
        leg = agent_leg(call.call_id, call.offers)
        call = replace(call, leg=leg, interpreter=said.interpreter, until=None)
        self._put(call)
        return self._ring(call, said.ring_s, auto_answer=False) if said.ring else []

    def _ring(self, call: Call, ring_s: float, *, auto_answer: bool) -> Out:
        if call.leg is None or call.agent is None:
            return []
        number = call.caller.number
        is_first = not call.is_there
        ring = RingAgent(call.leg, call.call_id, call.agent, ring_s, number, auto_answer, is_first)
        return [ring]

    def _cancelled(self, call: Call, now: float) -> Out:
        if call.phase not in (Phase.OFFERED, Phase.CONNECTING):
            return []
        out = drop_agent(call)
        again = hand_on.returned(call.waiting_again()) if call.wants else call.waiting_again()
        line: Out = [queued(again, now)] if call.wants else []
        # A prompt that was cut short for the agent counts as said: nobody reports its end.
        cut = ivr.PromptEnded() if call.phase is Phase.CONNECTING else None
        again, more = self._tree.step(again, cut, now)
        self._put(again)
        return [*out, *line, *more]

    def _leg_up(self, call: Call, event: LegUp, now: float) -> Out:
        """Somebody answered: silence the prompt or the music and put them together."""
        if call.third is not None and event.leg == call.third.leg:
            return self._moved((*third.up(call, call.third, now), None), now)
        if event.leg == LegId(call.call_id):
            return self.reached(call, now)
        if event.leg != call.leg:
            return [HangUp(event.leg)]
        if call.phase is not Phase.OFFERED:
            return []
        if not call.is_there:
            return self.agent_is_there(call, now)
        call, out = silence(call)
        out.append(Connect(bridge_of(call.call_id), (LegId(call.call_id), event.leg)))
        self._put(replace(call, phase=Phase.CONNECTING, until=now + CONNECT_S))
        return [*out, OfferAnswered(call.call_id)]

    def _entered(self, call: Call, event: BridgeEntered, now: float) -> Out:
        if call.third is not None:
            entered = third.entered(call, call.third, event, now)
            return self._moved((*entered, None), now)
        if call.phase is not Phase.CONNECTING or event.bridge != bridge_of(call.call_id):
            return []
        call = replace(call, in_bridge=call.in_bridge | {event.leg})
        self._put(call)
        if call.leg is None or not {LegId(call.call_id), call.leg} <= call.in_bridge:
            return []
        return [OfferConnected(call.call_id), *self._talks(call, now)]

    # --- ends --------------------------------------------------------------------------------

    def _leg_down(self, call: Call, event: LegDown, now: float) -> Out:
        if event.leg == LegId(call.call_id):
            return self.placed_gone(call, event.cause, now)
        if call.third is not None and event.leg == call.third.leg:
            return self._third_gone(call, event.cause, now)
        if event.leg != call.leg:
            return []
        match call.phase:
            case Phase.OFFERED | Phase.CONNECTING:
                return [*self._cancelled(call, now), OfferFailed(call.call_id, event.cause)]
            case Phase.DIALLING:
                return self.agent_gone(call, event.cause, now)
            case Phase.TALKING:
                return self._agent_gone(call, event, now)
        return []

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
        if call.phase is Phase.DIALLING and is_over(call.until, now):
            return self.not_reached(call, "no_answer", now)
        if call.phase is Phase.CONNECTING and is_over(call.until, now):
            return [*self._cancelled(call, now), OfferFailed(call.call_id, 0)]
        if call.third is not None and is_over(call.third.until, now):
            dropped: Out = [HangUp(call.third.leg)]
            return [*dropped, *self._third_gone(call, third.NO_ANSWER, now)]
        if call.message is not None and is_over(call.until, now):
            return self._moved(message.overdue(call, call.message, now), now)
        if call.phase is Phase.QUEUED and is_over(call.until, now):
            self._put(call := hand_on.returned(call))
            return [queued(call, now)]
        if call.play is not None and is_over(call.play_until, now):
            return [StopPlay(call.play), *self._said(call, ivr.PromptFailed(), now)]
        if call.phase in (Phase.IN_FLOW, Phase.QUEUED):
            return self._flow(call, ivr.TimedOut(), now)
        return []


def _hang_up_on(call: Call, agent: AgentId) -> Out:
    """This agent wants to leave the talk: theirs, or a colleague's to which they came."""
    if call.third is not None and call.third.agent == agent:
        return [HangUp(call.third.leg)]
    return [HangUp(call.leg)] if call.leg is not None else []
