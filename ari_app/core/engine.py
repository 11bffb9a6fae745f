"""The one decision maker: call engine and dispatcher joined by their seam.

``handle(event, now)`` and ``handle_timer(now)`` return the commands to carry out; nothing else
comes out and nothing else goes in. It never waits, reads no clock and makes no ids of its own.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from ari_app.core.agent import Agent, AgentState, shown
from ari_app.core.call import Call, Phase
from ari_app.core.call_tree import PromptSeconds
from ari_app.core.calls import CallEngine
from ari_app.core.commands import Command
from ari_app.core.dispatch import Dispatcher
from ari_app.core.emergency import Emergency
from ari_app.core.events import (
    AsteriskLost,
    AsteriskSeen,
    CallAdopted,
    DeskEvent,
    EmergencyChanged,
    Event,
    LegEvent,
    SwitchEvent,
    ToCalls,
    ToDispatcher,
    TreesChanged,
)
from ari_app.core.legs import Out
from ari_app.core.live_facts import FactsSource
from ari_app.core.offer import pop
from ari_app.core.reconcile import differences
from ari_app.core.records import Json
from ari_app.core.shelf import Shelf
from ari_app.core.values import AgentId, CallId, Centre
from ari_app.core.world import World

Said = Command | ToDispatcher | ToCalls


class Engine:
    """Everything the service decides, with the calls and agents it decides about."""

    def __init__(
        self,
        shelf: Shelf,
        centre: Centre,
        prompt_seconds: PromptSeconds,
        *,
        calls: Mapping[CallId, Call] | None = None,
        agents: Mapping[AgentId, Agent] | None = None,
        world: World | None = None,
        numbers: Mapping[str, str] | None = None,
    ) -> None:
        """``numbers`` are those that can be called outside, by the names that trees use."""
        self.dispatcher = Dispatcher(centre, agents)
        self.facts = FactsSource(self.dispatcher.figures, world or World())
        self.call_engine = CallEngine(
            shelf, centre, prompt_seconds, calls, facts_for=self.facts, numbers=numbers
        )
        self.emergency: Emergency | None = None
        self._suspects: frozenset[str] = frozenset()
        self._is_blind = False
        self.bugs: list[Exception] = []
        """Raised where the work had to go on; whoever logs takes them out."""

    def handle(self, event: Event, now: float) -> list[Command]:
        """What to do about one event. Late and repeated events are normal and change nothing."""
        if isinstance(event, AsteriskLost):
            self._is_blind = True
            self.dispatcher.hold()
            return []
        if isinstance(event, AsteriskSeen):
            return self._reconcile(event, now)
        if isinstance(event, SwitchEvent):
            return self._switched(event)
        if isinstance(event, DeskEvent):
            return self._pump(self.dispatcher.handle_desk(event, now), now)
        return self._pump(self.call_engine.handle(event, now), now)

    def _switched(self, event: SwitchEvent) -> list[Command]:
        match event:
            case TreesChanged():
                shelf = self.call_engine.shelf
                shelf.change(event.rollout, event.versions)
                shelf.let_go(self.call_engine.calls.values())
            case EmergencyChanged():
                self.emergency = self.facts.emergency = event.emergency
        return []

    def failed(self, event: Event) -> None:
        """Handling this raised."""
        if isinstance(event, LegEvent):
            self.call_engine.failed(event)

    def handle_timer(self, now: float) -> list[Command]:
        """What to do because the time of ``next_deadline`` has come.

        Nothing while Asterisk is lost: an agent may have answered, a talk begun, unheard of.
        """
        if self._is_blind:
            return []
        commands = self._pump(self.dispatcher.take_due(now), now)
        for call_id in self.call_engine.take_due(now):
            commands += self._guarded(partial(self.call_engine.due, call_id, now), now)
        return commands

    def next_deadline(self) -> float | None:
        """Epoch seconds of the next moment at which time alone changes something."""
        if self._is_blind:
            return None
        ends = (self.call_engine.next_deadline(), self.dispatcher.next_deadline())
        return min((end for end in ends if end is not None), default=None)

    def _pump(self, said: Sequence[Said], now: float) -> list[Command]:
        """Pass what the two halves say to each other until only commands are left."""
        commands: list[Command] = []
        pending: list[Said] = list(said)
        while pending:
            one = pending.pop(0)
            if isinstance(one, ToDispatcher):
                pending[:0] = self.dispatcher.handle(one, now)
            elif isinstance(one, ToCalls):
                pending[:0] = self.call_engine.told(one, now)
            else:
                commands.append(one)
        return commands

    # --- after a gap -------------------------------------------------------------------------

    def _reconcile(self, seen: AsteriskSeen, now: float) -> list[Command]:
        if self._is_blind and not seen.is_resync:
            return []  # a sweep that was under way when the link was lost
        commands: list[Command] = []
        suspects: set[str] = set()
        self.dispatcher.hold()
        for finding in list(differences(self.call_engine, seen, self._ringing(), now)):
            if seen.is_resync or finding.key in self._suspects:
                commands += self._guarded(finding.mend, now)
            else:
                suspects.add(finding.key)
        self._suspects = frozenset(suspects)
        self._is_blind = False
        talks = [
            CallAdopted(call.call_id, call.agent)
            for call in self.call_engine.calls.values()
            if call.phase is Phase.TALKING and call.agent is not None
        ]
        return [*commands, *self._pump(self.dispatcher.settle(talks, seen.elsewhere, now), now)]

    def _guarded(self, work: Callable[[], Out], now: float) -> list[Command]:
        """A bug in one call must not leave all others unseen: nobody would be served any more."""
        try:
            return self._pump(work(), now)
        except Exception as bug:
            self.bugs.append(bug)
            return []

    def _ringing(self) -> frozenset[CallId]:
        return frozenset(c for c, offer in self.dispatcher.offers.items() if offer.accepted)

    # --- what can be looked at ---------------------------------------------------------------

    def agent_rows(self) -> list[dict[str, Json]]:
        return [self.agent_row(agent) for agent in self.dispatcher.agents.values()]

    def agent_row(self, agent: Agent) -> dict[str, Json]:
        profile = self.dispatcher.centre.agents[agent.agent_id]
        return {
            "agent": agent.agent_id,
            "name": profile.name,
            "role": profile.role,
            "queues": [*sorted(profile.queues)],
            "skills": dict(profile.skills),
            **shown(agent),
        }

    def call_rows(self, now: float) -> list[dict[str, Json]]:
        return [call_row(call, now) for call in self.call_engine.calls.values()]

    def offer(self, agent_id: AgentId) -> dict[str, Json] | None:
        """The pop that is open on this agent's desk."""
        for offer in self.dispatcher.offers.values():
            if offer.agent == agent_id:
                return pop(offer)
        return None

    def counts(self) -> dict[str, dict[str, int]]:
        """How many calls in each phase, callers in each queue, agents in each state."""
        return {
            "calls": _count(call.phase.value for call in self.call_engine.calls.values()),
            "waiting": _count(waiting.queue for waiting in self.dispatcher.waiting.values()),
            "agents": _count(
                agent.state.value
                for agent in self.dispatcher.agents.values()
                if agent.state is not AgentState.OFFLINE
            ),
        }


def call_row(call: Call, now: float) -> dict[str, Json]:
    waits = call.phase in (Phase.QUEUED, Phase.OFFERED, Phase.CONNECTING)
    waiting_s = now - call.queued_at if waits and call.queued_at is not None else None
    return {
        "call": call.call_id,
        "phase": call.phase.value,
        "caller": call.caller.number,
        "dialled": call.dialled,
        "language": call.flow.language,
        "node": call.flow.node,
        "queue": call.queue,
        "agent": call.agent,
        "arrived_at": call.arrived_at,
        "waiting_s": None if waiting_s is None else round(waiting_s, 1),
    }


def _count(names: Iterable[str]) -> dict[str, int]:
    return dict(Counter(names))
