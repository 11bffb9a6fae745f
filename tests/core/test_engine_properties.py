"""Whatever happens in whatever order, nobody is lost, rung for nothing or given two calls.

No sequence of events, late, repeated or lost, makes the engine raise; every call ends; every agent
ends in a state with a way out; and the same holds after a kill and a restart at any moment.
"""

import json
from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

import ivr
from ari_app.core import agent as agents
from ari_app.core import call as calls
from ari_app.core.agent import TRANSITIONS, AgentState
from ari_app.core.call import Phase
from ari_app.core.call_parts import ThirdState
from ari_app.core.call_restored import restored
from ari_app.core.commands import RingAgent, Write
from ari_app.core.desk_events import (
    AgentAccepted,
    AgentAskedPause,
    AgentAskedReady,
    AgentDeclined,
    AgentFinishedWrapUp,
    AgentHungUp,
    AgentSignedIn,
    AgentSignedOut,
    DeskConnected,
    DeskLost,
    RecordingAsked,
    SuperviseAsked,
    TalkAsked,
    WrapUpChanged,
)
from ari_app.core.engine import Engine
from ari_app.core.events import CallArrived, Event
from ari_app.core.places import has_hold_music, hears_ringing, places
from ari_app.core.records import CloseCall, OpenCall, Record, SaveAgent, SaveCall, SaveOrder
from ari_app.core.shelf import Shelf
from ari_app.core.values import (
    AgentId,
    AgentProfile,
    CallId,
    Centre,
    LegId,
    QueueName,
    QueueProfile,
    aside_of,
    bridge_of,
)
from ari_app.core.verbs import (
    BlindTransfer,
    CompleteTransfer,
    Consult,
    DropThird,
    EndConsult,
    Hold,
    MarkUrgent,
    Mute,
    Resume,
    ThreeWay,
    ToAgent,
    ToNumber,
    ToQueue,
    ToSurvey,
    Urgency,
    Verb,
)
from ari_app.core.world import OutsideNumber
from tests.core.fake_asterisk import FakeAsterisk
from tests.core.fitting import fitting_pairs
from tests.core.staff_rules import MODES, SEATS, StaffRules

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
NUMBERS = {"110": OutsideNumber("110", "公安报警", "emergency", 30.0)}
ALL_WAYS = ("listen", "whisper", "barge", "take_over", "leave")
WRAP_UP_S = {"general": 30.0, "urgent": 0.0}
BOTH = frozenset({QueueName("general"), QueueName("urgent")})
SKILLS = {"wang": {"zh": 5}, "li": {"zh": 2, "en": 4}, "zhao": {"en": 3}}
CENTRE = Centre(
    agents={
        AgentId(name): AgentProfile(
            AgentId(name),
            name,
            skills,
            BOTH,
            answer="desk" if name == "zhao" else "phone",
            may_supervise=frozenset(ALL_WAYS),
        )
        for name, skills in SKILLS.items()
    },
    queues={
        QueueName(name): QueueProfile(QueueName(name), wrap_up_s=wrap_up_s)
        for name, wrap_up_s in WRAP_UP_S.items()
    },
    modes=MODES,
    seats=SEATS,
)
VERBS: tuple[Verb, ...] = (
    Hold(),
    Resume(),
    Mute(),
    Consult(ToNumber("110")),
    Consult(ToQueue(QueueName("general"))),
    Consult(ToAgent(AgentId("li"))),
    Consult(ToAgent(AgentId("zhao"))),
    ThreeWay(ToNumber("110")),
    ThreeWay(ToAgent(AgentId("wang"))),
    ThreeWay(None),
    CompleteTransfer(),
    EndConsult(),
    DropThird(),
    BlindTransfer(ToNumber("110")),
    BlindTransfer(ToQueue(QueueName("urgent"))),
    BlindTransfer(ToAgent(AgentId("li"))),
    ToSurvey(),
    MarkUrgent(Urgency.CRITICAL),
)
WITH_AGENT = (Phase.OFFERED, Phase.CONNECTING, Phase.TALKING)

agent_ids = st.sampled_from([AgentId(name) for name in (*SKILLS, "nobody")])
picks = st.integers(0, 99)


def load_flow() -> ivr.Flow:
    flow = ivr.load(FLOW, "test.yaml")
    assert isinstance(flow, ivr.Flow), flow
    return flow


class Hotline(StaffRules):
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
        self.durable_count = 0
        """So many records no kill loses."""

    # --- the machinery -----------------------------------------------------------------------

    def feed(self, event: Event) -> None:
        self.carry_out(self.engine.handle(event, self.now))

    def carry_out(self, commands: list) -> None:
        for command in commands:
            if isinstance(command, Write):
                self.write(command.record)
                if command.must_be_durable:
                    self.durable_count = len(self.database)
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
            assert record.until - record.since >= self.shortest_wrap_up_s(record) - 1e-6

    def shortest_wrap_up_s(self, record: SaveAgent) -> float:
        orders, call_id = self.engine.dispatcher.orders, record.call_id
        if (own := orders.agent_s.get(AgentId(record.agent_id))) is not None:
            return own
        if orders.mode is not None:
            return orders.mode.wrap_up_s or 0.0
        saved = [r for r in self.database if isinstance(r, SaveCall) and r.call_id == call_id]
        queue = QueueName(str(saved[-1].snapshot["queue"])) if saved else QueueName("")
        queues = [queue] if queue else list(CENTRE.queues)
        return max(orders.queue_s.get(name, CENTRE.queue(name).wrap_up_s) for name in queues)

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
    @rule(pick=picks, cause=st.sampled_from([16, 16, 16, 44]))
    def an_agent_or_a_number_outside_hangs_up_or_is_lost(self, pick: int, cause: int) -> None:
        talking = sorted(self.asterisk.up)
        self.asterisk.end(talking[pick % len(talking)], cause)

    @rule(verb=st.sampled_from(VERBS), pick=picks)
    def an_agent_does_something_with_a_talk(self, verb: Verb, pick: int) -> None:
        agents = list(self.engine.dispatcher.agents.values())
        talking = [agent for agent in agents if agent.call] or agents
        agent = talking[pick % len(talking)]
        self.feed(TalkAsked(agent.agent_id, agent.call or CallId("hotline-1.1"), verb))

    @precondition(lambda self: self.asterisk.has_link and len(self.asterisk.callers) < 4)
    @rule(verbs=st.lists(st.sampled_from(VERBS), min_size=1, max_size=4), pick=picks)
    def a_talk_goes_through_some_of_it(self, verbs: list[Verb], pick: int) -> None:
        """A short way into the middle of a talk; thirds answer at once, or not yet."""
        self.somebody_gets_as_far_as_possible("1", True, pick)
        for step, verb in enumerate(verbs):
            talks = [c for c in self.engine.call_engine.calls.values() if c.phase is Phase.TALKING]
            if not talks:
                return
            call = talks[pick % len(talks)]
            assert call.agent is not None
            self.feed(TalkAsked(call.agent, call.call_id, verb))
            self.everything_is_heard()
            if (pick + step) % 3 and set(self.asterisk.phones) - self.asterisk.up:
                self.a_phone_is_answered_or_not(pick, None)
            if (pick + step) % 3 and self.asterisk.outsides - self.asterisk.up:
                self.a_number_outside_answers_or_not(pick, None)
            self.everything_is_heard()

    @precondition(lambda self: self.asterisk.has_link and not self.is_blind)
    @rule()
    def everybody_of_a_talk_is_in_the_right_bridge(self) -> None:
        """Once all is heard, and two sweeps have looked."""
        for _ in range(3):
            self.everything_is_heard()
            self.the_sweeper_looks()
        self.everything_is_heard()
        for call in self.engine.call_engine.calls.values():
            if call.phase is not Phase.TALKING:
                continue
            bridges = (bridge_of(call.call_id), aside_of(call.call_id))
            for leg, bridge in places(call).items():
                found = [b for b in bridges if leg in self.asterisk.bridges.get(b, ())]
                assert found == ([bridge] if bridge else []), (call, self.asterisk.bridges)
            has_music = bridge_of(call.call_id) in self.asterisk.music
            assert has_music == has_hold_music(call), call
            if call.leg in self.asterisk.up:
                assert (call.leg in self.asterisk.ringing) == hears_ringing(call), call

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

    @precondition(lambda self: self.asterisk.callers)
    @rule(pick=picks, pause=st.booleans(), agent=agent_ids, any_call=st.booleans())
    def a_recording_is_to_pause(self, pick: int, pause: bool, agent: AgentId, any_call: bool):
        callers = sorted(self.asterisk.callers)
        self.feed(RecordingAsked(agent, callers[pick % len(callers)], pause, any_call))

    @precondition(lambda self: self.asterisk.callers)
    @rule(pick=picks, agent=agent_ids, how=st.sampled_from(ALL_WAYS))
    def somebody_supervises(self, pick: int, agent: AgentId, how) -> None:
        callers = sorted(self.asterisk.callers)
        self.feed(SuperviseAsked(agent, callers[pick % len(callers)], how, "quality"))

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
        self.database = self.database[: max(len(self.database) - lost_count, self.durable_count)]
        self.engine = Engine(
            Shelf.of(self.flow), CENTRE, lambda prompts: 3.0, calls=self.stored_calls(),
            agents=self.stored_agents(), numbers=NUMBERS,
        )  # fmt: skip
        orders = {o.key: o.value for o in self.database if isinstance(o, SaveOrder)}
        self.engine.dispatcher.obey(orders)
        self.wrap_ups.clear()
        self.asterisk.missed.clear()  # who came at that moment: nobody is left who knows
        self.states = {name: a.state.value for name, a in self.engine.dispatcher.agents.items()}
        self.is_blind = True
        self.last = None

    def stored_calls(self) -> dict[CallId, calls.Call]:
        closed = {record.call_id for record in self.database if isinstance(record, CloseCall)}
        opened = [r for r in self.database if isinstance(r, OpenCall) and r.call_id not in closed]
        saved = {r.call_id: r for r in self.database if isinstance(r, SaveCall)}
        found = {}
        for row in opened:
            call = calls.Call(
                CallId(row.call_id), calls.Caller(row.caller), row.dialled, row.arrived_at,
                ivr.start(self.flow), plays=calls.RESUMED_IDS, offers=calls.RESUMED_IDS,
            )  # fmt: skip
            if (last := saved.get(row.call_id)) is not None:
                snapshot = json.loads(json.dumps(last.snapshot))
                call = restored(
                    row.call_id, row.caller, row.dialled, row.arrived_at, last.phase, snapshot
                )
            found[call.call_id] = call
        return found

    def stored_agents(self) -> dict[AgentId, agents.Agent]:
        rows = {r.agent_id: r for r in self.database if isinstance(r, SaveAgent)}
        return {AgentId(name): agents.restored(row, self.now) for name, row in rows.items()}

    # --- what always holds -------------------------------------------------------------------

    @invariant()
    def no_agent_has_two_calls(self) -> None:
        live = self.engine.call_engine.calls.values()
        held = [c.agent for c in live if c.phase in WITH_AGENT]
        held += [c.third.agent for c in live if c.third is not None and c.third.agent]
        if not self.is_blind:
            assert len(held) == len(set(held)), held

    @invariant()
    def nothing_is_muted_that_nobody_will_unmute(self) -> None:
        if self.is_blind or not self.asterisk.has_link:
            return
        for call in self.asterisk.unrecorded & self.asterisk.callers:
            held = self.engine.call_engine.calls.get(call)
            is_heard = not self.asterisk.events.get(call)
            assert not is_heard or (held is not None and held.pause is not None), call

    @invariant()
    def every_voice_is_in_the_recording(self) -> None:
        """Whoever speaks to a citizen, once everything was heard."""
        if self.is_blind or not self.asterisk.has_link:
            return
        for call, missed in self.asterisk.missed.items():
            there = self.asterisk.bridges.get(bridge_of(call), set())
            assert self.asterisk.events.get(call) or not missed & there, (call, missed)

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
            by_call |= {
                (c.third.agent, c.call_id)
                for c in live
                if c.third is not None and c.third.agent
                if (c.third.state is ThirdState.IN) == (state is AgentState.TALKING)
            }
            assert by_agent == by_call
        assert set(dispatcher.waiting) == {c.call_id for c in live if c.phase is Phase.QUEUED}
        offered = {c.call_id for c in live if c.phase in (Phase.OFFERED, Phase.CONNECTING)}
        assert set(dispatcher.offers) == offered
        asked = [asked.offer for asked in dispatcher.colleagues.asked.values()]
        assert {offer.agent for offer in [*dispatcher.offers.values(), *asked]} == {
            a.agent_id for a in dispatcher.agents.values() if a.state is AgentState.OFFERED
        }

    @invariant()
    def nobody_waits_while_somebody_fitting_is_ready(self) -> None:
        dispatcher = self.engine.dispatcher
        assert not fitting_pairs(dispatcher)
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
                assert call.third is not None
                assert call.third.until is not None
            if call.phase is Phase.TRANSFERRED:
                assert call.third is not None
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
