"""What the tree's decisions mean for a call: its actions as commands, and the call after them.

Decides when music plays, when a prompt is overdue and how a caller enters the queue. Knows nothing
of agents' legs but that they are dropped when the tree ends the call.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import assert_never

import ivr
from ari_app.core import message, third
from ari_app.core.call import Call, Outcome, Phase
from ari_app.core.call_parts import Promise
from ari_app.core.commands import HangUp, Play, StartMusic, StopPlay, Write
from ari_app.core.heard import FACT, QUEUED, TRANSFER, HeardFacts
from ari_app.core.legs import HANG_UP_S, Out, leave_queue, queued, silence
from ari_app.core.live_facts import FactsFor
from ari_app.core.outcome import better
from ari_app.core.shelf import Shelf
from ari_app.core.talk import Standing
from ari_app.core.values import Centre, LegId, PlayId, QueueName
from ari_app.core.world import OutsideNumber
from ivr.state import MAX_HOPS

WAITS = (Phase.QUEUED, Phase.OFFERED, Phase.TRANSFERRING)
"""Phases in which the caller hears music."""

RETURNS = (
    ivr.TransferFailed,
    ivr.TransferEnded,
    ivr.MessageTaken,
    ivr.MessageFailed,
    ivr.TalkEnded,
)
"""Events that give the caller back to the tree."""

PLAY_SLOWEST, PLAY_GRACE_S = 1.5, 5.0
"""Asterisk does not promise PlaybackFinished: a prompt is over this long after its length. On a
busy machine it plays slower than it should, and what a caller still hears must not be cut."""

PromptSeconds = Callable[[Iterable[ivr.Prompt]], float]


class CallTree:
    """``step`` lets the tree decide about one call, and says what to do."""

    def __init__(
        self,
        shelf: Shelf,
        centre: Centre,
        prompt_seconds: PromptSeconds,
        facts_for: FactsFor,
        numbers: Mapping[str, OutsideNumber],
    ) -> None:
        self.numbers = numbers
        self._shelf = shelf
        self._centre = centre
        self._prompt_seconds = prompt_seconds
        self._facts_for = facts_for
        self.instead: Callable[[str], str] = str

    def step(self, call: Call, event: ivr.Event | None, now: float) -> tuple[Call, Out]:
        """The call after the event, with music if it waits; None only sees to the music."""
        out: Out = []
        has_acted = False
        while event is not None:
            call, event, acted = self._once(call, event, now, out)
            has_acted = has_acted or acted
        call = self._with_music(call, out)
        if has_acted:
            out.append(Write(call.saved()))
        return call, out

    def _once(
        self, call: Call, event: ivr.Event, now: float, out: Out
    ) -> tuple[Call, ivr.Event | None, bool]:
        """One event; what the tree must hear next because of it, and whether it acted."""
        call, flow = self._shelf.flow_of(call)
        facts = HeardFacts(self._facts_for(call, now))
        state, actions = ivr.step(flow, call.flow, event, now, facts)
        if isinstance(event, ivr.PromptFailed) or _is_lost(call.flow, state):
            self._shelf.erred(call)
        if isinstance(event, RETURNS) and not actions and state == call.flow:
            # A gap hid why the caller was away: nothing else would ever move this caller.
            return call, ivr.Entered(), False
        call = replace(call, flow=state)
        for name, answer in facts.asked:
            call = call.noting(now, FACT, name, answer)
        for action in actions:
            call = self._act(call, action, now, out)
        if call.phase is Phase.TRANSFERRING and call.third is None:
            call = replace(call, phase=Phase.IN_FLOW).noting(now, TRANSFER, "failed")
            return call, ivr.TransferFailed("failed"), True
        return call, None, bool(actions)

    def has_queue(self, call: Call) -> bool:
        """Whether there is the queue that the call is in."""
        return QueueName(call.queue) in self._centre.queues

    def asks_after_talk(self, call: Call) -> bool:
        """Whether a caller whose agent hung up has somewhere to go."""
        return self._shelf.flow_of(call)[1].after_talk is not None

    def _act(self, call: Call, action: ivr.Action, now: float, out: Out) -> Call:
        match action:
            case ivr.Say():
                return self.say(call, action, now, out)
            case ivr.StopSay():
                if call.play is not None:
                    out.append(StopPlay(call.play))
                return replace(call, play=None, play_until=None)
            case ivr.ToQueue():
                return self._to_queue(call, action, now, out)
            case ivr.Transfer():
                return self._transfer(call, action, now, out)
            case ivr.TakeMessage():
                call, more = message.begin(call, action, now)
                out += more
                return call
            case ivr.PromiseCallback():
                return _promise(call, action, now, out)
            case ivr.HangUp():
                return _end(call, now, out)
            case ivr.SetLanguage() | ivr.SetField():
                return call  # both are part of the tree's state already
        assert_never(action)

    def say(self, call: Call, action: ivr.Say, now: float, out: Out) -> Call:
        # Asterisk would play it after what it is saying now, and report the wrong one's end.
        call, quiet = silence(call)
        out += quiet
        play = PlayId(f"{call.call_id}.p{call.plays + 1}")
        said = [prompt._replace(id=self.instead(prompt.id)) for prompt in action.prompts]
        prompts = tuple((prompt.id, prompt.language) for prompt in said)
        out.append(Play(LegId(call.call_id), play, prompts))
        until = now + PLAY_SLOWEST * self._prompt_seconds(said) + PLAY_GRACE_S
        return replace(call, plays=call.plays + 1, play=play, play_until=until)

    def _to_queue(self, call: Call, action: ivr.ToQueue, now: float, out: Out) -> Call:
        if call.queued_at is None:
            self._shelf.through(call)
        if (call.queue, call.needs) != (action.queue, action.needs):
            # The agent whose phone rings may not speak the language that is wanted now.
            call, more = leave_queue(call, now)
            out += more
        has_offer = call.phase is Phase.OFFERED
        call = replace(
            call,
            phase=Phase.OFFERED if has_offer else Phase.QUEUED,
            queue=action.queue,
            needs=action.needs,
            priority=action.priority,
            queued_at=call.queued_at or now,
            unqueued_at=None,
            join=action.join,
            is_vip=self.is_vip(call, now),
            standing=Standing.BY_TREE,
            wants=None,
        ).noting(now, QUEUED, action.queue)
        call = self._with_music(call, out)
        out.append(queued(call, now))
        return call

    def is_vip(self, call: Call, now: float) -> bool:
        return self._facts_for(call, now).value("caller.is_vip") is True

    def _transfer(self, call: Call, action: ivr.Transfer, now: float, out: Out) -> Call:
        call, more = leave_queue(call, now)
        out += more
        known = self.numbers.get(action.to)
        number = known.number if known else ""
        call, more = third.ring(call, action.to, number, action.ring_s, now)
        out += more
        return replace(call, phase=Phase.TRANSFERRING)

    def _with_music(self, call: Call, out: Out) -> Call:
        """Whoever waits hears music, unless a prompt is playing."""
        if not call.is_there or call.phase not in WAITS or call.play is not None or call.has_music:
            return call
        out.append(StartMusic(LegId(call.call_id), self.music(call)))
        return replace(call, has_music=True)

    def music(self, call: Call) -> str:
        """What a caller of this queue hears while waiting."""
        return self._centre.queue(QueueName(call.queue)).music


def _is_lost(before: ivr.State, after: ivr.State) -> bool:
    """The tree sent the caller round and round until the interpreter stepped in."""
    return before.hops < MAX_HOPS <= after.hops


def _promise(call: Call, action: ivr.PromiseCallback, now: float, out: Out) -> Call:
    """The place waited for is kept in the promise; the caller waits no more."""
    call, more = leave_queue(call, now)
    out += more
    promise = Promise(
        action.number or call.caller.number,
        action.queue,
        action.needs,
        action.priority,
        call.queued_at or now,
    )
    return replace(call, promise=promise, outcome=better(call.outcome, Outcome.CALLBACK_PROMISED))


def _end(call: Call, now: float, out: Out) -> Call:
    """The tree ends the call: nobody may be offered a caller who is being sent away."""
    call, more = leave_queue(call, now)
    out += [*more, HangUp(LegId(call.call_id))]
    return replace(
        call,
        phase=Phase.ENDING,
        outcome=better(call.outcome, Outcome.FINISHED_IN_FLOW),
        hung_up_by=call.hung_up_by or "system",
        until=now + HANG_UP_S,
    )
