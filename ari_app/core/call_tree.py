"""What the tree's decisions mean for a call: its actions as commands, and the call after them.

Decides when music plays, when a prompt is overdue and how a caller enters the queue. Knows nothing
of agents' legs but that they are dropped when the tree ends the call.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import assert_never

import ivr
from ari_app.core.call import Call, Outcome, Phase
from ari_app.core.commands import (
    Command,
    DropBridge,
    HangUp,
    Play,
    StartMusic,
    StopMusic,
    StopPlay,
    Write,
)
from ari_app.core.events import CallLeft, CallQueued, ToDispatcher
from ari_app.core.shelf import Shelf
from ari_app.core.values import Centre, LegId, PlayId, QueueName, bridge_of
from ivr.state import MAX_HOPS

HANG_UP_S = 5.0
"""How long a channel may take to go after we asked it to; then it is asked again."""

PLAY_GRACE_S = 5.0
"""Asterisk does not promise PlaybackFinished: a prompt is over this long after its length."""

Out = list[Command | ToDispatcher]
PromptSeconds = Callable[[Iterable[ivr.Prompt]], float]


class CallTree:
    """``step`` lets the tree decide about one call, and says what to do."""

    def __init__(self, shelf: Shelf, centre: Centre, prompt_seconds: PromptSeconds) -> None:
        self._shelf = shelf
        self._centre = centre
        self._prompt_seconds = prompt_seconds

    def step(self, call: Call, event: ivr.Event | None, now: float) -> tuple[Call, Out]:
        """The call after the event, with music if it waits; None only sees to the music."""
        out: Out = []
        if event is None:
            return self._with_music(call, out), out
        call, flow = self._shelf.flow_of(call)
        state, actions = ivr.step(flow, call.flow, event, now)
        if isinstance(event, ivr.PromptFailed) or _is_lost(call.flow, state):
            self._shelf.erred(call)
        call = replace(call, flow=state)
        for action in actions:
            call = self._act(call, action, now, out)
        call = self._with_music(call, out)
        if actions:
            out.append(Write(call.saved()))
        return call, out

    def _act(self, call: Call, action: ivr.Action, now: float, out: Out) -> Call:
        match action:
            case ivr.Say():
                return self._say(call, action, now, out)
            case ivr.StopSay():
                if call.play is not None:
                    out.append(StopPlay(call.play))
                return replace(call, play=None, play_until=None)
            case ivr.ToQueue():
                return self._to_queue(call, action, now, out)
            case ivr.HangUp():
                return _end(call, now, out)
            case ivr.SetLanguage() | ivr.SetField():
                return call  # both are part of the tree's state already
        assert_never(action)

    def _say(self, call: Call, action: ivr.Say, now: float, out: Out) -> Call:
        if call.has_music:
            out.append(StopMusic(LegId(call.call_id)))
        play = PlayId(f"{call.call_id}.p{call.plays + 1}")
        prompts = tuple((prompt.id, prompt.language) for prompt in action.prompts)
        out.append(Play(LegId(call.call_id), play, prompts))
        until = now + self._prompt_seconds(action.prompts) + PLAY_GRACE_S
        return replace(call, plays=call.plays + 1, play=play, play_until=until, has_music=False)

    def _to_queue(self, call: Call, action: ivr.ToQueue, now: float, out: Out) -> Call:
        if call.queued_at is None:
            self._shelf.through(call)
        has_offer = call.phase is Phase.OFFERED
        call = replace(
            call,
            phase=Phase.OFFERED if has_offer else Phase.QUEUED,
            queue=action.queue,
            needs=action.needs,
            priority=action.priority,
            queued_at=call.queued_at or now,
        )
        call = self._with_music(call, out)
        out.append(queued(call, now))
        return call

    def _with_music(self, call: Call, out: Out) -> Call:
        """Whoever waits hears music, unless a prompt is playing."""
        waits = call.phase in (Phase.QUEUED, Phase.OFFERED)
        if not waits or call.play is not None or call.has_music:
            return call
        music = self._centre.queue(QueueName(call.queue)).music
        out.append(StartMusic(LegId(call.call_id), music))
        return replace(call, has_music=True)


def _is_lost(before: ivr.State, after: ivr.State) -> bool:
    """The tree sent the caller round and round until the interpreter stepped in."""
    return before.hops < MAX_HOPS <= after.hops


def _end(call: Call, now: float, out: Out) -> Call:
    """The tree ends the call: nobody may be offered a caller who is being sent away."""
    out += drop_agent(call)
    if call.phase in (Phase.QUEUED, Phase.OFFERED):
        out.append(CallLeft(call.call_id))
    out.append(HangUp(LegId(call.call_id)))
    ending = replace(call, phase=Phase.ENDING, outcome=Outcome.FINISHED_IN_FLOW)
    return replace(ending, hung_up_by="system", until=now + HANG_UP_S, agent=None, leg=None)


def queued(call: Call, now: float) -> CallQueued:
    return CallQueued(
        call.call_id,
        QueueName(call.queue),
        call.needs,
        call.priority,
        call.queued_at or now,
        call.card(),
    )


def drop_agent(call: Call) -> Out:
    """Stop the phone, or end the talk, and take the bridge away."""
    if call.leg is None:
        return []
    bridge = DropBridge(bridge_of(call.call_id))
    match call.phase:
        case Phase.OFFERED:
            return [HangUp(call.leg, "answered_elsewhere")]
        case Phase.CONNECTING:
            return [HangUp(call.leg, "answered_elsewhere"), bridge]
        case Phase.ENDING:
            return [bridge]
    return [HangUp(call.leg), bridge]
