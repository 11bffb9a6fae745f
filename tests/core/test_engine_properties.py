"""Whatever happens in whatever order, nobody is lost, rung for nothing or given two calls.

No sequence of events, late, repeated or lost, makes the engine raise; every call ends; every agent
ends in a state with a way out; and the same holds after a kill and a restart at any moment.
"""

import json
from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

import ivr
from ari_app.core import agent as agents
from ari_app.core import call as calls
from ari_app.core.agent import TRANSITIONS, AgentState
from ari_app.core.call import Phase
from ari_app.core.commands import RingAgent, Write
from ari_app.core.engine import Engine
from ari_app.core.events import (
    AgentAccepted,
    AgentAskedPause,
    AgentAskedReady,
    AgentDeclined,
    AgentFinishedWrapUp,
    AgentHungUp,
    AgentSignedIn,
    AgentSignedOut,
    CallArrived,
    DeskConnected,
    DeskLost,
    Event,
    WrapUpChanged,
)
from ari_app.core.records import CloseCall, OpenCall, Record, SaveAgent, SaveCall
from ari_app.core.shelf import Shelf
from ari_app.core.values import (
    AgentId,
    AgentProfile,
    CallId,
    Centre,
    LegId,
    QueueName,
    QueueProfile,
)
from ari_app.routing.match import longest_idle
from tests.core.fake_asterisk import FakeAsterisk

FLOW = """
flow: test
language: zh_CN
start: welcome
last_resort: anybody
after_talk: marks
nodes:
  welcome:
    type: menu
    prompts: [greeting]
    keys:
      {1: anybody, 2: police, 3: english, 4: together, 5: note, 6: call_back, 7: bye, 8: goodbye,
       9: urgent}
    first_key_s: 2
    on_no_key: {next: mandarin}
    on_wrong_key: {say: [wrong], next: mandarin}
  mandarin:
    type: queue
    queue: general
    prompts: [connecting]
    needs: {zh: 1}
    max_wait_s: 30
    on_timeout: hold
  hold: {type: say, prompts: [please_hold], next: anybody}
  english: {type: language, language: en, next: english_desk}
  english_desk:
    {type: queue, queue: general, needs: {en: 3}, max_wait_s: 10, on_timeout: goodbye}
  urgent: {type: queue, queue: urgent, priority: 9, max_wait_s: 5, on_timeout: bye}
  goodbye: {type: hangup, prompts: [goodbye]}
  bye: {type: hangup}
  anybody: {type: queue, queue: general, keys: {5: note, 6: call_back, 2: police}}
  police: {type: transfer, to: "110", ring_s: 20, on_busy: mandarin, next: marks}
  together: {type: transfer, to: "110", three_way: {queue: general, needs: {zh: 1}}}
  note: {type: message, prompts: [speak_now], max_s: 30, next: goodbye, on_failure: mandarin}
  call_back:
    {type: callback, prompts: [call_back], queue: general, next: goodbye, otherwise: anybody}
  marks: {type: survey, prompts: [how_was_it], next: bye}
"""
NUMBERS = {"110": "110"}
WRAP_UP_S = {"general": 30.0, "urgent": 0.0}
BOTH = frozenset({QueueName("general"), QueueName("urgent")})
SKILLS = {"wang": {"zh": 5}, "li": {"zh": 2, "en": 4}, "zhao": {"en": 3}}
CENTRE = Centre(
    agents={
        AgentId(name): AgentProfile(
            AgentId(name), name, skills, BOTH, answer="desk" if name == "zhao" else "phone"
        )
        for name, skills in SKILLS.items()
    },
    queues={
        QueueName(name): QueueProfile(QueueName(name), wrap_up_s=wrap_up_s)
        for name, wrap_up_s in WRAP_UP_S.items()
    },
)
WITH_AGENT = (Phase.OFFERED, Phase.CONNECTING, Phase.TALKING)

agent_ids = st.sampled_from([AgentId(name) for name in (*SKILLS, "nobody")])
picks = st.integers(0, 99)


def load_flow() -> ivr.Flow:
    flow = ivr.load(FLOW, "test.yaml")
    assert isinstance(flow, ivr.Flow), flow
    return flow


class Hotline(RuleBasedStateMachine):
    """The engine between a model of Asterisk, a database and three agents."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0
        self.flow = load_flow()
        self.engine = Engine(Shelf.of(self.flow), CENTRE, lambda prompts: 3.0, numbers=NUMBERS)
        self.asterisk = FakeAsterisk()
        self.database: list[Record] = []
        self.arrived = 0
        self.last: Event | None = None
        self.is_blind = False
        """Between a restart and the first look at Asterisk, belief may differ from the truth."""
        self.swept: Counter[CallId] = Counter()
        self.states: dict[str, str] = {}

    # --- the machinery -----------------------------------------------------------------------

    def feed(self, event: Event) -> None:
        self.carry_out(self.engine.handle(event, self.now))

    def carry_out(self, commands: list) -> None:
        for command in commands:
            if isinstance(command, Write):
                self.write(command.record)
            elif isinstance(command, RingAgent):
                call = self.engine.call_engine.calls.get(command.call)
                assert call is not None, "a phone rings for a caller who left"
            self.asterisk.execute(command)

    def write(self, record: Record) -> None:
        self.database.append(record)
        if not isinstance(record, SaveAgent):
            return
        begins = record.state == AgentState.WRAP_UP != self.states.get(record.agent_id)
        self.states[record.agent_id] = record.state
        if begins:
            assert record.until is not None
            assert record.until - record.since >= self.shortest_wrap_up_s(record.call_id) - 1e-6

    def shortest_wrap_up_s(self, call_id: str | None) -> float:
        saved = [r for r in self.database if isinstance(r, SaveCall) and r.call_id == call_id]
        queue = QueueName(str(saved[-1].snapshot["queue"])) if saved else QueueName("")
        changed = self.engine.dispatcher.wrap_up_s
        queues = [queue] if queue else list(CENTRE.queues)
        return max(changed.get(name, CENTRE.queue(name).wrap_up_s) for name in queues)

    def pass_time(self, seconds: float) -> None:
        until, at_once = self.now + seconds, 0
        while (deadline := self.engine.next_deadline()) is not None and deadline <= until:
            at_once = at_once + 1 if deadline <= self.now else 0
            assert at_once < 20, "a deadline comes back for ever"
            self.now = max(self.now, deadline)
            self.carry_out(self.engine.handle_timer(self.now))
        self.now = until

    def deliver(self, call: CallId, count: int = 1) -> None:
        line = self.asterisk.events.get(call)
        for _ in range(count):
            if line:
                self.last = line.popleft()
                self.feed(self.last)

    # --- what people do ----------------------------------------------------------------------

    @initialize()
    def everybody_is_here(self) -> None:
        for name in SKILLS:
            self.feed(AgentSignedIn(AgentId(name)))
            self.feed(AgentAskedReady(AgentId(name)))

    @precondition(lambda self: len(self.asterisk.callers) < 4)
    @rule()
    def somebody_calls(self) -> None:
        self.arrived += 1
        self.asterisk.call_in(CallId(f"hotline-1.{self.arrived}"))

    @precondition(lambda self: self.asterisk.callers)
    @rule(pick=picks)
    def a_caller_leaves(self, pick: int) -> None:
        callers = sorted(self.asterisk.callers)
        self.asterisk.end(LegId(callers[pick % len(callers)]))

    @precondition(lambda self: self.asterisk.callers)
    @rule(pick=picks, digit=st.sampled_from("123456789#"))
    def a_key_is_pressed(self, pick: int, digit: str) -> None:
        callers = sorted(self.asterisk.callers)
        self.asterisk.press(callers[pick % len(callers)], digit)

    @precondition(lambda self: self.asterisk.plays)
    @rule(pick=picks, ok=st.booleans())
    def a_prompt_ends(self, pick: int, ok: bool) -> None:
        plays = sorted(self.asterisk.plays)
        self.asterisk.finish(plays[pick % len(plays)], ok=ok)

    @precondition(lambda self: set(self.asterisk.phones) - self.asterisk.up)
    @rule(pick=picks, cause=st.sampled_from([None, None, None, 17, 19, 21, 0]))
    def a_phone_is_answered_or_not(self, pick: int, cause: int | None) -> None:
        ringing = sorted(set(self.asterisk.phones) - self.asterisk.up)
        leg = ringing[pick % len(ringing)]
        if cause is None:
            self.asterisk.answer(leg)
        else:
            self.asterisk.end(leg, cause)

    @precondition(lambda self: self.asterisk.outsides - self.asterisk.up)
    @rule(pick=picks, cause=st.sampled_from([None, None, None, 17, 19, 21, 1, 0]))
    def a_number_outside_answers_or_not(self, pick: int, cause: int | None) -> None:
        ringing = sorted(self.asterisk.outsides - self.asterisk.up)
        leg = ringing[pick % len(ringing)]
        if cause is None:
            self.asterisk.answer(leg)
        else:
            self.asterisk.end(leg, cause)

    @precondition(lambda self: self.asterisk.messages)
    @rule(pick=picks, ok=st.booleans())
    def a_message_ends(self, pick: int, ok: bool) -> None:
        messages = sorted(self.asterisk.messages)
        self.asterisk.end_message(messages[pick % len(messages)], ok=ok)

    @precondition(lambda self: self.asterisk.up)
    @rule(pick=picks)
    def an_agent_or_a_number_outside_hangs_up(self, pick: int) -> None:
        talking = sorted(self.asterisk.up)
        self.asterisk.end(talking[pick % len(talking)])

    @rule(
        agent=agent_ids,
        wish=st.sampled_from(
            [
                AgentSignedIn,
                AgentSignedOut,
                AgentAskedReady,
                AgentAskedReady,
                AgentFinishedWrapUp,
                DeskConnected,
                DeskLost,
                lambda agent: AgentAskedPause(agent, "lunch"),
            ]
        ),
    )
    def an_agent_wishes(self, agent: AgentId, wish) -> None:
        self.feed(wish(agent))

    @rule(
        agent=agent_ids,
        about=st.sampled_from([AgentAccepted, AgentDeclined, AgentHungUp]),
        pick=picks,
    )
    def an_agent_says_something_of_a_call(self, agent: AgentId, about, pick: int) -> None:
        held = self.engine.dispatcher.agents.get(agent)
        guess = CallId(f"hotline-1.{pick % 5}")
        self.feed(about(agent, held.call if held and held.call else guess))

    @rule(
        queue=st.sampled_from([None, "general", "urgent", "nowhere"]), wrap_up_s=st.integers(0, 60)
    )
    def wrap_up_is_changed(self, queue: str | None, wrap_up_s: int) -> None:
        self.feed(WrapUpChanged(QueueName(queue) if queue else None, float(wrap_up_s)))

    @rule(seconds=st.sampled_from([0.1, 1.0, 3.0, 5.0, 20.0, 40.0, 301.0]))
    def time_passes(self, seconds: float) -> None:
        self.pass_time(seconds)

    # --- what is heard of it -----------------------------------------------------------------

    @precondition(lambda self: self.asterisk.has_link and any(self.asterisk.events.values()))
    @rule(pick=picks, count=st.integers(1, 4))
    def events_are_heard(self, pick: int, count: int) -> None:
        lines = sorted(call for call, line in self.asterisk.events.items() if line)
        self.deliver(lines[pick % len(lines)], count)

    @precondition(lambda self: self.asterisk.has_link)
    @rule()
    def everything_is_heard(self) -> None:
        while any(self.asterisk.events.values()):
            for call in list(self.asterisk.events):
                self.deliver(call)

    @precondition(lambda self: self.asterisk.has_link and len(self.asterisk.callers) < 4)
    @rule(digit=st.sampled_from("12334459"), is_answered=st.booleans(), pick=picks)
    def somebody_gets_as_far_as_possible(self, digit: str, is_answered: bool, pick: int) -> None:
        """A short way into the middle of things, which single steps reach too seldom."""
        self.somebody_calls()
        self.asterisk.press(CallId(f"hotline-1.{self.arrived}"), digit)
        self.everything_is_heard()
        if is_answered and set(self.asterisk.phones) - self.asterisk.up:
            self.a_phone_is_answered_or_not(pick, None)
            self.everything_is_heard()
        if is_answered and self.asterisk.outsides - self.asterisk.up:
            self.a_number_outside_answers_or_not(pick, None)
            self.everything_is_heard()
        for play in list(self.asterisk.plays) if digit == "5" else ():
            self.asterisk.finish(play)
            self.everything_is_heard()

    @rule()
    def the_next_deadline_comes(self) -> None:
        deadline = self.engine.next_deadline()
        if deadline is not None:
            self.pass_time(max(0.0, deadline - self.now))

    @precondition(lambda self: self.last is not None and not isinstance(self.last, CallArrived))
    @rule()
    def an_event_is_heard_again(self) -> None:
        assert self.last is not None
        self.feed(self.last)

    @precondition(lambda self: self.asterisk.has_link)
    @rule()
    def the_sweeper_looks(self) -> None:
        """An event is never so late that two sweeps come before it."""
        for call, count in self.swept.items():
            self.deliver(call, count)
        self.swept = Counter({c: len(line) for c, line in self.asterisk.events.items()})
        self.feed(self.asterisk.seen(is_resync=False))

    # --- what breaks -------------------------------------------------------------------------

    @precondition(lambda self: self.asterisk.has_link)
    @rule()
    def the_link_is_lost(self) -> None:
        self.asterisk.lose_link()
        self.swept.clear()

    @precondition(lambda self: not self.asterisk.has_link)
    @rule()
    def the_link_is_back(self) -> None:
        for call in list(self.asterisk.events):
            self.deliver(call, 99)
        self.asterisk.has_link = True
        self.is_blind = False
        self.feed(self.asterisk.seen(is_resync=True))

    @rule(lost_count=st.integers(0, 4))
    def the_service_is_killed(self, lost_count: int) -> None:
        """The last writes that nobody waited for are gone with it."""
        if self.asterisk.has_link:
            self.the_link_is_lost()
        self.asterisk.events.clear()
        kept = self.database[: len(self.database) - lost_count]
        lost = self.database[len(kept) :]
        self.database = [*kept, *(record for record in lost if isinstance(record, OpenCall))]
        self.engine = Engine(
            Shelf.of(self.flow), CENTRE, lambda prompts: 3.0, calls=self.stored_calls(),
            agents=self.stored_agents(), numbers=NUMBERS,
        )  # fmt: skip
        self.states = {name: a.state.value for name, a in self.engine.dispatcher.agents.items()}
        self.is_blind = True
        self.last = None

    def stored_calls(self) -> dict[CallId, calls.Call]:
        closed = {record.call_id for record in self.database if isinstance(record, CloseCall)}
        opened = [r for r in self.database if isinstance(r, OpenCall) and r.call_id not in closed]
        saved = {r.call_id: r for r in self.database if isinstance(r, SaveCall)}
        restored = {}
        for row in opened:
            call = calls.Call(
                CallId(row.call_id), calls.Caller(row.caller), row.dialled, row.arrived_at,
                ivr.start(self.flow), plays=calls.RESUMED_IDS, offers=calls.RESUMED_IDS,
            )  # fmt: skip
            if (last := saved.get(row.call_id)) is not None:
                snapshot = json.loads(json.dumps(last.snapshot))
                call = calls.restored(
                    row.call_id, row.caller, row.dialled, row.arrived_at, last.phase, snapshot
                )
            restored[call.call_id] = call
        return restored

    def stored_agents(self) -> dict[AgentId, agents.Agent]:
        rows = {r.agent_id: r for r in self.database if isinstance(r, SaveAgent)}
        return {AgentId(name): agents.restored(row, self.now) for name, row in rows.items()}

    # --- what always holds -------------------------------------------------------------------

    @invariant()
    def no_agent_has_two_calls(self) -> None:
        held = [c.agent for c in self.engine.call_engine.calls.values() if c.phase in WITH_AGENT]
        if not self.is_blind:
            assert len(held) == len(set(held)), held

    @invariant()
    def calls_and_agents_know_each_other(self) -> None:
        if self.is_blind:
            return
        dispatcher, live = self.engine.dispatcher, self.engine.call_engine.calls.values()
        for state, phases in (
            (AgentState.OFFERED, (Phase.OFFERED, Phase.CONNECTING)),
            (AgentState.TALKING, (Phase.TALKING,)),
        ):
            by_agent = {
                (a.agent_id, a.call) for a in dispatcher.agents.values() if a.state is state
            }
            by_call = {(c.agent, c.call_id) for c in live if c.phase in phases}
            assert by_agent == by_call
        assert set(dispatcher.waiting) == {c.call_id for c in live if c.phase is Phase.QUEUED}
        offered = {c.call_id for c in live if c.phase in (Phase.OFFERED, Phase.CONNECTING)}
        assert set(dispatcher.offers) == offered
        assert {offer.agent for offer in dispatcher.offers.values()} == {
            a.agent_id for a in dispatcher.agents.values() if a.state is AgentState.OFFERED
        }

    @invariant()
    def nobody_waits_while_somebody_fitting_is_ready(self) -> None:
        dispatcher = self.engine.dispatcher
        ready = dispatcher._agents.ready.values()
        assert longest_idle(dispatcher.waiting.values(), ready) is None
        assert set(dispatcher._agents.ready) == {
            a.agent_id for a in dispatcher.agents.values() if a.state is AgentState.READY
        }

    @invariant()
    def every_call_has_a_way_on(self) -> None:
        """Whoever talks to nobody and waits for nobody is moved by time."""
        for call in () if self.is_blind else self.engine.call_engine.calls.values():
            if call.phase in (Phase.IN_FLOW, Phase.CONNECTING, Phase.RECORDING, Phase.ENDING):
                assert call.deadline() is not None, call
            if call.phase is Phase.TRANSFERRING:
                assert call.outside is not None
                assert call.outside.until is not None
            if call.phase is Phase.TRANSFERRED:
                assert call.outside is not None
            assert (call.message is not None) == (call.phase is Phase.RECORDING)

    @invariant()
    def every_call_has_one_ticket(self) -> None:
        opened = Counter(r.call_id for r in self.database if isinstance(r, OpenCall))
        closed = Counter(r.call_id for r in self.database if isinstance(r, CloseCall))
        assert set(opened.values()) <= {1}, opened
        assert set(closed.values()) <= {1}, closed
        assert set(closed) <= set(opened)
        live = {str(call) for call in self.engine.call_engine.calls}
        assert set(opened) - set(closed) == live

    @invariant()
    def every_agent_has_a_way_out(self) -> None:
        for agent in self.engine.dispatcher.agents.values():
            assert TRANSITIONS[agent.state]
            if agent.state is AgentState.WRAP_UP:
                assert agent.until is not None

    def teardown(self) -> None:
        """All callers leave, and time passes: nothing is left of anything."""
        for call in sorted(self.asterisk.callers):
            self.asterisk.end(LegId(call))
        if not self.asterisk.has_link:
            self.the_link_is_back()
        for _ in range(4):
            self.everything_is_heard()
            self.the_sweeper_looks()
            self.pass_time(400.0)
        self.every_call_has_one_ticket()
        self.calls_and_agents_know_each_other()
        assert not self.engine.call_engine.calls
        assert not self.engine.dispatcher.waiting
        assert not self.engine.dispatcher.offers
        assert not self.asterisk.phones
        assert not self.asterisk.outsides
        assert not self.asterisk.messages
        assert not any(self.asterisk.bridges.values())
        settled = {AgentState.OFFLINE, AgentState.PAUSED, AgentState.READY}
        assert {agent.state for agent in self.engine.dispatcher.agents.values()} <= settled


class TestHotline(Hotline.TestCase):
    settings = (
        settings()
        if settings.get_current_profile_name() == "deep"
        else settings(max_examples=100, stateful_step_count=50, deadline=None, derandomize=True)
    )
