"""The dispatcher: owns agents, the waiting line and offers. It never touches a channel.

It hears from the call engine that a caller waits or left, from the desks what agents want, and
answers with offers. One reservation a call and one call an agent, always.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import assert_never

from ari_app.core import desk, seats, supervising
from ari_app.core.agent import Agent, AgentState, Signal
from ari_app.core.agents import Out
from ari_app.core.colleagues import Colleagues
from ari_app.core.commands import Command, Refuse, Tell, Write
from ari_app.core.desk_events import (
    AgentAccepted,
    AgentAskedMoreWrapUp,
    AgentAskedPause,
    AgentAskedReady,
    AgentDeclined,
    AgentFinishedWrapUp,
    AgentForced,
    AgentHandedOver,
    AgentHungUp,
    AgentSignedIn,
    AgentSignedOut,
    AgentsWish,
    AgentWrapUpChanged,
    DeskConnected,
    DeskLost,
    SurgeChanged,
    TalkAsked,
    WrapUpChanged,
)
from ari_app.core.matching import Matching
from ari_app.core.modes import NO_MODE
from ari_app.core.offer import ended, reason_of
from ari_app.core.orders import Orders, WrapUp, shown_mode
from ari_app.core.records import Json
from ari_app.core.seam import (
    CallAdopted,
    CallFinished,
    CallLeft,
    CallQueued,
    CallTakenOver,
    CardChanged,
    OfferAccepted,
    OfferAnswered,
    OfferCancelled,
    OfferConnected,
    OfferFailed,
    SupervisionBegan,
    SupervisionEnded,
    TalkEnded,
    ThirdAnswered,
    ThirdConnected,
    ThirdFailed,
    ThirdLeft,
    ThirdWanted,
    ToDispatcher,
)
from ari_app.core.values import AgentId, CallId, Centre, QueueName

ToColleagues = ThirdWanted | ThirdAnswered | ThirdConnected | ThirdFailed | ThirdLeft

AUTO_ANSWER_RING_S = 8.0
"""How long a phone that answers by itself may take before the offer counts as missed."""


class Dispatcher(Matching):
    """``handle`` and ``handle_desk`` take what happened, ``take_due`` what time brought."""

    def __init__(self, centre: Centre, agents: Mapping[AgentId, Agent] | None = None) -> None:
        super().__init__(centre, agents)
        self.orders = Orders(centre)
        self.colleagues = Colleagues(centre, self._agents)

    def endpoint(self, agent: AgentId) -> str:
        """The phone's account where this agent sits."""
        return self._agents.endpoint(agent)

    def obey(self, kept: Mapping[str, Json]) -> None:
        """Take up the standing orders of before a restart; ``kept`` is the table of orders."""
        self.orders.take_up(kept)
        self._rearrange()

    # --- the configuration changes -----------------------------------------------------------

    def change(self, centre: Centre, now: float) -> Out:
        """From now on this is the centre, with surge mode as it stands."""
        out = self._become(centre, now)
        self._rearrange()
        return [*out, *self._match(now)]

    # --- the call engine says ----------------------------------------------------------------

    def handle(self, said: ToDispatcher, now: float) -> Out:
        match said:
            case CallQueued():
                self._enqueue(said, now)
                return self._match(now)
            case CallLeft():
                return self._caller_left(said.call, now)
            case OfferAnswered():
                return self._answered(said.call)
            case OfferConnected():
                return self._connected(said.call, now)
            case OfferFailed():
                return self._offer_missed(said.call, reason_of(said.cause), now)
            case CallFinished():
                return self._call_finished(said.agent, said.call, said.queue, now)
            case CardChanged():
                return self._card_changed(said)
            case CallAdopted():
                return self._adopt(said, now)
            case SupervisionBegan() | SupervisionEnded() | CallTakenOver():
                return [*supervising.moved(self._agents, said, now), *self._match(now)]
            case ThirdWanted() | ThirdAnswered() | ThirdConnected() | ThirdFailed() | ThirdLeft():
                return [*self._colleague(said, now), *self._match(now)]
        assert_never(said)

    def _colleague(self, said: ToColleagues, now: float) -> Out:
        match said:
            case ThirdWanted():
                return self.colleagues.wanted(said, now)
            case ThirdAnswered(call):
                self.colleagues.answered(call)
                return []
            case ThirdConnected(call):
                return self.colleagues.connected(call, now)
            case ThirdFailed(call, cause):
                return self.colleagues.failed(call, cause, now)
            case ThirdLeft(call):
                return self.colleagues.left(call, now)
        assert_never(said)

    def cannot(self, said: TalkAsked) -> Refuse | None:
        """Why nobody could do what an agent asks for in a talk."""
        return self.colleagues.cannot(said)

    def _call_finished(self, agent_id: AgentId, call: CallId, queue: QueueName, now: float) -> Out:
        agent = self.agents.get(agent_id)
        if agent is None or (agent.state, agent.call) != (AgentState.TALKING, call):
            return []
        wrap_up_s = self.wrap_up(agent.agent_id, queue).length_s
        self.figures.talked(queue, now - agent.since + wrap_up_s)
        out: Out = [Tell(agent.agent_id, "call_ended", {"call": call})]
        out += self._agents.move(agent.agent_id, Signal.CALL_END, now, until=now + wrap_up_s)
        if wrap_up_s <= 0:
            out += self._wrap_up_over(agent.agent_id, now)
        return out

    def wrap_up(self, agent: AgentId, queue: QueueName) -> WrapUp:
        """As long as ordered; where a gap hid the queue, the longest that it may have been."""
        if queue:
            return self.orders.wrap_up(agent, queue)
        return self.orders.longest_wrap_up(agent, self._agents.profile(agent).queues)

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
        talking = {(talk.agent, talk.call) for talk in talks}
        for agent in list(self.agents.values()):
            if agent.state is AgentState.OFFERED and not self._is_asked(agent):
                out += self._agents.move(agent.agent_id, Signal.CALLER_LEFT, now)
            elif agent.state is AgentState.TALKING and (agent.agent_id, agent.call) not in talking:
                call = agent.call or CallId("")
                out += self._call_finished(agent.agent_id, call, QueueName(""), now)
        for agent_id in elsewhere:
            there = self.agents.get(agent_id)
            if there is not None and there.state is AgentState.READY:
                out += self._agents.move(agent_id, Signal.WANT_PAUSE, now, reason="on_another_call")
        self._is_held = False
        return [*out, *self._match(now)]

    def _is_asked(self, agent: Agent) -> bool:
        call = agent.call or CallId("")
        return call in self.offers or self.colleagues.has(call, agent.agent_id)

    def _adopt(self, said: CallAdopted, now: float) -> Out:
        """An agent is found in a talk: whatever we believed, that is where they are."""
        out = [*self._give_back_offers(said, now), *self.colleagues.adopted(said.agent)]
        self._out_of_line(said.call)
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

    def handle_desk(self, said: AgentsWish, now: float) -> Out:
        if isinstance(said, WrapUpChanged):
            return [*self.orders.change_queue(said)]
        if isinstance(said, SurgeChanged):
            return self._surge(self.orders.change_surge(said, now), now)
        if said.agent not in self.agents:
            return [desk.NO_SUCH_AGENT]
        match said:
            case AgentSignedIn():
                signed_in = seats.sign_in(self._agents, self.centre, said, now)
                return [*signed_in, *self._match(now)]
            case AgentSignedOut():
                left = desk.wish(self._agents, said.agent, Signal.SIGN_OUT, now, "signed_out")
                return [*left, *self._match(now)]
            case AgentAskedReady():
                wished = desk.wish(self._agents, said.agent, Signal.WANT_READY, now, "")
                return [*wished, *self._match(now)]
            case AgentAskedPause():
                return desk.pause(self._agents, said.agent, said.reason, now)
            case AgentFinishedWrapUp():
                return self._finish_wrap_up(said.agent, now)
            case AgentAccepted():
                return self._accept(said, now)
            case AgentDeclined():
                return self._decline(said, now)
            case AgentHungUp():
                return self._hang_up(said)
            case AgentAskedMoreWrapUp():
                return desk.more_wrap_up(self._agents, said.agent)
            case AgentHandedOver():
                return [*seats.hand_over(self._agents, said, now), *self._match(now)]
            case AgentForced():
                return [*desk.force(self._agents, said, now), *self._match(now)]
            case AgentWrapUpChanged():
                return [*self.orders.change_agent(said)]
            case DeskConnected() | DeskLost():
                return desk.desk_changed(self._agents, said, now)
        assert_never(said)

    def _finish_wrap_up(self, agent: AgentId, now: float) -> Out:
        if self.agents[agent].state is not AgentState.WRAP_UP:
            return [desk.refusal(self.agents[agent], Signal.WRAP_UP_END)]
        return self._wrap_up_over(agent, now)

    def _accept(self, said: AgentAccepted, now: float) -> Out:
        if self.colleagues.has(said.call, said.agent):
            return self.colleagues.accept(said.call, AUTO_ANSWER_RING_S, now)
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
        if self.colleagues.has(said.call, said.agent):
            return [*self.colleagues.decline(said.call, now), *self._match(now)]
        offer = self.offers.get(said.call)
        if offer is None or offer.agent != said.agent:
            return [Refuse("no_such_offer", "这个来电已不在您的席位上（可能已挂断或转给他人）。")]
        if offer.is_answered:  # perhaps the citizen is being called: the leg's end ends that too
            return [TalkEnded(said.call, said.agent)]
        return [OfferCancelled(said.call), *self._offer_missed(said.call, "declined", now)]

    def _hang_up(self, said: AgentHungUp) -> Out:
        agent = self.agents[said.agent]
        if agent.state is not AgentState.TALKING or agent.call != said.call:
            return [Refuse("not_your_call", "您当前没有这个通话，无法挂断。")]
        return [TalkEnded(said.call, said.agent)]

    # --- surge mode --------------------------------------------------------------------------

    def _surge(self, changed: list[Command], now: float) -> Out:
        """Everything that the mode changes, changes now; who is signed in is told."""
        if not any(isinstance(one, Write) for one in changed):
            return [*changed]
        self._rearrange()
        told = [
            Tell(agent.agent_id, "surge", shown_mode(self.orders))
            for agent in self.agents.values()
            if agent.state is not AgentState.OFFLINE
        ]
        return [*changed, *told, *self.regroup(now)]

    def _rearrange(self) -> None:
        mode = self.orders.mode or NO_MODE
        pools = mode.pools.items()
        self._agents.lend({QueueName(q): frozenset(map(QueueName, names)) for q, names in pools})
        self._line.change_boosts({QueueName(q): boost_s for q, boost_s in mode.boost_s.items()})
        self._line.regroup()

    # --- time passes -------------------------------------------------------------------------

    def next_deadline(self) -> float | None:
        surge_ends = self.orders.surge.until if self.orders.surge else None
        own = (self._next_change(), self._agents.ends.next(), self.colleagues.ends.next())
        return min((at for at in (surge_ends, *own) if at is not None), default=None)

    def take_due(self, now: float) -> Out:
        with self._holding():
            over = self.orders.surge_over(now)
            out = [*(self._surge(over, now) if over else ()), *self._changes_due(now)]
            out += self.colleagues.due(now)
            for agent in self._agents.ends.take_due(now):
                out += self._agent_due(self.agents[agent], now)
        return [*out, *self._match(now)]

    def _agent_due(self, agent: Agent, now: float) -> Out:
        if agent.state is AgentState.WRAP_UP and agent.until is not None and agent.until <= now:
            return self._wrap_up_over(agent.agent_id, now)
        return [*desk.due(self._agents, agent.agent_id, now), *self._match(now)]

    def _wrap_up_over(self, agent: AgentId, now: float) -> Out:
        return [*self._agents.move(agent, Signal.WRAP_UP_END, now), *self._match(now)]
