"""Every live call with the moment at which time has to move it on, and what its tree says.

Decides nothing about legs but what becomes of them when the call ends: ``calls.py`` does, on top of
this. A change of a call goes through ``_put``, so that no deadline is forgotten.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

import ivr
from ari_app.core import message, third
from ari_app.core.call import Call, Outcome, Phase
from ari_app.core.call_over import over
from ari_app.core.call_tree import CallTree, PromptSeconds
from ari_app.core.commands import Answer, CheckRecording, LookUpCaller, Write
from ari_app.core.deadlines import Deadlines
from ari_app.core.events import LegEvent, call_named_in
from ari_app.core.heard import LEFT
from ari_app.core.legs import Out, drop_agent, talk_over
from ari_app.core.live_facts import FactsFor
from ari_app.core.seam import CallLeft
from ari_app.core.shelf import Shelf
from ari_app.core.values import Caller, CallId, Centre, LegId
from ari_app.core.world import OutsideNumber

AGAIN_S = 5.0
"""After a bug: soon enough for a caller, seldom enough for the log."""


def no_facts(_call: Call, _now: float) -> ivr.Facts:
    """For trees that ask nothing of the world."""
    return ivr.NO_FACTS


class CallBook:
    """The calls by id; the tree that speaks for them."""

    def __init__(
        self,
        shelf: Shelf,
        centre: Centre,
        prompt_seconds: PromptSeconds,
        calls: Mapping[CallId, Call] | None = None,
        facts_for: FactsFor = no_facts,
        numbers: Mapping[str, OutsideNumber] | None = None,
    ) -> None:
        self.shelf = shelf
        self.calls: dict[CallId, Call] = dict(calls or {})
        self._tree = CallTree(
            shelf, centre, prompt_seconds, facts_for, {} if numbers is None else numbers
        )
        # Restored calls have no deadlines yet: the caller may be gone, and nothing reaches Asterisk
        # before the link is up. The reconciliation that follows takes each of them up.
        self._ends: Deadlines[CallId] = Deadlines()

    @property
    def numbers(self) -> Mapping[str, OutsideNumber]:
        """The numbers outside that can be called, by their names."""
        return self._tree.numbers

    def say_instead(self, instead: Callable[[str], str]) -> None:
        """From now on ``instead`` names the prompt that is said where the tree names another."""
        self._tree.instead = instead

    def new_call(self, call_id: CallId, caller: Caller, dialled: str, now: float) -> Call:
        tree, before = self.shelf.begin(call_id, dialled)
        return Call(call_id, caller, dialled, now, before, tree=tree)

    def begin(self, call: Call, now: float) -> Out:
        """Open the ticket, answer and let the tree speak."""
        out: Out = [Write(call.opened()), Answer(LegId(call.call_id))]
        if call.caller.number:
            out.append(LookUpCaller(call.call_id, call.caller.number))
        return [*out, *self._flow(call, ivr.Entered(), now)]

    def _said(self, call: Call, said: ivr.Event, now: float) -> Out:
        return self._flow(replace(call, play=None, play_until=None), said, now)

    def _flow(self, call: Call, event: ivr.Event, now: float) -> Out:
        call, out = self._tree.step(call, event, now)
        self._put(call)
        return out

    def _moved(self, moved: tuple[Call, Out, ivr.Event | None], now: float) -> Out:
        """The call after something happened to it, and what the tree says to that."""
        call, out, event = moved
        if event is not None:
            return [*out, *self._flow(call, event, now)]
        self._put(call)
        return out

    def close(self, call: Call, ended_at: float, *, hung_up_by: str = "caller") -> Out:
        """The caller's channel is gone: free the agent, write the end, forget the call."""
        del self.calls[call.call_id]
        self._ends.set(call.call_id, None)
        call = message.left_during(call)
        outcome = call.outcome_now()
        self.shelf.ended(call, abandoned=outcome is Outcome.ABANDONED_IN_FLOW)
        self.shelf.let_go(self.calls.values())
        out: Out = [*third.drop(call, call.third), *drop_agent(call), *third.drop_rooms(call)]
        match call.phase:
            case Phase.QUEUED | Phase.OFFERED | Phase.CONNECTING:
                out.append(CallLeft(call.call_id))
            case Phase.DIALLING if call.agent is not None:
                out.append(CallLeft(call.call_id))
            case Phase.TALKING:
                out += talk_over(call)
        if call.phase is not Phase.ENDING:
            call = call.noting(ended_at, LEFT)
        out.append(Write(call.closed(outcome, call.hung_up_by or hung_up_by, ended_at)))
        talk_s = call.talk_s(ended_at)
        if talk_s is not None or call.messages:
            gaps = call.gaps_until(ended_at)
            out.append(CheckRecording(call.call_id, talk_s, call.messages, gaps))
        queue = call.queue if self._tree.has_queue(call) else ""
        out.append(over(call, queue, outcome, ended_at))
        return out

    def next_deadline(self) -> float | None:
        return self._ends.next()

    def take_due(self, now: float) -> list[CallId]:
        """The calls that time has to move on. Should that fail, it is tried again."""
        calls = list(self._ends.take_due(now))
        for call_id in calls:
            self._ends.set(call_id, now + AGAIN_S)
        return calls

    def failed(self, event: LegEvent) -> None:
        """Handling this raised: it counts against the trees that serve the call."""
        call = self.calls.get(call_named_in(event))
        if call is not None:
            self.shelf.erred(call)

    def put(self, call: Call) -> None:
        """For those who watch over calls beside the engine."""
        self._put(call)

    def _put(self, call: Call) -> None:
        self.calls[call.call_id] = call
        self._ends.set(call.call_id, call.deadline())


def is_over(until: float | None, now: float) -> bool:
    return until is not None and until <= now
