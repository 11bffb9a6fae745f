"""A call taken up after a gap in what we hear of Asterisk: as it stands, or as it is found.

Decides what is said or played again, and that a talk that is found is a talk. What differs between
belief and Asterisk is ``reconcile.py``'s.
"""

from dataclasses import replace

import ivr
from ari_app.core import third
from ari_app.core.call import Call, Phase
from ari_app.core.call_parts import Third
from ari_app.core.commands import Answer, FindMessage, LookUpCaller, StopPlay
from ari_app.core.hand_on import to_tree, waiting_for
from ari_app.core.legs import Out, queued
from ari_app.core.places import restored_places
from ari_app.core.talk import Standing
from ari_app.core.talks import Talks
from ari_app.core.values import CallId, LegId


class TakenUp(Talks):
    """On top of the talks: every phase's way on."""

    def resume(self, call: Call, now: float) -> Out:
        """Take a call up where it stands: the prompt again, the music again, the place kept."""
        stop: Out = [StopPlay(call.play)] if call.play is not None else []
        if call.history is None and call.caller.number:
            stop.append(LookUpCaller(call.call_id, call.caller.number))
        call = replace(call, play=None, play_until=None, has_music=False)
        match call.phase:
            case Phase.IN_FLOW:
                return [*stop, Answer(LegId(call.call_id)), *self._flow(call, ivr.Entered(), now)]
            case Phase.QUEUED if call.is_there and not self._tree.has_queue(call):
                return [*stop, *self._moved((*to_tree(call, self._tree, now), None), now)]
            case Phase.QUEUED if call.is_out_of_tree or call.standing is not Standing.BY_TREE:
                # Where an agent or a lost leg put them, which the tree does not know of.
                call, music = self._tree.step(waiting_for(call, now), None, now)
                self._put(call)
                return [*stop, queued(call, now), *music]
            case Phase.QUEUED:
                # The place is kept during a prompt too, which by itself puts nobody in a queue.
                return [*stop, queued(call, now), *self._flow(call, ivr.Entered(), now)]
            case Phase.ENDING:
                return [*stop, *self._hang_up(call, now)]
            case Phase.TRANSFERRING if call.third is None or not call.third.is_guest:
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
        known = call.third if call.third and call.third.leg == leg else None
        joined = third.joined(call, known or Third(leg, "", is_guest=False), now)
        return self._moved((*joined, None), now)

    def arrange(self, call_id: CallId) -> Out:
        """Somebody of a talk is found in another bridge than they belong into."""
        call = self.calls.get(call_id)
        return [] if call is None else restored_places(call, self._tree.music(call))
