"""Supervisors in live talks: who listens, whispers, barges in or takes over, and how that ends.

A supervisor's leg is rung like an agent's. Listening and whispering happen in a bridge beside the
talk, with a snoop on the agent's leg; barging in is joining the talk's own bridge. Whatever becomes
of the supervisor changes nothing for the citizen. Owns no call and no agent: takes over by telling
both halves.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from ari_app.core import journal_lines as lines
from ari_app.core.agent import Agent, AgentState
from ari_app.core.call import Call, Phase
from ari_app.core.call_book import CallBook, is_over
from ari_app.core.commands import (
    Connect,
    DropBridge,
    HangUp,
    Refuse,
    RingAgent,
    StartSnoop,
    Tell,
    Write,
)
from ari_app.core.desk import NO_SUCH_AGENT
from ari_app.core.desk_events import How, SuperviseAsked
from ari_app.core.events import BridgeEntered, LegDown, LegEvent, LegUp, RingFailed
from ari_app.core.journal_lines import Kind
from ari_app.core.legs import CONNECT_S, Out, talk_over
from ari_app.core.records import Json
from ari_app.core.seam import CallTakenOver, SupervisionBegan, SupervisionEnded
from ari_app.core.talk import Talk, Voice
from ari_app.core.third import reason_of
from ari_app.core.values import (
    AgentId,
    CallId,
    Centre,
    LegId,
    beside,
    bridge_of,
    snoop_of,
    supervisor_leg,
)

RING_S = 20.0
"""How long a supervisor's own phone rings."""

UNALLOCATED = 1
NO_ANSWER = 19
"""Q.850."""


class At(StrEnum):
    """Where a supervisor's leg is on its way into the talk."""

    RINGING = "ringing"
    JOINING = "joining"
    IN = "in"


DONE: Mapping[How, str] = {
    "listen": "listening",
    "whisper": "whispering",
    "barge": "barged_in",
    "take_over": "taken_over",
}
"""What the supervisor's desk is told once it is so."""


IN_TALK: frozenset[How] = frozenset({"barge", "take_over"})
"""Ways in which the supervisor is in the talk's own bridge."""

_ANY = frozenset(Talk)
MEETS: Mapping[How, frozenset[Talk]] = {
    "listen": _ANY,
    "whisper": _ANY,
    "barge": frozenset({Talk.TALKING, Talk.JOINED}),
    "take_over": frozenset({Talk.TALKING}),
}
"""In which talks the citizen is there to be met."""


@dataclass(frozen=True, slots=True)
class Watch:
    """One supervisor at one call. ``agent_leg`` is whose talk it is; ``snoop`` the present one.

    ``until`` is when the way into the talk is overdue (epoch seconds). ``snoops`` counts.
    """

    supervisor: AgentId
    call: CallId
    leg: LegId
    agent_leg: LegId
    how: How
    reason: str
    at: At = At.RINGING
    until: float | None = None
    snoop: LegId | None = None
    old_snoop: LegId | None = None
    snoops: int = 0
    is_in_talk: bool = False


class Monitor:
    """``asked`` takes wishes, ``handle`` events of supervisors' legs, ``settle`` looks after."""

    def __init__(self, book: CallBook, agents: Mapping[AgentId, Agent], centre: Centre) -> None:
        self._book, self._agents, self._centre = book, agents, centre
        self.watches: dict[AgentId, Watch] = {}
        self._number = 0

    # --- a supervisor asks -------------------------------------------------------------------

    def asked(self, said: SuperviseAsked, now: float) -> Out:
        agent = self._agents.get(said.supervisor)
        if agent is None:
            return [NO_SUCH_AGENT]
        watch = self.watches.get(said.supervisor)
        if said.how == "leave":
            return self._leave(watch, said, now)
        if (refuse := self._refusal(agent, watch, said)) is not None:
            return [refuse]
        call = self._book.calls[said.call]
        noted = _noted(said, now)
        if watch is None:
            return [noted, *self._ring(call, said, now)]
        watch = replace(watch, how=said.how, reason=said.reason)
        self._keep(watch)
        return [noted] if watch.at is At.RINGING else [noted, *self._enter(watch, call, now)]

    def _leave(self, watch: Watch | None, said: SuperviseAsked, now: float) -> Out:
        if watch is None or watch.call != said.call:
            return [Refuse("not_there", "您没有在监听这个通话。")]
        return [_noted(said, now), *self._release(watch, "left")]

    def _refusal(self, agent: Agent, watch: Watch | None, said: SuperviseAsked) -> Refuse | None:
        if said.how not in self._centre.agents[agent.agent_id].may_supervise:
            return Refuse("no_right", f"您的账号没有 {said.how} 的权限；请联系管理员。")
        call = self._book.calls.get(said.call)
        if call is None or call.phase is not Phase.TALKING or call.leg is None:
            return Refuse("no_talk", "这个来电现在没有坐席在通话，无法监听。")
        if call.talk not in MEETS[said.how]:
            return Refuse("not_now", "通话正在保持、咨询或转接中，此时只能监听或密语；请稍后再试。")
        if call.agent == agent.agent_id:
            return Refuse("own_call", "这是您自己的通话。")
        if watch is not None and watch.call != said.call:
            return Refuse("elsewhere", f"您正在监听通话 {watch.call}；请先退出。")
        if watch is None and agent.state not in (AgentState.READY, AgentState.PAUSED):
            return Refuse("not_now", "请先签入，并结束自己的通话和话后处理，再进行监听。")
        return None

    def _ring(self, call: Call, said: SuperviseAsked, now: float) -> Out:
        assert call.leg is not None
        # No leg's id is used twice, nor one of the time before a restart.
        self._number = max(int(now), self._number + 1)
        leg = supervisor_leg(call.call_id, self._number)
        watch = Watch(
            said.supervisor, call.call_id, leg, call.leg, said.how, said.reason, until=now + RING_S
        )
        self._keep(watch)
        answers_itself = self._centre.agents[said.supervisor].answer == "desk"
        shown = call.agent or ""
        ring = RingAgent(leg, call.call_id, said.supervisor, RING_S, shown, answers_itself)
        return [SupervisionBegan(said.supervisor, call.call_id), ring, _told(watch, "ringing")]

    # --- into the talk -----------------------------------------------------------------------

    def _enter(self, watch: Watch, call: Call, now: float) -> Out:
        """From wherever they are to what was asked for, unless the talk has changed since."""
        if call.talk not in MEETS[watch.how]:
            return self._release(watch, "not_now")
        watch = replace(watch, at=At.JOINING, until=now + CONNECT_S)
        if watch.how in IN_TALK:
            if watch.is_in_talk:
                return self._arrived(watch, call, now)
            self._keep(watch)
            return [Connect(bridge_of(call.call_id), (watch.leg,))]
        # The way of a snoop cannot be changed: a new one takes the place of the old.
        snoop = snoop_of(watch.leg, watch.snoops + 1)
        self._keep(replace(watch, snoop=snoop, old_snoop=watch.snoop, snoops=watch.snoops + 1))
        return [StartSnoop(snoop, watch.agent_leg, whisper=watch.how == "whisper")]

    def _snooping(self, watch: Watch) -> Out:
        """The new snoop can be heard: the supervisor comes to it."""
        assert watch.snoop is not None
        out: Out = [] if watch.old_snoop is None else [HangUp(watch.old_snoop)]
        self._keep(replace(watch, old_snoop=None))
        return [*out, Connect(beside(watch.leg), (watch.leg, watch.snoop))]

    def _arrived(self, watch: Watch, call: Call, now: float) -> Out:
        """The supervisor is where they wanted to be, unless the talk has changed on the way."""
        if call.talk not in MEETS[watch.how]:
            return self._release(watch, "not_now")
        watch = replace(watch, at=At.IN, until=None)
        out: Out = []
        if watch.is_in_talk and watch.snoop is not None:
            out = [HangUp(watch.snoop), DropBridge(beside(watch.leg))]
            watch = replace(watch, snoop=None, old_snoop=None)
        self._keep(watch)
        out.append(_told(watch, DONE[watch.how]))
        return [*out, *self._take_over(watch, call)] if watch.how == "take_over" else out

    def _take_over(self, watch: Watch, call: Call) -> Out:
        """The talk is the supervisor's from here; the agent's own is over, wrap-up begins."""
        assert call.leg is not None
        del self.watches[watch.supervisor]
        me, leg = watch.supervisor, watch.leg
        mine = replace(call, agent=me, leg=leg, served_by=me, voice=Voice.OPEN)
        self._book.put(mine)
        return [
            *talk_over(call),
            CallTakenOver(call.call_id, watch.supervisor),
            HangUp(call.leg),
            Write(mine.saved()),
        ]

    # --- their legs --------------------------------------------------------------------------

    def owns(self, event: LegEvent) -> bool:
        match event:
            case LegUp() | LegDown() | BridgeEntered() | RingFailed():
                return self._of(event.leg) is not None
        return False

    def handle(self, event: LegEvent, now: float) -> Out:
        match event:
            case LegDown(leg, cause):
                return self._gone(leg, cause)
            case RingFailed(leg):
                return self._gone(leg, UNALLOCATED)
            case LegUp(leg):
                return self._up(leg, now)
            case BridgeEntered():
                return self._entered(event, now)
        return []

    def _up(self, leg: LegId, now: float) -> Out:
        watch = self._of(leg)
        call = self._book.calls.get(watch.call) if watch is not None else None
        if watch is None or call is None:
            return [HangUp(leg)]
        if leg == watch.leg and watch.at is At.RINGING:
            return self._enter(watch, call, now)
        is_awaited = leg == watch.snoop and watch.at is At.JOINING and watch.how not in IN_TALK
        return self._snooping(watch) if is_awaited else []

    def _entered(self, event: BridgeEntered, now: float) -> Out:
        watch = self._of(event.leg)
        call = self._book.calls.get(watch.call) if watch is not None else None
        if watch is None or call is None or event.leg != watch.leg:
            return []
        is_in_talk = event.bridge == bridge_of(call.call_id)
        self._keep(watch := replace(watch, is_in_talk=is_in_talk))
        if watch.at is not At.JOINING or is_in_talk != (watch.how in IN_TALK):
            return []
        return self._arrived(watch, call, now)

    def _gone(self, leg: LegId, cause: int) -> Out:
        watch = self._of(leg)
        if watch is None:
            return []
        if leg == watch.leg:
            return self._release(watch, reason_of(cause) if watch.at is At.RINGING else "left")
        if leg == watch.snoop and not watch.is_in_talk:
            return self._release(watch, "failed")
        return []

    def _of(self, leg: LegId) -> Watch | None:
        for watch in self.watches.values():
            if leg in (watch.leg, watch.snoop, watch.old_snoop):
                return watch
        return None

    # --- ends --------------------------------------------------------------------------------

    def _release(self, watch: Watch, reason: str) -> Out:
        del self.watches[watch.supervisor]
        snoops = [snoop for snoop in (watch.snoop, watch.old_snoop) if snoop is not None]
        out: Out = [HangUp(leg) for leg in (watch.leg, *snoops)]
        if watch.snoops:
            out.append(DropBridge(beside(watch.leg)))
        return [*out, SupervisionEnded(watch.supervisor), _told(watch, "ended", reason)]

    def settle(self) -> Out:
        """A talk that is over, or another agent's by now, is watched no more."""
        out: Out = []
        for watch in list(self.watches.values()):
            call = self._book.calls.get(watch.call)
            if call is None:
                out += self._release(watch, "call_ended")
            elif call.leg != watch.agent_leg or call.phase is not Phase.TALKING:
                out += self._release(watch, "agent_left")
        return out

    def next_deadline(self) -> float | None:
        ends = (watch.until for watch in self.watches.values())
        return min((end for end in ends if end is not None), default=None)

    def take_due(self, now: float) -> Out:
        out: Out = []
        for watch in list(self.watches.values()):
            if is_over(watch.until, now):
                is_ringing = watch.at is At.RINGING
                out += self._release(watch, "no_answer" if is_ringing else "failed")
        return out

    # --- after a gap -------------------------------------------------------------------------

    def again(self, watch: Watch, now: float) -> Out:
        """Nobody knows what was lost: into the talk once more."""
        watch = self.watches.get(watch.supervisor, watch)
        call = self._book.calls.get(watch.call)
        if call is None or watch.supervisor not in self.watches:
            return []
        return self._enter(replace(watch, is_in_talk=False), call, now)

    def forgotten(self) -> Out:
        """Agents who were supervising when the service ended, or whose supervision is over."""
        return [
            SupervisionEnded(agent.agent_id)
            for agent in self._agents.values()
            if agent.state is AgentState.SUPERVISING and agent.agent_id not in self.watches
        ]

    def knows(self) -> Iterator[str]:
        """The ids of everything in Asterisk that is a supervisor's."""
        for watch in self.watches.values():
            yield from (watch.leg, beside(watch.leg))
            yield from (snoop for snoop in (watch.snoop, watch.old_snoop) if snoop is not None)

    def _keep(self, watch: Watch) -> None:
        self.watches[watch.supervisor] = watch


def _told(watch: Watch, state: str, reason: str = "") -> Tell:
    return Tell(watch.supervisor, "supervision", {
        "call": watch.call, "how": watch.how, "state": state, "reason": reason,
    })  # fmt: skip


def _noted(said: SuperviseAsked, now: float) -> Write:
    data: dict[str, Json] = {"how": said.how, "reason": said.reason}
    return lines.note(Kind.CALL_SUPERVISED, now, call=said.call, agent=said.supervisor, data=data)
