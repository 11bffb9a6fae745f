"""Calls that we place: nobody is called before an agent is there, nobody is called twice at once.

Decides how such a call goes from the line over the dialling into the same talk that a call that
came in has, and how it ends when nobody answers. Knows no dial list: who is called when, and
whether again, is decided there.
"""

from dataclasses import replace

import ivr
from ari_app.core import third
from ari_app.core.call import Call, Outcome, Phase
from ari_app.core.call_book import CallBook
from ari_app.core.call_parts import Placed
from ari_app.core.commands import (
    Connect,
    DialOut,
    HangUp,
    LookUpCaller,
    StartRinging,
    StopRinging,
    Tell,
    Write,
)
from ari_app.core.legs import CONNECT_S, Out, queued, silence
from ari_app.core.seam import CallPlaced, OfferAnswered, OfferFailed, PlacedDials, PlacedTalks
from ari_app.core.values import LegId, bridge_of

NO_TREE = "no_tree"
"""The result of a call whose tree is not in service."""
WITHDRAWN = "withdrawn"
NO_AGENT = "no_agent"
"""The agent's phone was gone before the citizen answered."""
HUNG_UP = "hung_up"
"""Somebody answered and hung up before anybody talked to them."""


class PlacedCalls(CallBook):
    """Each function takes the call as it is and leaves it in the book as it is afterwards."""

    def place(self, said: CallPlaced, now: float) -> Out:
        if said.call in self.calls:
            return []
        call = self._new_placed(said, now)
        out: Out = [Write(call.opened())]
        if call.tree is None:
            self._put(call)
            return [*out, *self.not_reached(call, NO_TREE, now)]
        if said.tree:
            return [*out, *self.dial(call, now)]
        is_vip = self._tree.is_vip(call, now)
        self._put(call := replace(call, phase=Phase.QUEUED, is_vip=is_vip))
        looked_up = LookUpCaller(call.call_id, call.caller.number)
        return [*out, Write(call.saved()), looked_up, queued(call, now)]

    def _new_placed(self, said: CallPlaced, now: float) -> Call:
        placed = Placed(
            said.kind, said.ticket_id, said.ring_s, said.notice, not said.tree, card=said.card
        )
        begun = self.shelf.begin_placed(said.tree, said.dialled)
        tree, state = begun or (None, ivr.State("", said.language))
        if said.language:
            state = state._replace(language=said.language)
        return Call(
            said.call,
            said.caller,
            said.dialled,
            now,
            state._replace(fields=(*state.fields, *said.fields)),
            phase=Phase.DIALLING,
            queue=said.queue,
            needs=said.needs,
            priority=said.priority,
            queued_at=said.queued_at if not said.tree else None,
            # The place is old, the search for an agent is not: language and skills stay.
            steps_from=now if not said.tree else None,
            tree=tree,
            placed=placed,
        )

    def dial(self, call: Call, now: float) -> Out:
        """Call them now; an agent who is there hears that it rings."""
        assert call.placed is not None
        placed = call.placed
        call = replace(call, phase=Phase.DIALLING, until=now + placed.ring_s)
        self._put(call)
        leg = LegId(call.call_id)
        dialled = DialOut(leg, call.caller.number, placed.ring_s, placed.is_for_agent)
        ringing: Out = [StartRinging(call.leg)] if call.leg is not None else []
        started: Out = [Write(call.saved()), PlacedDials(call.call_id)]
        return [*started, *ringing, dialled, *_tell(call, "ringing")]

    def agent_is_there(self, call: Call, now: float) -> Out:
        """The agent's phone was answered: only now may the citizen be called."""
        return [OfferAnswered(call.call_id), *self.dial(call, now)]

    def reached(self, call: Call, now: float) -> Out:
        """They answered: the tree speaks, or the notice, and then the agent."""
        if call.placed is None or call.placed.is_there or call.phase is not Phase.DIALLING:
            return []
        placed = replace(call.placed, is_there=True)
        call = replace(call, placed=placed, until=None)
        if not placed.is_for_agent:
            self._put(call := replace(call, phase=Phase.IN_FLOW))
            talks: Out = [Write(call.saved()), PlacedTalks(call.call_id)]
            return [*talks, *self._flow(call, ivr.Entered(), now)]
        out: Out = [*_tell(call, "answered")]
        if placed.notice:
            notice = ivr.Say((ivr.Prompt(placed.notice, call.flow.language),))
            call = self._tree.say(call, notice, now, out)
            self._put(call)
            return [*out, Write(call.saved())]
        return [*out, *self.join(call, now)]

    def join(self, call: Call, now: float) -> Out:
        """The notice has been heard: citizen and agent come together."""
        agent = call.leg
        assert agent is not None
        call, out = silence(call)
        legs = (LegId(call.call_id), agent)
        out += [StopRinging(agent), Connect(bridge_of(call.call_id), legs)]
        self._put(replace(call, phase=Phase.CONNECTING, until=now + CONNECT_S))
        return out

    def _said(self, call: Call, said: ivr.Event, now: float) -> Out:
        if call.phase is Phase.DIALLING:
            return self.join(replace(call, play=None, play_until=None), now)
        return super()._said(call, said, now)

    def agent_gone(self, call: Call, cause: int, now: float) -> Out:
        """The agent's phone is gone while we dial: who has answered meanwhile waits for another."""
        if not call.is_there:
            return self.not_reached(call, NO_AGENT, now)
        call, out = silence(call)
        again, more = self._tree.step(call.waiting_again(), None, now)
        self._put(again)
        return [*out, *more, Write(again.saved()), OfferFailed(call.call_id, cause)]

    def withdraw(self, call: Call, now: float) -> Out:
        return [] if call.is_there else self.not_reached(call, WITHDRAWN, now)

    def not_reached(self, call: Call, result: str, now: float) -> Out:
        """Nobody is on the line, and this call's attempt to reach them is over."""
        assert call.placed is not None
        outcome = Outcome.WITHDRAWN if result == WITHDRAWN else Outcome.NOT_REACHED
        call = replace(call, placed=replace(call.placed, result=result), outcome=outcome)
        out: Out = [HangUp(LegId(call.call_id))] if call.phase is Phase.DIALLING else []
        return [*out, *_tell(call, result), *self.close(call, now, hung_up_by="system")]

    def placed_gone(self, call: Call, cause: int, now: float) -> Out:
        """The called side's channel is gone."""
        if not call.is_there:
            return self.not_reached(call, third.reason_of(cause), now)
        if call.placed and call.placed.is_for_agent and call.connected_at is None:
            call = replace(call, placed=replace(call.placed, result=HUNG_UP))
        return self.close(call, now)

    def taken_up(self, call: Call, now: float, *, is_up: bool) -> Out:
        """After a restart: whoever has answered waits for an agent, or hears the tree."""
        placed = call.placed
        assert placed is not None
        if is_up and placed.is_for_agent:
            call, out = silence(replace(call, placed=replace(placed, is_there=True)))
            again, more = self._tree.step(call.waiting_again(), None, now)
            self._put(again)
            return [*out, *more, Write(again.saved()), queued(again, now)]
        if is_up:
            return self.reached(call, now)
        if not placed.is_for_agent:
            self._put(replace(call, until=now + placed.ring_s))
            return []
        return self.not_reached(call, third.reason_of(0), now)


def _tell(call: Call, state: str) -> Out:
    if call.agent is None:
        return []
    return [Tell(call.agent, "dialling", {"call": call.call_id, "state": state})]
