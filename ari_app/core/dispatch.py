"""The dispatcher: owns agents, the waiting line and offers. It never touches a channel.

It hears from the call engine that a caller waits or left, from the desks what agents want, and
answers with offers. One reservation a call and one call an agent, always.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import assert_never

from ari_app.core import desk
from ari_app.core.agent import Agent, AgentState, Signal
from ari_app.core.agents import Agents, Out
from ari_app.core.commands import Refuse, Tell
from ari_app.core.deadlines import Deadlines
from ari_app.core.events import (
    AgentAccepted,
    AgentAskedPause,
    AgentAskedReady,
    AgentDeclined,
    AgentFinishedWrapUp,
    AgentHungUp,
    AgentSignedIn,
    AgentSignedOut,
    CallAdopted,
    CallFinished,
    CallLeft,
    CallOffered,
    CallQueued,
    CardChanged,
    DeskConnected,
    DeskEvent,
    DeskLost,
    OfferAccepted,
    OfferAnswered,
    OfferCancelled,
    OfferConnected,
    OfferFailed,
    TalkEnded,
    ToDispatcher,
    WrapUpChanged,
)
from ari_app.core.figures import QueueFigures
from ari_app.core.offer import Offer, ended, pop, reason_of
from ari_app.core.values import AgentId, CallId, Centre, QueueName
from ari_app.routing.match import Waiting, longest_idle

AUTO_ANSWER_RING_S = 8.0
"""How long a phone that answers by itself may take before the offer counts as missed."""


class Dispatcher:
    """``handle`` and ``handle_desk`` take what happened, ``take_due`` what time brought."""

    def __init__(self, centre: Centre, agents: Mapping[AgentId, Agent] | None = None) -> None:
        self.centre = centre
        self.waiting: dict[CallId, Waiting] = {}
        self.offers: dict[CallId, Offer] = {}
        self.wrap_up_s: dict[QueueName, float] = {}
        self._agents = Agents(centre, agents)
        self.figures = QueueFigures(centre, self._agents.by_id, self.waiting, self.offers)
        self._cards: dict[CallId, Mapping[str, object]] = {}
        self._offer_ends: Deadlines[CallId] = Deadlines()
        self._is_held = False

    @property
    def agents(self) -> Mapping[AgentId, Agent]:
        return self._agents.by_id

    # --- the call engine says ----------------------------------------------------------------

    def handle(self, said: ToDispatcher, now: float) -> Out:
        match said:
            case CallQueued():
                self._enqueue(said)
                return self._match(now)
            case CallLeft():
                return self._caller_left(said.call, now)
            case OfferAnswered():
                self._offer_ends.set(said.call, None)  # the call engine sees to the rest in time
                return []
            case OfferConnected():
                return self._connected(said.call, now)
            case OfferFailed():
                return self._offer_missed(said.call, reason_of(said.cause), now)
            case CallFinished():
                return self._call_finished(said.call, said.queue, now)
            case CardChanged():
                return self._card_changed(said)
            case CallAdopted():
                return self._adopt(said, now)
        assert_never(said)

    def _enqueue(self, said: CallQueued) -> None:
        waiting = Waiting(said.call, said.queue, said.needs, said.priority, said.since)
        self._cards[said.call] = said.card
        if (offer := self.offers.get(said.call)) is not None:
            self.offers[said.call] = replace(offer, waiting=waiting)
        else:
            self.waiting[said.call] = waiting

    def _caller_left(self, call: CallId, now: float) -> Out:
        self.waiting.pop(call, None)
        self._cards.pop(call, None)
        offer = self._forget_offer(call)
        if offer is None:
            return []
        return [
            *self._agents.move(offer.agent, Signal.CALLER_LEFT, now),
            ended(offer, "caller_left"),
            *self._match(now),
        ]

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
        """The agent rests; the caller keeps the place and goes to the next one."""
        offer = self._forget_offer(call)
        if offer is None:
            return []
        self.waiting[call] = offer.waiting
        return [
            *self._agents.move(offer.agent, Signal.OFFER_MISSED, now, reason=reason),
            ended(offer, reason),
            *self._match(now),
        ]

    def _call_finished(self, call: CallId, queue: QueueName, now: float) -> Out:
        agent = self._agents.find_talking(call)
        if agent is None:
            return []
        wrap_up_s = self._wrap_up_s(agent.agent_id, queue)
        self.figures.talked(queue, now - agent.since + wrap_up_s)
        out: Out = [Tell(agent.agent_id, "call_ended", {"call": call})]
        out += self._agents.move(agent.agent_id, Signal.CALL_END, now, until=now + wrap_up_s)
        if wrap_up_s <= 0:
            out += self._wrap_up_over(agent.agent_id, now)
        return out

    def _wrap_up_s(self, agent: AgentId, queue: QueueName) -> float:
        """As long as the queue's; where a gap hid the queue, the longest that it may have been."""
        queues = {queue} if queue else self._agents.profile(agent).queues
        lengths = [self.wrap_up_s.get(q, self.centre.queue(q).wrap_up_s) for q in queues]
        return max(lengths, default=self.centre.queue(queue).wrap_up_s)

    def _card_changed(self, said: CardChanged) -> Out:
        if said.call in self._cards:
            self._cards[said.call] = said.card
        offer = self.offers.get(said.call)
        if offer is None:
            return []
        offer = self.offers[said.call] = replace(offer, card=said.card)
        return [Tell(offer.agent, "offer_changed", pop(offer))]

    # --- after a gap -------------------------------------------------------------------------

    def hold(self) -> None:
        """Match nobody until ``settle``: half of a picture shows agents free who are not."""
        self._is_held = True

    def settle(
        self, talks: Collection[CallAdopted], elsewhere: Collection[AgentId], now: float
    ) -> Out:
        """All talks are known now: whoever was busy with a call that is over goes on from there.

        An agent who is ``elsewhere`` (on a duty phone's call) gets no second one.
        """
        out: Out = []
        for talk in talks:
            out += self._adopt(talk, now)
        talking = {talk.call for talk in talks}
        for agent in list(self.agents.values()):
            if agent.state is AgentState.OFFERED and agent.call not in self.offers:
                out += self._agents.move(agent.agent_id, Signal.CALLER_LEFT, now)
            elif agent.state is AgentState.TALKING and agent.call not in talking:
                out += self._call_finished(agent.call, QueueName(""), now) if agent.call else []
        for agent_id in elsewhere:
            if self.agents[agent_id].state is AgentState.READY:
                out += self._agents.move(agent_id, Signal.WANT_PAUSE, now, reason="on_another_call")
        self._is_held = False
        return [*out, *self._match(now)]

    def _adopt(self, said: CallAdopted, now: float) -> Out:
        """An agent is found in a talk: whatever we believed, that is where they are."""
        out = self._give_back_offers(said, now)
        self.waiting.pop(said.call, None)
        self._cards.pop(said.call, None)
        agent = self.agents.get(said.agent)
        if agent is None or (agent.state, agent.call) == (AgentState.TALKING, said.call):
            return out
        talking = replace(agent, state=AgentState.TALKING, call=said.call, since=now, until=None)
        return [*out, *self._agents.put(talking)]

    def _give_back_offers(self, said: CallAdopted, now: float) -> Out:
        """The talk's own offer has come to its end, and its agent is free for no other."""
        out: Out = []
        offer = self._forget_offer(said.call)
        if offer is not None:
            is_theirs = offer.agent == said.agent
            signal = Signal.CONNECT if is_theirs else Signal.CALLER_LEFT
            out.append(ended(offer, "answered" if is_theirs else "caller_left"))
            out += self._agents.move(offer.agent, signal, now, call=said.call)
        for call in [call for call, o in self.offers.items() if o.agent == said.agent]:
            out += [OfferCancelled(call), *self._offer_missed(call, "phone_busy", now)]
        return out

    # --- desks say ---------------------------------------------------------------------------

    def handle_desk(self, said: DeskEvent, now: float) -> Out:
        if isinstance(said, WrapUpChanged):
            return self._change_wrap_up(said)
        if said.agent not in self.agents:
            return [desk.NO_SUCH_AGENT]
        match said:
            case AgentSignedIn():
                return desk.sign_in(self._agents, said.agent, now)
            case AgentSignedOut():
                return desk.wish(self._agents, said.agent, Signal.SIGN_OUT, now, "signed_out")
            case AgentAskedReady():
                wished = desk.wish(self._agents, said.agent, Signal.WANT_READY, now, "")
                return [*wished, *self._match(now)]
            case AgentAskedPause():
                return desk.wish(self._agents, said.agent, Signal.WANT_PAUSE, now, said.reason)
            case AgentFinishedWrapUp():
                return self._finish_wrap_up(said.agent, now)
            case AgentAccepted():
                return self._accept(said, now)
            case AgentDeclined():
                return self._decline(said, now)
            case AgentHungUp():
                return self._hang_up(said)
            case DeskConnected() | DeskLost():
                return desk.desk_changed(self._agents, said, now)
        assert_never(said)

    def _finish_wrap_up(self, agent: AgentId, now: float) -> Out:
        if self.agents[agent].state is not AgentState.WRAP_UP:
            return [desk.refusal(self.agents[agent], Signal.WRAP_UP_END)]
        return self._wrap_up_over(agent, now)

    def _accept(self, said: AgentAccepted, now: float) -> Out:
        offer = self.offers.get(said.call)
        if offer is None or offer.agent != said.agent:
            return [Refuse("no_such_offer", "这个来电已不在您的席位上（可能已挂断或转给他人）。")]
        if self._agents.profile(said.agent).answer == "phone":
            return [Refuse("answer_on_phone", "请直接在话机上接听；您的席位设置为话机接听。")]
        if offer.accepted:
            return []
        until = now + AUTO_ANSWER_RING_S
        self.offers[said.call] = replace(offer, accepted=True, until=until)
        self._offer_ends.set(said.call, until)
        return [OfferAccepted(said.call, AUTO_ANSWER_RING_S)]

    def _decline(self, said: AgentDeclined, now: float) -> Out:
        offer = self.offers.get(said.call)
        if offer is None or offer.agent != said.agent:
            return [Refuse("no_such_offer", "这个来电已不在您的席位上（可能已挂断或转给他人）。")]
        return [OfferCancelled(said.call), *self._offer_missed(said.call, "declined", now)]

    def _hang_up(self, said: AgentHungUp) -> Out:
        agent = self.agents[said.agent]
        if agent.state is not AgentState.TALKING or agent.call != said.call:
            return [Refuse("not_your_call", "您当前没有这个通话，无法挂断。")]
        return [TalkEnded(said.call)]

    def _change_wrap_up(self, said: WrapUpChanged) -> Out:
        names = list(self.centre.queues) if said.queue is None else [said.queue]
        if unknown := [name for name in names if name not in self.centre.queues]:
            known = ", ".join(sorted(self.centre.queues))
            return [Refuse("no_such_queue", f"没有队列 {unknown[0]}；可用的队列：{known}。")]
        self.wrap_up_s.update(dict.fromkeys(names, said.wrap_up_s))
        return []

    # --- time passes -------------------------------------------------------------------------

    def next_deadline(self) -> float | None:
        ends = [at for at in (self._offer_ends.next(), self._agents.ends.next()) if at is not None]
        return min(ends, default=None)

    def take_due(self, now: float) -> Out:
        out: Out = []
        for call in self._offer_ends.take_due(now):
            out += [OfferCancelled(call), *self._offer_missed(call, "no_answer", now)]
        for agent in self._agents.ends.take_due(now):
            out += self._agent_due(self.agents[agent], now)
        return out

    def _agent_due(self, agent: Agent, now: float) -> Out:
        if agent.state is AgentState.WRAP_UP and agent.until is not None and agent.until <= now:
            return self._wrap_up_over(agent.agent_id, now)
        return desk.desk_overdue(self._agents, agent, now)

    def _wrap_up_over(self, agent: AgentId, now: float) -> Out:
        return [*self._agents.move(agent, Signal.WRAP_UP_END, now), *self._match(now)]

    # --- the decision ------------------------------------------------------------------------

    def _match(self, now: float) -> Out:
        out: Out = []
        ready = self._agents.ready
        while ready and self.waiting and not self._is_held:
            found = longest_idle(self.waiting.values(), ready.values())
            if found is None:
                break
            out += self._offer(CallId(found.call), AgentId(found.agent), now)
        return out

    def _offer(self, call: CallId, agent: AgentId, now: float) -> Out:
        waiting = self.waiting.pop(call)
        ring_s = self.centre.queue(QueueName(waiting.queue)).ring_s
        answer = self._agents.profile(agent).answer
        ring, card = answer == "phone", self._cards.get(call, {})
        offer = Offer(waiting, agent, now, now + ring_s, answer, card, accepted=ring)
        self.offers[call] = offer
        self._offer_ends.set(call, offer.until)
        return [
            CallOffered(call, agent, ring=ring, ring_s=ring_s),
            Tell(agent, "offer", pop(offer)),
            *self._agents.move(agent, Signal.OFFER, now, until=offer.until, call=call),
        ]

    def _forget_offer(self, call: CallId) -> Offer | None:
        self._offer_ends.set(call, None)
        return self.offers.pop(call, None)
