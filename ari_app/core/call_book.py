"""Every live call with the moment at which time has to move it on, and what its tree says.

Decides nothing about legs: ``calls.py`` does, on top of this. A change of a call goes through
``_put``, so that no deadline is forgotten.
"""

from collections.abc import Mapping
from dataclasses import replace

import ivr
from ari_app.core.call import Call
from ari_app.core.call_tree import CallTree, PromptSeconds
from ari_app.core.commands import Answer, LookUpCaller, Write
from ari_app.core.deadlines import Deadlines
from ari_app.core.events import LegEvent, call_named_in
from ari_app.core.legs import Out
from ari_app.core.live_facts import FactsFor
from ari_app.core.shelf import Shelf
from ari_app.core.values import Caller, CallId, Centre, LegId

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
        numbers: Mapping[str, str] | None = None,
    ) -> None:
        self.shelf = shelf
        self.calls: dict[CallId, Call] = dict(calls or {})
        self._tree = CallTree(shelf, centre, prompt_seconds, facts_for, numbers or {})
        # Restored calls have no deadlines yet: the caller may be gone, and nothing reaches Asterisk
        # before the link is up. The reconciliation that follows takes each of them up.
        self._ends: Deadlines[CallId] = Deadlines()

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

    def _put(self, call: Call) -> None:
        self.calls[call.call_id] = call
        self._ends.set(call.call_id, call.deadline())


def is_over(until: float | None, now: float) -> bool:
    return until is not None and until <= now
