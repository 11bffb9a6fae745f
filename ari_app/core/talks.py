"""The calls that an agent talks in: what the agent asks for, and how a talk's legs come and go.

Decides what each verb does; whether it may be done now is ``talk.py``'s table. A talk changes
only through ``_change``, so that bridges, the saved call and the desk never differ from it.
"""

from dataclasses import replace
from typing import assert_never

import ivr
from ari_app.core import hand_on, third
from ari_app.core.call import Call, Outcome, Phase
from ari_app.core.call_book import CallBook
from ari_app.core.call_over import placed_talks
from ari_app.core.call_parts import Third, ThirdState
from ari_app.core.commands import (
    HangUp,
    MuteLeg,
    PressKeys,
    Refuse,
    RingAgent,
    UnmuteLeg,
    Write,
)
from ari_app.core.desk_events import TalkAsked
from ari_app.core.events import LegDown
from ari_app.core.heard import CONNECTED, TALK_ENDED
from ari_app.core.journal_lines import Kind, note
from ari_app.core.legs import HANG_UP_S, Out, talk_over
from ari_app.core.places import quiet, rearranged
from ari_app.core.records import Json, SaveTicket
from ari_app.core.seam import CardChanged, ThirdAccepted, ThirdOffered, ThirdRefused, ThirdWanted
from ari_app.core.talk import MOVES, Move, Standing, Talk, Voice, refusal
from ari_app.core.values import AgentId, LegId, QueueName, agent_leg
from ari_app.core.verbs import (
    BlindTransfer,
    CompleteTransfer,
    Consult,
    DropThird,
    EndConsult,
    Hold,
    MarkConfidential,
    MarkUrgent,
    Mute,
    Resume,
    SendKeys,
    ThreeWay,
    To,
    ToAgent,
    ToNumber,
    ToQueue,
    ToSurvey,
    Unmute,
    Verb,
)

NOT_YOURS = Refuse("not_your_call", "这个通话不在您手上（可能已结束，或由其他坐席接听）。")
NOT_JOINED = Refuse("third_not_there", "对方尚未接听，不能完成转接；可以等待、恢复通话或直接转接。")
NOBODY_NAMED = Refuse("nobody_named", "请指明要加入三方通话的坐席、队列或号码。")
NO_SURVEY = Refuse("no_survey", "此热线的流程没有满意度评价；请直接挂断。")

Aside = Mute | Unmute | SendKeys | MarkUrgent | MarkConfidential
"""Verbs that leave everybody where they are."""


class Talks(CallBook):
    """On top of the book: the verbs, the thirds, and the end of the agent's part."""

    def asked(self, event: TalkAsked, now: float) -> Out:
        call = self.calls.get(event.call)
        if call is None or call.phase is not Phase.TALKING or call.agent != event.agent:
            return [NOT_YOURS]
        if isinstance(event.verb, Aside):
            return self._aside(call, event.verb, now)
        move = move_of(event.verb)
        if move not in MOVES[call.talk]:
            return [refusal(call.talk, move)]
        return self._done(call, event.verb, now)

    def _done(self, call: Call, verb: Verb, now: float) -> Out:
        match verb:
            case Hold():
                return self._change(call, Talk.HELD, now)
            case Resume() | EndConsult() | DropThird():
                return self._back(call, now)
            case Consult(to):
                return self._bring(call, to, Talk.CONSULTING, now)
            case ThreeWay() if call.talk is Talk.CONSULTING:
                return self._change(call, Talk.JOINED, now)
            case ThreeWay(to):
                return [NOBODY_NAMED] if to is None else self._bring(call, to, Talk.JOINED, now)
            case BlindTransfer(ToNumber() as number):
                return self._bring(call, number, Talk.PASSING, now)
            case BlindTransfer(ToQueue() | ToAgent() as to):
                return self._hand_on(call, to, now)
            case CompleteTransfer():
                return self._complete(call, now)
            case ToSurvey():
                return self._to_survey(call, now)
        raise AssertionError(verb)  # the others leave everybody where they are

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
            standing=Standing.BY_TREE,
            wants=None,
            promise=None,
        ).noting(now, CONNECTED)
        out: Out = []
        if to := call.join or call.interpreter:
            call, out = third.ring_guest(call, to, self._tree.numbers.get(to), now)
        self._put(call)
        return [Write(call.saved()), *placed_talks(call), *out]

    # --- verbs that move nobody --------------------------------------------------------------

    def _aside(self, call: Call, verb: Aside, now: float) -> Out:
        match verb:
            case Mute():
                return self._voice(call, Voice.MUTED)
            case Unmute():
                return self._voice(call, Voice.OPEN)
            case SendKeys(digits):
                is_in = call.third is not None and call.third.state is ThirdState.IN
                leg = call.third.leg if is_in and call.third else LegId(call.call_id)
                return [PressKeys(leg, digits)]
            case MarkUrgent(level):
                self._put(call := replace(call, urgency=level.value))
                return self._marked(call, {"urgency": level.value}, now)
            case MarkConfidential(on):
                return self._marked(call, {"confidential": on}, now)
        assert_never(verb)

    def _voice(self, call: Call, voice: Voice) -> Out:
        if call.leg is None:
            return []
        command = MuteLeg(call.leg) if voice is Voice.MUTED else UnmuteLeg(call.leg)
        self._put(call := replace(call, voice=voice))
        return [command, Write(call.saved()), *third.told(call)]

    def _marked(self, call: Call, fields: dict[str, str | bool], now: float) -> Out:
        data: dict[str, Json] = dict(fields)
        agent = call.agent or ""
        return [
            Write(SaveTicket(call.call_id, data)),
            Write(call.saved()),
            note(Kind.CALL_MARKED, now, call=call.call_id, agent=agent, data=data),
            CardChanged(call.call_id, call.card()),
        ]

    # --- verbs that move somebody ------------------------------------------------------------

    def _change(self, call: Call, state: Talk, now: float) -> Out:
        after = third.in_state(call, state, now)
        self._put(after)
        steps = rearranged(call, after, self._tree.music(call))
        return [
            *steps,
            Write(after.saved()),
            *third.told(after),
            *third.hold_lines(call, after, now),
        ]

    def _back(self, call: Call, now: float) -> Out:
        """Citizen and agent alone again; whoever else is there is sent away."""
        dropped = third.drop(call, call.third)
        alone = replace(call, third=None)
        return [*quiet(call), *dropped, *self._change(alone, Talk.TALKING, now)]

    def _bring(self, call: Call, to: To, state: Talk, now: float) -> Out:
        """Call a third, into the talk or aside."""
        match to:
            case ToNumber(name):
                known = self._tree.numbers.get(name)
                if known is None:
                    return [_unknown("no_such_number", "号码", name, self._tree.numbers)]
                call, out = third.ring(call, name, known.number, known.ring_s, now, is_guest=True)
                out += third.tell(call, name, "ringing")
            case ToAgent() | ToQueue():
                call, out = self._want(call, to)
        # First the move, then the ringing: a refusal that comes at once finds the talk there.
        return [*self._change(call, state, now), *out]

    def _want(self, call: Call, to: ToAgent | ToQueue) -> tuple[Call, Out]:
        assert call.agent is not None
        agent = to.agent if isinstance(to, ToAgent) else None
        queue = QueueName(call.queue) if isinstance(to, ToAgent) else to.queue
        needs = () if isinstance(to, ToAgent) else to.needs
        leg = agent_leg(call.call_id, call.offers + 1)
        name = agent or queue
        wanted = Third(leg, name, is_guest=True, agent=agent or AgentId(""))
        asked = ThirdWanted(call.call_id, call.agent, agent, queue, needs, call.card())
        return replace(call, offers=call.offers + 1, third=wanted), [asked]

    def _complete(self, call: Call, now: float) -> Out:
        if call.third is None or call.third.state is not ThirdState.IN:
            return [NOT_JOINED]
        leaving: Out = [HangUp(call.leg)] if call.leg else []
        return [*leaving, *self._moved((*third.stays(call, now), None), now)]

    def _hand_on(self, call: Call, to: ToQueue | ToAgent, now: float) -> Out:
        leaving: Out = [HangUp(call.leg)] if call.leg else []
        waits = hand_on.to_wait(call, to)
        return [*leaving, *talk_over(call), *self._wait_again(waits, call, now)]

    def _wait_again(self, waits: Call, before: Call, now: float) -> Out:
        waits, out = hand_on.wait_again(waits, before, self._tree, now)
        self._put(waits)
        return out

    def _to_survey(self, call: Call, now: float) -> Out:
        if not self._tree.asks_after_talk(call):
            return [NO_SURVEY]
        leaving: Out = [HangUp(call.leg)] if call.leg else []
        return [*leaving, *talk_over(call), *self._asked_after_talk(call, now)]

    # --- thirds ------------------------------------------------------------------------------

    def third_told(self, said: ThirdOffered | ThirdAccepted | ThirdRefused, now: float) -> Out:
        call = self.calls.get(said.call)
        if call is None or call.third is None or call.third.agent is None:
            return []
        known = call.third
        match said:
            case ThirdOffered():
                offered = replace(known, agent=said.agent, to=said.agent)
                self._put(call := replace(call, third=offered))
                out = third.tell(call, said.agent, "ringing")
                return [*out, *(_ring(call, offered, said.ring_s) if said.ring else [])]
            case ThirdAccepted():
                return _ring(call, known, said.ring_s, auto_answer=True)
            case ThirdRefused():
                return self._refused(call, known, said.reason, now)
        assert_never(said)

    def _refused(self, call: Call, wanted: Third, reason: str, now: float) -> Out:
        """Nobody comes; a phone that may ring stops."""
        call, out = third.left_talk(call, wanted, reason, now)
        self._put(call)
        return [HangUp(wanted.leg, "answered_elsewhere"), *out, *third.told(call)]

    def _third_gone(self, call: Call, cause: int, now: float) -> Out:
        assert call.third is not None
        if call.phase is Phase.TRANSFERRING and call.third.is_guest:
            # Passed on by an agent who has left since: nobody but the line is there for them.
            waits = hand_on.returned(replace(call, third=None))
            return self._wait_again(waits, call, now)
        out = self._moved(third.gone(call, call.third, cause, now), now)
        after = self.calls[call.call_id]
        return [*out, *(third.told(after) if call.phase is Phase.TALKING else [])]

    # --- the agent's part is over ------------------------------------------------------------

    def _agent_gone(self, call: Call, event: LegDown, now: float) -> Out:
        """A third who is there stays with the citizen, unless they only whispered with the agent;
        a citizen whose agent was lost, or who waits for somebody, does not lose the place."""
        has_died = hand_on.has_died(event.cause)
        other = call.third
        if other is not None and other.is_up and not (has_died and call.talk is Talk.CONSULTING):
            return self._moved((*third.stays(call, now), None), now)
        if call.talk is Talk.PASSING and other is not None:
            waits = replace(call, phase=Phase.TRANSFERRING, outcome=call.outcome_now())
            waits = replace(waits, agent=None, leg=None)
            self._put(waits)
            return [*talk_over(call), Write(waits.saved())]
        if has_died or call.talk is Talk.CONSULTING:
            dropped = third.drop(call, other)
            waits = hand_on.returned(replace(call, third=None))
            return [*talk_over(call), *dropped, *self._wait_again(waits, call, now)]
        return [*talk_over(call), *self._ended_by_agent(call, now)]

    def _ended_by_agent(self, call: Call, now: float) -> Out:
        """The tree goes on, or the call ends."""
        if self._tree.asks_after_talk(call):
            return self._asked_after_talk(call, now)
        dropped = third.drop(call, call.third)
        call = replace(call, third=None, phase=Phase.ENDING, until=now + HANG_UP_S)
        self._put(replace(call, outcome=Outcome.ANSWERED, hung_up_by="agent"))
        return [*dropped, HangUp(LegId(call.call_id))]

    def _asked_after_talk(self, call: Call, now: float) -> Out:
        dropped = third.drop(call, call.third)
        after = call.after_talk(now, "agent").noting(now, TALK_ENDED)
        return [*dropped, *hand_on.alone(call), *self._flow(after, ivr.TalkEnded(), now)]

    def _hang_up(self, call: Call, now: float) -> Out:
        """Once more, until Asterisk says that the channel is gone: it cannot be left alone."""
        self._put(replace(call, until=now + HANG_UP_S))
        return [HangUp(LegId(call.call_id))]


def move_of(verb: Verb) -> Move:
    """The row of the table that a verb asks for."""
    match verb:
        case BlindTransfer(ToNumber()):
            return Move.PASS_ON
        case BlindTransfer():
            return Move.HAND_ON
        case _:
            return _MOVE_OF[type(verb)]


_MOVE_OF: dict[type, Move] = {
    Hold: Move.HOLD,
    Resume: Move.RESUME,
    Consult: Move.CONSULT,
    EndConsult: Move.END_CONSULT,
    ThreeWay: Move.INVITE,
    DropThird: Move.DROP_THIRD,
    CompleteTransfer: Move.COMPLETE,
    ToSurvey: Move.SURVEY,
}


def _ring(call: Call, wanted: Third, ring_s: float, *, auto_answer: bool = False) -> Out:
    assert wanted.agent is not None
    number = call.caller.number
    return [RingAgent(wanted.leg, call.call_id, wanted.agent, ring_s, number, auto_answer)]


def _unknown(code: str, what: str, name: str, known: object) -> Refuse:
    names = ", ".join(sorted(map(str, known))) if isinstance(known, dict) else ""
    return Refuse(code, f"没有{what} {name}；可用的{what}：{names}。")
