"""A day in virtual time: simulated callers and agents around the production dispatcher.

Decides nothing about who gets whom: it says to the dispatcher what the call engine and the desks
would say, at the instant at which they would, and obeys its answers. Knows no clock.
"""

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random

from ari_app.core.agents import Out
from ari_app.core.commands import Tell
from ari_app.core.desk_events import (
    AgentAskedReady,
    AgentSignedIn,
    AgentSignedOut,
    SurgeChanged,
)
from ari_app.core.dispatch import Dispatcher
from ari_app.core.seam import (
    CallFinished,
    CallLeft,
    CallOffered,
    CallQueued,
    OfferAnswered,
    OfferCancelled,
    OfferConnected,
)
from ari_app.core.values import AgentId, CallId, Centre
from ari_app.rehearse.plan import Caller, Plan
from ari_app.rehearse.roster import Turn

MIDNIGHT = 1_700_000_000.0
"""Any epoch second: the dispatcher reckons with differences."""
READY_AGAIN_S = 30.0
"""How long an agent who missed a call is away."""
GONE_HOME = "signed_out"

Asked = AgentSignedIn | AgentSignedOut | AgentAskedReady | SurgeChanged
Action = Callable[[float], None]


@dataclass(slots=True)
class Talk:
    """An offer on its way to a talk and its end; ``offer`` tells it from later ones of the call."""

    caller: Caller
    agent: AgentId
    offer: int


class Day:
    """``run`` plays everything until the last caller has gone; the callers then tell the story."""

    def __init__(self, plan: Plan, centre: Centre) -> None:
        self.plan = plan
        self.dispatcher = Dispatcher(centre)
        self.now = 0.0
        self._agenda: list[tuple[float, int, Action]] = []
        self._count = 0
        self._callers: dict[CallId, Caller] = {}
        self._offers: dict[CallId, Talk] = {}
        self._at_work: set[AgentId] = set()
        self._chance = Random(f"{plan.seed} missed")

    def run(self, callers: Iterable[Caller], turns: Iterable[Turn]) -> None:
        if self.plan.mode:
            self._ask(SurgeChanged(self.plan.mode, None, "rehearsal"))
        for turn in turns:
            self._plan(turn.at, lambda now, turn=turn: self._turn(turn, now))  # type: ignore[misc]
        coming = iter(callers)
        self._expect(next(coming, None), coming)
        while self._step():
            pass

    # --- time --------------------------------------------------------------------------------

    def _plan(self, at: float, action: Action) -> None:
        self._count += 1
        heapq.heappush(self._agenda, (at, self._count, action))

    def _step(self) -> bool:
        """The next thing that happens; False when all is over."""
        due = self.dispatcher.next_deadline()
        planned = self._agenda[0][0] if self._agenda else None
        if planned is None and not self._callers:
            return False
        if due is not None and (planned is None or due - MIDNIGHT <= planned):
            self.now = max(self.now, due - MIDNIGHT)
            self._obey(self.dispatcher.take_due(max(due, self._instant)))
            return True
        if planned is None:
            return False
        self.now, _, action = heapq.heappop(self._agenda)
        action(self.now)
        return True

    @property
    def _instant(self) -> float:
        return MIDNIGHT + self.now

    # --- callers -----------------------------------------------------------------------------

    def _expect(self, caller: Caller | None, coming: Iterable[Caller]) -> None:
        if caller is not None:
            self._plan(caller.arrived, lambda now: self._arrive(caller, coming))

    def _arrive(self, caller: Caller, coming: Iterable[Caller]) -> None:
        call = CallId(caller.call)
        self._callers[call] = caller
        demand = caller.demand
        if caller.patience_s is not None:
            self._plan(caller.arrived + caller.patience_s, lambda now: self._give_up(call, now))
        said = CallQueued(call, demand.queue, demand.needs, demand.priority, self._instant, {})
        self._obey(self.dispatcher.handle(said, self._instant))
        if call not in self._offers:
            caller.announced_s = self.dispatcher.figures.rest_of_wait_s(call)
        self._expect(next(iter(coming), None), coming)

    def _give_up(self, call: CallId, now: float) -> None:
        caller = self._callers.get(call)
        if caller is None or caller.connected is not None:
            return
        caller.left = now
        del self._callers[call]
        self._offers.pop(call, None)
        self._obey(self.dispatcher.handle(CallLeft(call), self._instant))

    # --- agents ------------------------------------------------------------------------------

    def _turn(self, turn: Turn, now: float) -> None:
        if not turn.comes:
            self._at_work.discard(turn.agent)
            self._ask(AgentSignedOut(turn.agent))
            return
        self._at_work.add(turn.agent)
        self._ask(AgentSignedIn(turn.agent))
        self._ask(AgentAskedReady(turn.agent))

    def _ask(self, said: Asked) -> None:
        self._obey(self.dispatcher.handle_desk(said, self._instant))

    def _back(self, agent: AgentId) -> None:
        if agent in self._at_work and self.dispatcher.agents[agent].state == "paused":
            self._ask(AgentAskedReady(agent))

    # --- what the dispatcher decided ---------------------------------------------------------

    def _obey(self, out: Out) -> None:
        for command in out:
            match command:
                case CallOffered(call=call, agent=agent):
                    self._ring(call, agent)
                case OfferCancelled(call=call):
                    self._offers.pop(call, None)
                case Tell(kind="state", agent=agent, data=data) if data["state"] == "paused":
                    if agent in self._at_work:
                        self._plan(self.now + READY_AGAIN_S, lambda now, a=agent: self._back(a))  # type: ignore[misc]

    def _ring(self, call: CallId, agent: AgentId) -> None:
        caller = self._callers[call]
        self._count += 1
        talk = self._offers[call] = Talk(caller, agent, self._count)
        caller.offered = self.now
        if self.plan.missed and self._chance.random() < self.plan.missed:
            return  # the dispatcher's own time-out ends it
        self._plan(self.now + self.plan.answer_s, lambda now: self._answer(talk, now))

    def _answer(self, talk: Talk, now: float) -> None:
        call = CallId(talk.caller.call)
        if self._offers.get(call) is not talk:
            return
        del self._offers[call]
        talk.caller.connected, talk.caller.agent = now, talk.agent
        self._obey(self.dispatcher.handle(OfferAnswered(call), self._instant))
        self._obey(self.dispatcher.handle(OfferConnected(call), self._instant))
        self._plan(now + talk.caller.talk_s, lambda now: self._finish(talk, now))

    def _finish(self, talk: Talk, now: float) -> None:
        call = CallId(talk.caller.call)
        talk.caller.left = now
        del self._callers[call]
        said = CallFinished(call, talk.caller.demand.queue, talk.agent)
        self._obey(self.dispatcher.handle(said, self._instant))
