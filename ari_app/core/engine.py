"""The one decision maker: call engine and dispatcher joined by their seam.

``handle(event, now)`` and ``handle_timer(now)`` return the commands to carry out; nothing else
comes out and nothing else goes in. It never waits, reads no clock and makes no ids of its own.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import cast

from ari_app.core import reconfiguring, supervised, witness
from ari_app.core.agent import Agent, AgentState, shown
from ari_app.core.call import Call, Phase
from ari_app.core.call_tree import PromptSeconds
from ari_app.core.calls import CallEngine
from ari_app.core.commands import Command, RingAgent
from ari_app.core.desk_events import DeskEvent, RecordingAsked, SuperviseAsked, TalkAsked
from ari_app.core.dispatch import Dispatcher
from ari_app.core.emergency import Emergency
from ari_app.core.events import (
    AsteriskLost,
    AsteriskSeen,
    CallArrived,
    CallerKnown,
    CallEvent,
    ConfigurationChanged,
    EmergencyChanged,
    EntriesRead,
    Event,
    LegEvent,
    PlayStarted,
    RecordingMuted,
    SwitchEvent,
    TreesChanged,
)
from ari_app.core.legs import Out
from ari_app.core.live_facts import FactsSource
from ari_app.core.monitor import Monitor
from ari_app.core.offer import pop
from ari_app.core.outbound.asked import OutboundAsked
from ari_app.core.outbound.dial_list import DialList
from ari_app.core.reconcile import Finding, adopted, differences
from ari_app.core.recording import Recordings
from ari_app.core.records import Json
from ari_app.core.seam import ToCalls, ToDialList, ToDispatcher
from ari_app.core.shelf import Shelf
from ari_app.core.staff_view import kind_of_phone, wrap_up_of
from ari_app.core.values import AgentId, CallId, Centre
from ari_app.core.voices import Voices
from ari_app.core.witness import Witness
from ari_app.core.world import OutsideNumber, World

Said = Command | ToDispatcher | ToCalls | ToDialList


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
        numbers: Mapping[str, OutsideNumber] | None = None,
    ) -> None:
        """``numbers`` are those that can be called outside, by the names that trees use."""
        centre, self.numbers = replace(centre), dict(numbers or {})
        self.dispatcher = Dispatcher(centre, agents)
        self.facts = FactsSource(
            self.dispatcher.figures, world or World(), orders=self.dispatcher.orders
        )
        self.call_engine = CallEngine(
            shelf, centre, prompt_seconds, calls, facts_for=self.facts, numbers=self.numbers
        )
        self.dial_list = DialList()
        """One that places no call, until somebody puts another here before the first event."""
        self.call_engine.say_instead(self.dispatcher.orders.instead)
        self.witness = Witness()
        self.recordings = Recordings(self.call_engine)
        self.voices = Voices(self.call_engine)
        self.monitor = Monitor(self.call_engine, self.dispatcher.agents, centre)
        self.emergency: Emergency | None = None
        self._suspects: frozenset[str] = frozenset()
        self._is_blind = False
        self.bugs: list[Exception] = []
        """Raised where the work had to go on; whoever logs takes them out."""

    def handle(self, event: Event, now: float) -> list[Command]:
        """What to do about one event. Late and repeated events are normal and change nothing."""
        return [*self._handle(event, now), *self._look_after(event, now)]

    def _look_after(self, event: Event | None, now: float) -> list[Command]:
        looked_after: list[Said] = [*self.recordings.settle(now), *self.monitor.settle()]
        if isinstance(event, LegEvent):
            looked_after += self.voices.noticed(event, now)
        commands = self._pump(looked_after, now)
        self.dispatcher.forget_gone()
        return commands

    def _handle(self, event: Event, now: float) -> list[Command]:
        if isinstance(event, AsteriskLost):
            self._is_blind = True
            self.dispatcher.hold()
            return []
        if isinstance(event, AsteriskSeen):
            return self._reconcile(event, now)
        if isinstance(event, SwitchEvent):
            return self._switched(event)
        if isinstance(event, ConfigurationChanged):
            return self._pump(reconfiguring.change(self, event, now), now)
        if isinstance(event, TalkAsked):
            return self._pump(self._asked(event, now), now)
        if isinstance(event, OutboundAsked):
            return self._pump(self.dial_list.handle_asked(event, now), now)
        if isinstance(event, EntriesRead):
            is_live = self.call_engine.calls.__contains__
            return self._pump(self.dial_list.take_up(event.entries, is_live, now), now)
        if isinstance(event, RecordingAsked):
            return self._pump(self.recordings.asked(event, now), now)
        if isinstance(event, SuperviseAsked):
            return self._pump(self.monitor.asked(event, now), now)
        if isinstance(event, LegEvent) and self.monitor.owns(event):
            return self._pump(self.monitor.handle(event, now), now)
        if isinstance(event, RecordingMuted):
            return self._pump(self.recordings.muted(event, now), now)
        if isinstance(event, DeskEvent):
            return self._pump(self.dispatcher.handle_desk(event, now), now)
        if isinstance(event, PlayStarted):
            return self.witness.heard(event.play, now)
        lines = self._journaled(event, now)
        return [*lines, *self._pump(self.call_engine.handle(event, now), now)]

    def _journaled(self, event: CallEvent, now: float) -> list[Command]:
        match event:
            case CallArrived():
                self.witness.arrived(event)
            case CallerKnown():
                return witness.known(event, now)
        return []

    def _asked(self, event: TalkAsked, now: float) -> Sequence[Said]:
        """A colleague who cannot come is refused before anything is changed in the talk."""
        refuse = self.dispatcher.cannot(event)
        return [refuse] if refuse is not None else self.call_engine.asked(event, now)

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
        commands += self._pump(self.dial_list.take_due(now), now)
        for call_id in self.call_engine.take_due(now):
            commands += self._guarded(partial(self.call_engine.due, call_id, now), now)
        commands += self._pump(self.recordings.take_due(now), now)
        commands += self._pump(self.monitor.take_due(now), now)
        return [*commands, *self._look_after(None, now)]

    def next_deadline(self) -> float | None:
        """Epoch seconds of the next moment at which time alone changes something."""
        if self._is_blind:
            return None
        sides = (self.recordings, self.monitor)
        parts = (self.call_engine, self.dispatcher, self.dial_list, *sides)
        ends = [part.next_deadline() for part in parts]
        return min((end for end in ends if end is not None), default=None)

    def _pump(self, said: Sequence[Said], now: float) -> list[Command]:
        """Pass what the two halves say to each other until only commands are left."""
        commands: list[Command] = []
        pending: list[Said] = list(said)
        while pending:
            one = pending.pop(0)
            commands += self.witness.saw(one, self.call_engine.calls, now)
            if isinstance(one, ToDialList):
                pending[:0] = self.dial_list.handle(one, now)
            elif isinstance(one, ToDispatcher):
                pending[:0] = self.dispatcher.handle(one, now)
            elif isinstance(one, ToCalls):
                pending[:0] = self.call_engine.told(one, now)
            else:
                commands.append(self._at_seat(one) if isinstance(one, RingAgent) else one)
        return commands

    def _at_seat(self, ring: RingAgent) -> RingAgent:
        """Who rings an agent need not know where the agent sits."""
        seat = self.dispatcher.endpoint(ring.agent)
        return ring if seat == ring.agent else replace(ring, endpoint=seat)

    # --- after a gap -------------------------------------------------------------------------

    def _reconcile(self, seen: AsteriskSeen, now: float) -> list[Command]:
        if self._is_blind and not seen.is_resync:
            return []  # a sweep that was under way when the link was lost
        commands: list[Command] = []
        suspects: set[str] = set()
        self.dispatcher.hold()
        for finding in self._differences(seen, now):
            if seen.is_resync or finding.key in self._suspects:
                commands += self._guarded(finding.mend, now)
            else:
                suspects.add(finding.key)
        self._suspects = frozenset(suspects)
        self._is_blind = False
        commands += self.witness.started(self.dispatcher.agents, now)
        if seen.is_resync:
            commands += self._pump(self.recordings.found(now), now)
            commands += self._pump(self.voices.found(seen), now)
        commands += self._pump(self.monitor.forgotten(), now)
        talks = adopted(self.call_engine.calls.values())
        commands += self._pump(self.dispatcher.settle(talks, seen.elsewhere, now), now)
        if seen.is_resync:
            is_live = self.call_engine.calls.__contains__
            commands += self._pump(self.dial_list.settle(is_live, now), now)
        return commands

    def _differences(self, seen: AsteriskSeen, now: float) -> list[Finding]:
        """What is a supervisor's the monitor looks at; the rest of Asterisk is the calls'."""
        theirs = supervised.differences(self.monitor, self.call_engine, seen, now)
        rest = supervised.without(self.monitor, self.call_engine, seen)
        return [*theirs, *differences(self.call_engine, rest, self._ringing(), now)]

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
            "may_supervise": [*sorted(profile.may_supervise)],
            "phone": kind_of_phone(self.dispatcher, agent),
            "queues": [*sorted(profile.queues)],
            "skills": dict(profile.skills),
            **shown(agent),
            **wrap_up_of(self.dispatcher, agent),
            **talk_of(self.call_engine.calls.get(agent.call or CallId("")), agent.agent_id),
        }

    def call_rows(self, now: float) -> list[dict[str, Json]]:
        return [call_row(call, now) for call in self.call_engine.calls.values()]

    def offer(self, agent_id: AgentId) -> dict[str, Json] | None:
        """The pop that is open on this agent's desk."""
        for offer in self.dispatcher.offers.values():
            if offer.agent == agent_id:
                return pop(offer)
        for call, asked in self.dispatcher.colleagues.asked.items():
            if asked.offer.agent == agent_id:
                return self.dispatcher.colleagues.shown(call)
        return None

    def waits(self, now: float) -> tuple[dict[str, float], dict[str, float | None]]:
        """By queue: how long the first has waited, and what a newcomer would wait."""
        longest: dict[str, float] = {}
        for waiting in self.dispatcher.waiting.values():
            waited_s = round(max(0.0, now - waiting.since), 1)
            longest[waiting.queue] = max(waited_s, longest.get(waiting.queue, 0.0))
        figures, queues = self.dispatcher.figures, self.dispatcher.centre.queues
        return longest, {name: figures.expected_wait_s(name) for name in queues}

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


def talk_of(call: Call | None, agent: AgentId) -> dict[str, Json]:
    """How the agent's own talk stands; a colleague who is consulted has none."""
    if call is None or call.phase is not Phase.TALKING or call.agent != agent:
        return {"talk": None, "voice": None, "third": None}
    third = {"to": call.third.to, "state": call.third.state.value} if call.third else None
    return {"talk": call.talk.value, "voice": call.voice.value, "third": cast(Json, third)}


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
        "talk": call.talk.value if call.phase is Phase.TALKING else None,
        "third": call.third.to if call.third is not None else None,
        "urgency": call.urgency,
        "arrived_at": call.arrived_at,
        "waiting_s": None if waiting_s is None else round(waiting_s, 1),
    }


def _count(names: Iterable[str]) -> dict[str, int]:
    return dict(Counter(names))
