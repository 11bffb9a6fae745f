"""A second agent for a talk: reserved, rung, there or not. Beside the line, which knows callers.

Decides who can be asked and what it means for an agent not to come: only a phone that rings in vain
rests its agent; to decline a colleague is no offence. Knows no legs.
"""

from dataclasses import dataclass, replace

from ari_app.core.agent import AgentState, Signal
from ari_app.core.agents import Agents, Out
from ari_app.core.commands import Refuse, Tell
from ari_app.core.deadlines import Deadlines
from ari_app.core.desk_events import TalkAsked
from ari_app.core.offer import NO_ANSWER_CAUSES, Offer, ended, pop, reason_of
from ari_app.core.records import Json
from ari_app.core.seam import ThirdAccepted, ThirdOffered, ThirdRefused, ThirdWanted
from ari_app.core.values import AgentId, CallId, Centre
from ari_app.core.verbs import BlindTransfer, Consult, ThreeWay, ToAgent, ToQueue
from ari_app.routing.callers import Waiting

_STATES = {
    AgentState.OFFLINE: "未签入",
    AgentState.PAUSED: "示忙",
    AgentState.OFFERED: "正在振铃",
    AgentState.TALKING: "通话中",
    AgentState.WRAP_UP: "话后处理中",
    AgentState.SUPERVISING: "正在监听",
}


@dataclass(frozen=True, slots=True)
class _Asked:
    offer: Offer
    by: AgentId


class Colleagues:
    """At most one colleague a call is being asked."""

    def __init__(self, centre: Centre, agents: Agents) -> None:
        self.asked: dict[CallId, _Asked] = {}
        self.ends: Deadlines[CallId] = Deadlines()
        self._centre = centre
        self._agents = agents

    def cannot(self, said: TalkAsked) -> Refuse | None:
        """Why whom the agent names cannot come or take the citizen; None if they can."""
        verb = said.verb
        if not isinstance(verb, Consult | ThreeWay | BlindTransfer):
            return None
        match verb.to:
            case ToAgent(agent):
                return self._agent_cannot(said.agent, agent, isinstance(verb, BlindTransfer))
            case ToQueue(queue, needs):
                if queue not in self._centre.queues:
                    known = ", ".join(sorted(self._centre.queues))
                    return Refuse("no_such_queue", f"没有队列 {queue}；可用的队列：{known}。")
                if not isinstance(verb, BlindTransfer) and self._find(queue, needs) is None:
                    return Refuse("nobody_free", f"队列 {queue} 现在没有空闲的坐席，请稍后再试。")
        return None

    def _agent_cannot(self, by: AgentId, agent: AgentId, is_handed_on: bool) -> Refuse | None:
        known = self._agents.by_id.get(agent)
        if known is None:
            return Refuse("no_such_agent", f"没有工号 {agent}；请在坐席名单中核对。")
        if agent == by:
            return Refuse("not_yourself", "不能咨询或转接给自己；请另选坐席。")
        may_wait = is_handed_on and known.state is not AgentState.OFFLINE
        if known.state is AgentState.READY or may_wait:
            return None
        return Refuse("agent_not_free", f"坐席 {agent} {_STATES[known.state]}，现在不能接听。")

    def _find(self, queue: str, needs: tuple[tuple[str, int], ...]) -> AgentId | None:
        """Whoever of the queue's agents with the skills has been idle longest."""
        fitting = [
            one
            for one in self._agents.ready.values()
            if queue in self._agents.queues_of(AgentId(one.agent))
            and all(one.skills.get(skill, 0) >= level for skill, level in needs)
        ]
        found = min(fitting, key=lambda one: (one.since, one.agent), default=None)
        return AgentId(found.agent) if found is not None else None

    # --- the call engine says ----------------------------------------------------------------

    def wanted(self, said: ThirdWanted, now: float) -> Out:
        agent = said.agent or self._find(said.queue, said.needs)
        if agent is None or self._agents.by_id[agent].state is not AgentState.READY:
            return [ThirdRefused(said.call, "not_ready")]
        ring_s = self._centre.queue(said.queue).ring_s
        answer = self._agents.profile(agent).answer
        waiting = Waiting(said.call, said.queue, said.needs, now, now)
        offer = Offer(waiting, agent, now, now + ring_s, answer, said.card, answer == "phone")
        self._put(said.call, _Asked(offer, said.by))
        return [
            ThirdOffered(said.call, agent, ring=offer.accepted, ring_s=ring_s),
            Tell(agent, "offer", self.shown(said.call)),
            *self._agents.move(agent, Signal.OFFER, now, until=offer.until, call=said.call),
        ]

    def shown(self, call: CallId) -> dict[str, Json]:
        asked = self.asked[call]
        return {**pop(asked.offer), "consulted_by": asked.by}

    def answered(self, call: CallId) -> None:
        """The call engine sees to the rest in time."""
        self.ends.set(call, None)

    def connected(self, call: CallId, now: float) -> Out:
        asked = self._forget(call)
        if asked is None:
            return []
        agent = asked.offer.agent
        return [
            *self._agents.move(agent, Signal.CONNECT, now, call=call),
            ended(asked.offer, "answered"),
            Tell(agent, "connected", {"call": call}),
        ]

    def left(self, call: CallId, now: float) -> Out:
        asked = self._forget(call)
        return [] if asked is None else self._spared(asked, "caller_left", now)

    def failed(self, call: CallId, cause: int, now: float) -> Out:
        """The leg ended before the colleague was there; the call engine knows."""
        asked = self._forget(call)
        if asked is None:
            return []
        reason = reason_of(cause)
        if cause in NO_ANSWER_CAUSES:
            return self._missed(asked, reason, now)
        return self._spared(asked, reason, now)

    def adopted(self, agent: AgentId) -> Out:
        """The colleague is found in another talk: nobody comes."""
        out: Out = []
        for call in [call for call, asked in self.asked.items() if asked.offer.agent == agent]:
            asked = self._forget(call)
            assert asked is not None
            out += [ThirdRefused(call, "phone_busy"), ended(asked.offer, "phone_busy")]
        return out

    # --- the colleague's desk says -----------------------------------------------------------

    def has(self, call: CallId, agent: AgentId) -> bool:
        asked = self.asked.get(call)
        return asked is not None and asked.offer.agent == agent

    def accept(self, call: CallId, ring_s: float, now: float) -> Out:
        asked = self.asked[call]
        if asked.offer.answer == "phone":
            return [Refuse("answer_on_phone", "请直接在话机上接听；您的席位设置为话机接听。")]
        if asked.offer.accepted:
            return []
        self._put(call, _accepted(asked, now + ring_s))
        return [ThirdAccepted(call, ring_s)]

    def decline(self, call: CallId, now: float) -> Out:
        asked = self._forget(call)
        assert asked is not None
        return [ThirdRefused(call, "declined"), *self._spared(asked, "declined", now)]

    # --- time passes -------------------------------------------------------------------------

    def due(self, now: float) -> Out:
        out: Out = []
        for call in self.ends.take_due(now):
            asked = self._forget(call)
            if asked is not None:
                out.append(ThirdRefused(call, "no_answer"))
                out += self._missed(asked, "no_answer", now)
        return out

    def _missed(self, asked: _Asked, reason: str, now: float) -> Out:
        offer = asked.offer
        moved = self._agents.missed(offer.agent, CallId(offer.waiting.call), reason, now)
        return [*moved, ended(offer, reason)]

    def _spared(self, asked: _Asked, reason: str, now: float) -> Out:
        moved = self._agents.move(asked.offer.agent, Signal.CALLER_LEFT, now)
        return [*moved, ended(asked.offer, reason)]

    def _put(self, call: CallId, asked: _Asked) -> None:
        self.asked[call] = asked
        self.ends.set(call, asked.offer.until)

    def _forget(self, call: CallId) -> _Asked | None:
        self.ends.set(call, None)
        return self.asked.pop(call, None)


def _accepted(asked: _Asked, until: float) -> _Asked:
    return _Asked(replace(asked.offer, accepted=True, until=until), asked.by)
