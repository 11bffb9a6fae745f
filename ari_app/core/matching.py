"""Who is offered to whom: the offers, and the moment caller and agent are joined.

One reservation a call and one call an agent, always. Decides when an offer begins and what its end
means for both; ``dispatch.py`` hears what happened and calls this.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from ari_app.core.agent import Agent, Signal
from ari_app.core.agents import Agents, Out
from ari_app.core.commands import Tell
from ari_app.core.deadlines import Deadlines
from ari_app.core.figures import QueueFigures
from ari_app.core.offer import Offer, ended, pop
from ari_app.core.seam import CallOffered, CallQueued, CardChanged, OfferCancelled
from ari_app.core.values import AgentId, AgentProfile, CallId, Centre, QueueName
from ari_app.core.waiting_line import WaitingLine


class Matching:
    """The line, the offers and the agents they are made to."""

    def __init__(self, centre: Centre, agents: Mapping[AgentId, Agent] | None = None) -> None:
        self.centre = centre
        self.offers: dict[CallId, Offer] = {}
        self._agents = Agents(centre, agents)
        self._line = WaitingLine(centre, self._agents)
        self.waiting = self._line.line
        self.figures = QueueFigures(centre, self._agents.by_id, self._line, self.offers)
        self._cards: dict[CallId, Mapping[str, object]] = {}
        self._offer_ends: Deadlines[CallId] = Deadlines()
        self._is_held = False

    @property
    def agents(self) -> Mapping[AgentId, Agent]:
        return self._agents.by_id

    def queues_of(self, agent: AgentId) -> frozenset[QueueName]:
        """Whose calls this agent takes now."""
        return self._agents.queues_of(agent)

    def _enqueue(self, said: CallQueued, now: float) -> None:
        waiting = self._line.newcomer(said, now)
        self._cards[said.call] = said.card
        if (offer := self.offers.get(said.call)) is not None:
            self.offers[said.call] = replace(offer, waiting=waiting)
        else:
            self._line.enter(waiting, now)

    def _out_of_line(self, call: CallId) -> None:
        """The caller waits no more."""
        self._line.leave(call)
        self._cards.pop(call, None)

    def _caller_left(self, call: CallId, now: float) -> Out:
        self._out_of_line(call)
        offer = self._forget_offer(call)
        if offer is None:
            return []
        return [
            *self._agents.move(offer.agent, Signal.CALLER_LEFT, now),
            ended(offer, "caller_left"),
            *self._match(now),
        ]

    def _answered(self, call: CallId) -> Out:
        """The call engine sees to the rest in time."""
        self._offer_ends.set(call, None)
        if (offer := self.offers.get(call)) is not None:
            self.offers[call] = replace(offer, is_answered=True)
        return []

    def _connected(self, call: CallId, now: float) -> Out:
        offer = self._forget_offer(call)
        if offer is None:
            return []
        self._cards.pop(call, None)
        return [
            *self._agents.move(offer.agent, Signal.CONNECT, now, call=call),
            ended(offer, "answered"),
            Tell(offer.agent, "connected", {"call": call}),
        ]

    def _offer_missed(self, call: CallId, reason: str, now: float) -> Out:
        """The caller keeps the place and goes to the next agent."""
        offer = self._forget_offer(call)
        if offer is None:
            return []
        self._line.enter(offer.waiting.missed_by(offer.agent), now)
        return [
            *self._agents.missed(offer.agent, call, reason, now),
            ended(offer, reason),
            *self._match(now),
        ]

    def _card_changed(self, said: CardChanged) -> Out:
        if said.call in self._cards:
            self._cards[said.call] = said.card
        offer = self.offers.get(said.call)
        if offer is None:
            return []
        offer = self.offers[said.call] = replace(offer, card=said.card)
        return [Tell(offer.agent, "offer_changed", pop(offer))]

    # --- for everybody at once ---------------------------------------------------------------

    @property
    def queue_boost_s(self) -> Mapping[QueueName, float]:
        """By how many seconds all callers of a queue are moved forward now."""
        return self._line.boost_s

    def change_boosts(self, boost_s: Mapping[QueueName, float], now: float) -> Out:
        self._line.change_boosts(boost_s)
        return self._match(now)

    def regroup(self, now: float) -> Out:
        """To be called when agents take calls of other queues than before."""
        self._line.regroup()
        return self._match(now)

    def _become(self, centre: Centre, now: float) -> Out:
        """Whoever is in a call finishes it, also who is named no more."""
        kept = {i: self.centre.agents[i] for i in self.agents if i not in centre.agents}
        self.centre.become(centre)
        self.centre.agents = {**_without_queues(kept), **centre.agents}
        with self._holding():
            out = self._agents.change(centre.agents.keys(), now)
            self._line.reconsider(now)
        return out

    def forget_gone(self) -> None:
        """Those who are configured no more and have left meanwhile."""
        gone = self._agents.take_gone()
        if gone:
            agents = self.centre.agents
            self.centre.agents = {i: one for i, one in agents.items() if i not in gone}
            self._line.regroup()

    # --- time passes -------------------------------------------------------------------------

    def _next_change(self) -> float | None:
        """When an offer ends, or a waiting caller asks for less."""
        ends = (self._offer_ends.next(), self._line.steps.next())
        return min((at for at in ends if at is not None), default=None)

    def _changes_due(self, now: float) -> Out:
        out: Out = []
        for call in self._offer_ends.take_due(now):
            out += [OfferCancelled(call), *self._offer_missed(call, "no_answer", now)]
        return out

    @contextmanager
    def _holding(self) -> Iterator[None]:
        """Several things happen at one instant: nobody is offered before all of them have."""
        was_held, self._is_held = self._is_held, True
        try:
            yield
        finally:
            self._is_held = was_held

    # --- the decision ------------------------------------------------------------------------

    def _match(self, now: float) -> Out:
        out: Out = []
        self._line.take_due(now)
        while not self._is_held and (found := self._line.next_match(now)) is not None:
            out += self._offer(CallId(found.call), AgentId(found.agent), now)
        return out

    def _offer(self, call: CallId, agent: AgentId, now: float) -> Out:
        waiting = self._line.leave(call)
        assert waiting is not None, "only who waits is matched"
        ring_s = self.centre.queue(QueueName(waiting.queue)).ring_s
        answer = self._agents.profile(agent).answer
        ring, card = answer == "phone", self._cards.get(call, {})
        interpreter = self._line.interpreter(waiting, agent, now)
        offer = Offer(waiting, agent, now, now + ring_s, answer, card, accepted=ring)
        self.offers[call] = offer
        self._offer_ends.set(call, offer.until)
        return [
            CallOffered(call, agent, ring, ring_s, interpreter),
            Tell(agent, "offer", pop(offer)),
            *self._agents.move(agent, Signal.OFFER, now, until=offer.until, call=call),
        ]

    def _forget_offer(self, call: CallId) -> Offer | None:
        self._offer_ends.set(call, None)
        return self.offers.pop(call, None)


def _without_queues(leaving: Mapping[AgentId, AgentProfile]) -> dict[AgentId, AgentProfile]:
    """They finish what they have begun and are offered nothing more."""
    return {one: replace(profile, queues=frozenset()) for one, profile in leaving.items()}
