"""The dispatcher: owns agents, the waiting line and offers. It never touches a channel.

It hears from the call engine that a caller waits or left, from the desks what agents want, and
answers with offers. One reservation a call and one call an agent, always.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import assert_never, cast

from ari_app.core.agent import Agent, AgentState, Signal, shown
from ari_app.core.commands import Command, Refuse, Tell, Write
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
    OfferCancelled,
    OfferConnected,
    OfferFailed,
    OfferRinging,
    TalkEnded,
    ToCalls,
    ToDispatcher,
    WrapUpChanged,
)
from ari_app.core.records import Json
from ari_app.core.values import AgentId, AgentProfile, CallId, Centre, QueueName
from ari_app.routing.match import Candidate, Waiting, longest_idle

AUTO_ANSWER_RING_S = 8.0
"""How long a phone that answers by itself may take before the offer counts as missed."""

DESK_GONE_PAUSE_S = 30.0
DESK_GONE_SIGN_OUT_S = 300.0
"""A desk that vanished: not ready after 30 s, signed out after 300 s (the values Avaya uses)."""

BUSY_CAUSES = frozenset({17})
"""Q.850: user busy. Every other failure is told to the agent as ``phone_unreachable``."""
DECLINED_CAUSES = frozenset({21})
NO_ANSWER_CAUSES = frozenset({18, 19})

Out = list[Command | ToCalls]


@dataclass(frozen=True, slots=True)
class Offer:
    """An agent reserved for a caller. ``until`` is when it counts as not answered."""

    waiting: Waiting
    agent: AgentId
    until: float
    card: Mapping[str, object]
    accepted: bool


class Dispatcher:
    """``handle`` and ``handle_desk`` take what happened, ``take_due`` what time brought."""

    def __init__(self, centre: Centre, agents: Mapping[AgentId, Agent] | None = None) -> None:
        self.centre = centre
        self.agents = {i: (agents or {}).get(i) or Agent(i) for i in centre.agents}
        self.waiting: dict[CallId, Waiting] = {}
        self.offers: dict[CallId, Offer] = {}
        self.wrap_up_s: dict[QueueName, float] = {}
        self._cards: dict[CallId, Mapping[str, object]] = {}
        self._talk_queue: dict[AgentId, QueueName] = {}
        self._ready: dict[AgentId, Candidate] = {}
        self._offer_ends: Deadlines[CallId] = Deadlines()
        self._agent_ends: Deadlines[AgentId] = Deadlines()
        for agent in self.agents.values():
            self._index(agent)

    # --- the call engine says ----------------------------------------------------------------

    def handle(self, said: ToDispatcher, now: float) -> Out:
        match said:
            case CallQueued():
                self._enqueue(said)
                return self._match(now)
            case CallLeft():
                return self._caller_left(said.call, now)
            case OfferRinging() | OfferConnected():
                return self._offer_goes_well(said, now)
            case OfferFailed():
                return self._offer_missed(said.call, _reason_of(said.cause), now)
            case CallFinished():
                return self._call_finished(said.call, now)
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
            *self._move(offer.agent, Signal.CALLER_LEFT, now),
            _ended(offer, "caller_left"),
            *self._match(now),
        ]

    def _offer_goes_well(self, said: OfferRinging | OfferConnected, now: float) -> Out:
        offer = self.offers.get(said.call)
        if offer is None or isinstance(said, OfferRinging):
            return []
        self._forget_offer(said.call)
        self._cards.pop(said.call, None)
        self._talk_queue[offer.agent] = QueueName(offer.waiting.queue)
        return [
            *self._move(offer.agent, Signal.CONNECT, now, call=said.call),
            _ended(offer, "answered"),
            Tell(offer.agent, "connected", {"call": said.call}),
        ]

    def _offer_missed(self, call: CallId, reason: str, now: float) -> Out:
        """The agent rests; the caller keeps the place and goes to the next one."""
        offer = self._forget_offer(call)
        if offer is None:
            return []
        self.waiting[call] = offer.waiting
        return [
            *self._move(offer.agent, Signal.OFFER_MISSED, now, reason=reason),
            _ended(offer, reason),
            *self._match(now),
        ]

    def _call_finished(self, call: CallId, now: float) -> Out:
        agent = next((a for a in self.agents.values() if a.call == call), None)
        if agent is None or agent.state is not AgentState.TALKING:
            return []
        queue = self._talk_queue.pop(agent.agent_id, QueueName(""))
        wrap_up_s = self.wrap_up_s.get(queue, self.centre.queue(queue).wrap_up_s)
        out: Out = [Tell(agent.agent_id, "call_ended", {"call": call})]
        out += self._move(agent.agent_id, Signal.CALL_END, now, until=now + wrap_up_s)
        if wrap_up_s <= 0:
            out += self._wrap_up_over(agent.agent_id, now)
        return out

    def _card_changed(self, said: CardChanged) -> Out:
        offer = self.offers.get(said.call)
        if offer is not None:
            self.offers[said.call] = replace(offer, card=said.card)
            return [Tell(offer.agent, "offer_changed", _pop(offer.waiting, said.card))]
        if said.call in self._cards:
            self._cards[said.call] = said.card
        return []

    def _adopt(self, said: CallAdopted, now: float) -> Out:
        """After a gap an agent is found in a talk: whatever we believed, that is where they are."""
        agent = self.agents.get(said.agent)
        if agent is None or (agent.state, agent.call) == (AgentState.TALKING, said.call):
            return []
        self._forget_offer(said.call)
        self.waiting.pop(said.call, None)
        self._talk_queue[said.agent] = said.queue
        talking = replace(agent, state=AgentState.TALKING, call=said.call, since=now, until=None)
        return self._put(talking)

    def settle(self, talking: frozenset[CallId], now: float) -> Out:
        """After a gap: whoever was busy with a call that is over goes on from there."""
        out: Out = []
        for agent in list(self.agents.values()):
            if agent.state is AgentState.OFFERED and agent.call not in self.offers:
                out += self._move(agent.agent_id, Signal.CALLER_LEFT, now)
            elif agent.state is AgentState.TALKING and agent.call not in talking:
                out += self._call_finished(agent.call, now) if agent.call else []
        return [*out, *self._match(now)]

    # --- desks say ---------------------------------------------------------------------------

    def handle_desk(self, said: DeskEvent, now: float) -> Out:
        match said:
            case AgentSignedIn():
                return self._sign_in(said.agent, now)
            case AgentSignedOut():
                return self._wish(said.agent, Signal.SIGN_OUT, now, "signed_out")
            case AgentAskedReady():
                return [*self._wish(said.agent, Signal.WANT_READY, now, ""), *self._match(now)]
            case AgentAskedPause():
                return self._wish(said.agent, Signal.WANT_PAUSE, now, said.reason)
            case AgentFinishedWrapUp():
                return self._finish_wrap_up(said.agent, now)
            case AgentAccepted():
                return self._accept(said, now)
            case AgentDeclined():
                return self._decline(said, now)
            case AgentHungUp():
                return self._hang_up(said)
            case DeskConnected() | DeskLost():
                return self._desk(said, now)
            case WrapUpChanged():
                return self._change_wrap_up(said)
        assert_never(said)

    def _sign_in(self, agent: AgentId, now: float) -> Out:
        """Signing in again (another desk, a reload) leaves the state as it is."""
        if self.agents[agent].state is not AgentState.OFFLINE:
            return []
        return self._move(agent, Signal.SIGN_IN, now, reason="signed_in")

    def _wish(self, agent: AgentId, signal: Signal, now: float, reason: str) -> Out:
        if self.agents[agent].moved(signal, now) is None:
            if signal is Signal.WANT_READY and self.agents[agent].state is AgentState.READY:
                return []
            return [_refusal(self.agents[agent], signal)]
        return self._move(agent, signal, now, reason=reason)

    def _finish_wrap_up(self, agent: AgentId, now: float) -> Out:
        if self.agents[agent].state is not AgentState.WRAP_UP:
            return [_refusal(self.agents[agent], Signal.WRAP_UP_END)]
        return self._wrap_up_over(agent, now)

    def _accept(self, said: AgentAccepted, now: float) -> Out:
        offer = self.offers.get(said.call)
        if offer is None or offer.agent != said.agent:
            return [Refuse("no_such_offer", "这个来电已不在您的席位上（可能已挂断或转给他人）。")]
        if self._profile(said.agent).answer == "phone":
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

    def _desk(self, said: DeskConnected | DeskLost, now: float) -> Out:
        agent = self.agents[said.agent]
        if isinstance(said, DeskConnected):
            return self._put(replace(agent, has_desk=True, desk_lost_at=None))
        if agent.state is AgentState.OFFLINE:
            return self._put(replace(agent, has_desk=False, desk_lost_at=None))
        return self._put(replace(agent, desk_lost_at=now))

    def _change_wrap_up(self, said: WrapUpChanged) -> Out:
        names = list(self.centre.queues) if said.queue is None else [said.queue]
        if unknown := [name for name in names if name not in self.centre.queues]:
            known = ", ".join(sorted(self.centre.queues))
            return [Refuse("no_such_queue", f"没有队列 {unknown[0]}；可用的队列：{known}。")]
        self.wrap_up_s.update(dict.fromkeys(names, said.wrap_up_s))
        return []

    # --- time passes -------------------------------------------------------------------------

    def next_deadline(self) -> float | None:
        ends = [at for at in (self._offer_ends.next(), self._agent_ends.next()) if at is not None]
        return min(ends, default=None)

    def take_due(self, now: float) -> Out:
        out: Out = []
        for call in self._offer_ends.take_due(now):
            out += [OfferCancelled(call), *self._offer_missed(call, "no_answer", now)]
        for agent in self._agent_ends.take_due(now):
            out += self._agent_due(self.agents[agent], now)
        return out

    def _agent_due(self, agent: Agent, now: float) -> Out:
        if agent.state is AgentState.WRAP_UP and agent.until is not None and agent.until <= now:
            return self._wrap_up_over(agent.agent_id, now)
        gone_s = now - agent.desk_lost_at if agent.desk_lost_at is not None else 0.0
        if gone_s >= DESK_GONE_SIGN_OUT_S:
            self.agents[agent.agent_id] = replace(agent, desk_lost_at=None, has_desk=False)
            return self._move(agent.agent_id, Signal.SIGN_OUT, now, reason="desk_lost")
        if gone_s >= DESK_GONE_PAUSE_S and agent.state is AgentState.READY:
            return self._move(agent.agent_id, Signal.WANT_PAUSE, now, reason="desk_lost")
        self._index(agent)
        return []

    def _wrap_up_over(self, agent: AgentId, now: float) -> Out:
        return [*self._move(agent, Signal.WRAP_UP_END, now), *self._match(now)]

    # --- the decision ------------------------------------------------------------------------

    def _match(self, now: float) -> Out:
        out: Out = []
        while self._ready and self.waiting:
            found = longest_idle(self.waiting.values(), self._ready.values())
            if found is None:
                break
            out += self._offer(CallId(found.call), AgentId(found.agent), now)
        return out

    def _offer(self, call: CallId, agent: AgentId, now: float) -> Out:
        waiting = self.waiting.pop(call)
        ring_s = self.centre.queue(QueueName(waiting.queue)).ring_s
        ring = self._profile(agent).answer == "phone"
        card = self._cards.get(call, {})
        self.offers[call] = Offer(waiting, agent, now + ring_s, card, accepted=ring)
        self._offer_ends.set(call, now + ring_s)
        pop = {**_pop(waiting, card), "waited_s": round(now - waiting.since, 1)}
        return [
            CallOffered(call, agent, ring=ring, ring_s=ring_s),
            Tell(agent, "offer", {**pop, "until": now + ring_s}),
            *self._move(agent, Signal.OFFER, now, until=now + ring_s, call=call),
        ]

    def _forget_offer(self, call: CallId) -> Offer | None:
        self._offer_ends.set(call, None)
        return self.offers.pop(call, None)

    # --- agents ------------------------------------------------------------------------------

    def _move(
        self,
        agent: AgentId,
        signal: Signal,
        now: float,
        *,
        reason: str = "",
        until: float | None = None,
        call: CallId | None = None,
    ) -> Out:
        moved = self.agents[agent].moved(signal, now, reason=reason, until=until, call=call)
        return [] if moved is None else self._put(moved)

    def _put(self, agent: Agent) -> Out:
        self.agents[agent.agent_id] = agent
        self._index(agent)
        return [Write(agent.record()), Tell(agent.agent_id, "state", shown(agent))]

    def _index(self, agent: Agent) -> None:
        """Keep the ready list and the next deadline of this agent in step with its state."""
        self._ready.pop(agent.agent_id, None)
        if agent.state is AgentState.READY:
            profile = self._profile(agent.agent_id)
            self._ready[agent.agent_id] = Candidate(
                agent.agent_id, profile.skills, frozenset(map(str, profile.queues)), agent.since
            )
        self._agent_ends.set(agent.agent_id, _agent_deadline(agent))

    def _profile(self, agent: AgentId) -> AgentProfile:
        return self.centre.agents[agent]


def _agent_deadline(agent: Agent) -> float | None:
    ends: list[float] = []
    if agent.state is AgentState.WRAP_UP and agent.until is not None:
        ends.append(agent.until)
    if agent.desk_lost_at is not None and agent.state in (AgentState.READY, AgentState.PAUSED):
        is_ready = agent.state is AgentState.READY
        ends.append(agent.desk_lost_at + (DESK_GONE_PAUSE_S if is_ready else DESK_GONE_SIGN_OUT_S))
    return min(ends, default=None)


def _reason_of(cause: int) -> str:
    if cause in BUSY_CAUSES:
        return "phone_busy"
    if cause in DECLINED_CAUSES:
        return "declined"
    return "no_answer" if cause in NO_ANSWER_CAUSES else "phone_unreachable"


def _ended(offer: Offer, reason: str) -> Tell:
    return Tell(offer.agent, "offer_ended", {"call": offer.waiting.call, "reason": reason})


def _pop(waiting: Waiting, card: Mapping[str, object]) -> dict[str, Json]:
    return {**cast(Mapping[str, Json], card), "call": waiting.call, "queue": waiting.queue}


def _refusal(agent: Agent, signal: Signal) -> Refuse:
    return Refuse(
        "not_now",
        f"当前状态为 {agent.state.value}，不能执行 {signal.value}。请等本次通话结束后再试。",
    )
