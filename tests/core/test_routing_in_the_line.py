"""Places, steps, overflow and last agents, through the dispatcher with time going by."""

import json
from collections.abc import Iterable
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from ari_app.core.agent import AgentState
from ari_app.core.desk_events import (
    AgentAskedPause,
    AgentAskedReady,
    AgentDeclined,
    AgentSignedIn,
)
from ari_app.core.dispatch import Dispatcher
from ari_app.core.queue_view import queue_rows
from ari_app.core.seam import (
    CallFinished,
    CallOffered,
    CallQueued,
    OfferAnswered,
    OfferCancelled,
    OfferConnected,
)
from ari_app.core.values import AgentId, AgentProfile, CallId, Centre, QueueName, QueueProfile
from ari_app.routing.plan import LastAgent, QueuePlan, Step
from ari_app.routing.strategies import Strategy
from tests.core.fitting import fitting_pairs

GENERAL, OVERFLOW = QueueName("general"), QueueName("overflow")


def agent(name: str, queue: str = "general", *, site: str = "", rank: int = 0, **skills: int):
    queues = frozenset({QueueName(queue)})
    return AgentProfile(AgentId(name), name, skills, queues, site=site, rank=rank)


class Room:
    """A dispatcher with its clock; ``offered`` are the offers since they were last taken."""

    def __init__(self, agents: Iterable[AgentProfile], plan: QueuePlan, at: float = 1000.0) -> None:
        queues = {
            GENERAL: QueueProfile(GENERAL, plan=plan),
            OVERFLOW: QueueProfile(OVERFLOW),
        }
        self.dispatcher = Dispatcher(Centre({one.agent_id: one for one in agents}, queues))
        self.now = at
        self.offers: list[CallOffered] = []

    def at_work(self, *names: str) -> "Room":
        for name in names:
            self.now += 0.001
            self.say(AgentSignedIn(AgentId(name)), AgentAskedReady(AgentId(name)))
        return self

    def say(self, *events) -> "Room":
        for event in events:
            self._take(self.dispatcher.handle_desk(event, self.now))
        return self

    def call(self, call: str, *, queue: QueueName = GENERAL, **said) -> "Room":
        said = {"needs": (), "priority": 0, "since": self.now, "card": {}} | said
        self._take(self.dispatcher.handle(CallQueued(CallId(call), queue, **said), self.now))
        return self

    def talk(self, call: str) -> "Room":
        for event in (OfferAnswered(CallId(call)), OfferConnected(CallId(call))):
            self._take(self.dispatcher.handle(event, self.now))
        return self

    def finish(self, call: str, name: str) -> "Room":
        finished = CallFinished(CallId(call), GENERAL, AgentId(name))
        self._take(self.dispatcher.handle(finished, self.now))
        return self

    def until(self, at: float) -> "Room":
        while (due := self.dispatcher.next_deadline()) is not None and due <= at:
            self.now = max(self.now, due)
            self._take(self.dispatcher.take_due(self.now))
        self.now = at
        return self

    def after(self, seconds: float) -> "Room":
        return self.until(self.now + seconds)

    def offered(self) -> list[tuple[str, str]]:
        taken = [(str(one.call), str(one.agent)) for one in self.offers]
        self.offers.clear()
        return taken

    def state(self, name: str) -> AgentState:
        return self.dispatcher.agents[AgentId(name)].state

    def _take(self, out) -> None:
        self.offers += [one for one in out if isinstance(one, CallOffered)]


RELAXING = QueuePlan(
    sites=frozenset({"city"}),
    steps=(
        Step(30.0, needs={"en": 1}),
        Step(60.0, queues=frozenset({OVERFLOW}), sites=frozenset({"county"})),
        Step(90.0, needs={"en": 0}, sites=frozenset({"home"}), interpreter="interpreters"),
    ),
)
ENGLISH = (("en", 3), ("zh", 1))


def test_after_30_seconds_a_lower_level_is_enough():
    room = Room([agent("some", site="city", en=1, zh=5)], RELAXING).at_work("some")
    room.call("c1", needs=ENGLISH).after(29.9)
    assert room.offered() == []
    room.after(0.2)
    assert room.offered() == [("c1", "some")]


def test_overflow_reaches_another_queue_another_site_and_home_each_at_its_step():
    people = [
        agent("neighbour", "overflow", site="city", zh=5, en=1),
        agent("county", site="county", zh=5, en=1),
        agent("home", site="home", zh=5, en=1),
    ]
    room = Room(people, RELAXING).at_work("neighbour", "county", "home")
    room.call("c1", needs=ENGLISH).call("c2", needs=ENGLISH).call("c3", needs=ENGLISH)
    room.after(59.0)
    assert room.offered() == []
    room.after(1.5)
    assert sorted(agent for _, agent in room.offered()) == ["county", "neighbour"]
    room.talk("c1").talk("c2").after(30.0)
    assert room.offered() == [("c3", "home")]


def test_the_interpreter_joins_an_agent_without_the_language_and_no_other():
    room = Room([agent("plain", site="city", zh=5)], RELAXING).at_work("plain")
    room.call("c1", needs=ENGLISH).after(90.0)
    [offer] = room.offers
    assert (offer.agent, offer.interpreter) == ("plain", "interpreters")
    room = Room([agent("some", site="city", zh=5, en=1)], RELAXING)
    room.call("c1", needs=ENGLISH).after(120.0).at_work("some")
    [offer] = room.offers
    assert (offer.agent, offer.interpreter) == ("some", "")


def test_a_callback_may_count_its_steps_anew_and_keep_its_place():
    """FreePBX/issue-tracker#535: a callback loses the caller's language."""
    room = Room([agent("plain", site="city", zh=5)], RELAXING).at_work("plain")
    room.call("c1", needs=ENGLISH, since=room.now - 5000.0, steps_from=room.now)
    assert room.offered() == []
    assert room.dispatcher.waiting["c1"].place == room.now - 5000.0


def test_a_step_that_came_while_a_phone_rang_counts_at_once_afterwards():
    people = [agent("fluent", site="city", zh=5, en=3), agent("some", site="city", zh=5, en=1)]
    room = Room(people, RELAXING).at_work("some").call("c1", needs=ENGLISH)
    room.after(15.0).at_work("fluent").after(19.9)
    assert room.offered() == [("c1", "fluent")]
    room.after(0.2)
    assert room.offered() == [("c1", "some")]


# --- place ---------------------------------------------------------------------------------------


def test_urgency_and_lists_move_forward_and_waiting_does_in_the_end():
    room = Room([agent("wang")], QueuePlan())
    room.call("plain")
    room.after(200.0).call("vip", is_vip=True)
    room.after(699.0).call("urgent", urgency="紧急", is_vip=True, priority=9)
    room.after(2.0).call("too_late", urgency="紧急", is_vip=True, priority=9)
    line = room.dispatcher.waiting
    order = sorted(line, key=lambda call: line[call].key)
    assert order == ["vip", "urgent", "plain", "too_late"]
    assert [room.dispatcher.figures.position(CallId(call)) for call in order] == [1, 2, 3, 4]


def test_a_surge_moves_a_whole_queue_forward_and_back_again():
    room = Room([agent("wang")], QueuePlan())
    room.call("first").after(10.0).call("second", queue=OVERFLOW)
    line = room.dispatcher.waiting
    room.dispatcher.change_boosts({OVERFLOW: 60.0}, room.now)
    assert line["second"].key < line["first"].key
    room.dispatcher.change_boosts({}, room.now)
    assert line["first"].key < line["second"].key


def test_a_caller_who_lost_an_agent_is_the_next_one():
    room = Room([agent("wang")], QueuePlan()).call("urgent", urgency="紧急", priority=9)
    room.after(60.0).call("returned", returned=True).at_work("wang")
    assert room.offered() == [("returned", "wang")]
    assert room.dispatcher.figures.position(CallId("urgent")) == 1


def test_a_missed_offer_goes_to_another_agent_and_the_caller_keeps_the_place():
    room = Room([agent("li"), agent("wang")], QueuePlan()).at_work("li", "wang")
    room.call("c1").after(1.0).say(AgentDeclined(AgentId("li"), CallId("c1")))
    assert room.offered() == [("c1", "li"), ("c1", "wang")]
    assert room.dispatcher.offers[CallId("c1")].waiting.since == 1000.002


# --- the last agent ------------------------------------------------------------------------------

LOYAL = QueuePlan(last_agent=LastAgent(within_s=7 * 86400.0, wait_s=20.0))
AGAIN = {"last_agent": AgentId("wang"), "last_served_at": 900.0}


def test_who_served_the_number_last_is_preferred_before_the_longest_idle():
    room = Room([agent("li"), agent("wang")], LOYAL).at_work("li", "wang").call("c1", **AGAIN)
    assert room.offered() == [("c1", "wang")]


def test_a_busy_last_agent_is_waited_for_but_not_for_long():
    room = Room([agent("li"), agent("wang")], LOYAL).at_work("wang")
    room.call("other").talk("other").at_work("li").offered()
    room.call("c1", **AGAIN).after(19.9)
    assert room.offered() == []
    room.after(0.2)
    assert room.offered() == [("c1", "li")]


def test_a_last_agent_who_is_away_or_was_too_long_ago_is_not_waited_for():
    room = Room([agent("li"), agent("wang")], LOYAL).at_work("wang", "li")
    room.say(AgentAskedPause(AgentId("wang"), "meal")).call("c1", **AGAIN)
    assert room.offered() == [("c1", "li")]
    old = AGAIN | {"last_served_at": room.now - 8 * 86400.0}
    room = Room([agent("li"), agent("wang")], LOYAL).at_work("li", "wang").call("c1", **old)
    assert room.offered() == [("c1", "li")]


def test_whoever_waits_for_the_last_agent_lets_later_callers_pass():
    room = Room([agent("li"), agent("wang")], LOYAL).at_work("wang")
    room.call("other").talk("other").at_work("li").offered()
    room.call("c1", **AGAIN).after(5.0).call("c2")
    assert room.offered() == [("c2", "li")]


def test_who_is_handed_on_to_an_agent_waits_for_that_one_alone():
    room = Room([agent("li"), agent("wang", zh=1)], QueuePlan()).at_work("li")
    room.call("c1", wants=AgentId("wang"), needs=(("en", 5),)).after(500.0)
    assert room.offered() == []
    room.at_work("wang")
    assert room.offered() == [("c1", "wang")]


def test_work_is_given_to_whoever_was_least_busy():
    people = [agent("li"), agent("wang")]
    room = Room(people, QueuePlan(Strategy.LEAST_OCCUPIED)).at_work("li").after(50.0)
    room.call("c1").talk("c1").after(100.0).finish("c1", "li").at_work("wang")
    room.after(40.0).offered()
    assert room.call("c2").offered() == [("c2", "wang")]


# --- expected wait -------------------------------------------------------------------------------


def test_the_expected_wait_counts_all_who_fall_to_the_same_agents():
    both = replace(agent("wang"), queues=frozenset({GENERAL, OVERFLOW}))
    room = Room([both], QueuePlan()).at_work("wang").call("talks").talk("talks")
    room.call("c1", queue=OVERFLOW).after(1.0).call("c2")
    figures = room.dispatcher.figures
    assert figures.rest_of_wait_s(CallId("c1")) == 180.0
    assert figures.rest_of_wait_s(CallId("c2")) == 360.0
    assert figures.expected_wait_s("general") == 540.0


def test_what_is_shown_of_a_queue_says_who_waits_for_what_and_who_is_there():
    people = [agent("li", site="city", zh=5), agent("wang", "overflow", site="city", zh=5)]
    room = Room(people, RELAXING).at_work("li", "wang").call("c0", needs=(("zh", 1),))
    room.talk("c0").call("c1", needs=ENGLISH, priority=2).after(40.0)
    row, other = queue_rows(room.dispatcher, room.now)
    assert (row["queue"], row["waiting"], row["offered"], row["longest_wait_s"]) == (
        "general", 1, 0, 40.0,
    )  # fmt: skip
    [caller] = row["callers"]
    assert (caller["position"], caller["ahead_s"], caller["step"]) == (1, 120.0, 1)
    assert (caller["needs"], caller["queues"]) == ({"en": 1, "zh": 1}, ["general"])
    assert row["agents"]["talking"] == 1
    assert other["agents"]["ready"] == 1
    assert other["longest_wait_s"] is None
    json.dumps([row, other])


# --- at random -----------------------------------------------------------------------------------

asked = st.tuples(
    st.sampled_from(["queue", "ready", "pause", "decline", "wait", "talk", "boost"]),
    st.integers(0, 5),
    st.integers(0, 40),
)


@settings(max_examples=200)
@given(st.lists(asked, max_size=60))
def test_nobody_waits_while_somebody_fits_and_no_place_passes_the_bound(steps):
    people = [
        agent("a0", zh=5, en=4, site="city"),
        agent("a1", zh=5, site="city"),
        agent("a2", zh=5, en=1, site="county"),
        agent("a3", "overflow", zh=5, site="home"),
    ]
    plan = replace(RELAXING, last_agent=LastAgent(1e9, 20.0))
    room = Room(people, plan).at_work("a0", "a1", "a2", "a3")
    for number, (what, which, seconds) in enumerate(steps):
        _act(room, number, what, which, seconds)
        assert not fitting_pairs(room.dispatcher)
        for waiting in room.dispatcher.waiting.values():
            assert waiting.since - 900.0 <= waiting.place <= waiting.since
        agents = [offer.agent for offer in room.dispatcher.offers.values()]
        assert len(agents) == len(set(agents))
        assert not set(room.dispatcher.offers) & set(room.dispatcher.waiting)


def _act(room: Room, number: int, what: str, which: int, seconds: int) -> None:
    name = AgentId(f"a{which % 4}")
    offers = sorted(room.dispatcher.offers)
    match what:
        case "queue":
            needs = ENGLISH if which % 2 else (("zh", 1),)
            room.call(f"c{number}", needs=needs, priority=which, last_agent=name)
        case "ready":
            room.say(AgentAskedReady(name))
        case "pause":
            room.say(AgentAskedPause(name, "meal"))
        case "decline" if offers:
            call = offers[0]
            room.say(AgentDeclined(room.dispatcher.offers[call].agent, call))
        case "talk" if offers:
            call = offers[0]
            holder = room.dispatcher.offers[call].agent
            room.talk(call).after(float(seconds)).finish(call, holder)
        case "boost":
            room.dispatcher.change_boosts({GENERAL: float(seconds * 100)}, room.now)
        case "wait":
            room.after(float(seconds))


def test_an_offer_taken_back_says_so():
    room = Room([agent("li")], QueuePlan()).at_work("li").call("c1")
    out = room.dispatcher.take_due(room.now + 20.0)
    assert OfferCancelled(CallId("c1")) in out
