"""What a live call's tree is told: each fact of the list, answered or not known."""

from dataclasses import replace

import pytest

import ivr
from ari_app.core.agent import Agent, AgentState
from ari_app.core.call import Call
from ari_app.core.desk_events import AgentFinishedWrapUp
from ari_app.core.dispatch import Dispatcher
from ari_app.core.emergency import Emergency
from ari_app.core.figures import FIRST_HANDLING_S, KEPT_TALKS
from ari_app.core.live_facts import FactsSource
from ari_app.core.seam import (
    CallFinished,
    CallLeft,
    CallQueued,
    OfferConnected,
)
from ari_app.core.values import (
    AgentId,
    AgentProfile,
    Caller,
    CallId,
    Centre,
    History,
    QueueName,
    QueueProfile,
)
from ari_app.core.world import Listed, World, number_key
from ivr.calendar import Calendar, Schedule, Span
from ivr.facts import EMERGENCY_PROMPT, FORMS, FactValue

GENERAL, OTHER = QueueName("general"), QueueName("other")
CALLER = Caller("13900000000", region="浙江省杭州市")
CALL = Call(CallId("pbx-1.1"), CALLER, "12345", 0.0, ivr.State("welcome", "zh_CN"))
MONDAY = 1_795_392_000.0  # 2026-11-23 08:00 in Shanghai
DAYTIME = Schedule(((Span(540, 1020),),) * 7)


def centre(*skills: dict[str, int]) -> Centre:
    agents = {
        AgentId(str(number)): AgentProfile(AgentId(str(number)), "", given, frozenset({GENERAL}))
        for number, given in enumerate(skills, start=1001)
    }
    return Centre(agents, {name: QueueProfile(name, wrap_up_s=30.0) for name in (GENERAL, OTHER)})


def dispatcher(*states: AgentState) -> Dispatcher:
    agents = {
        AgentId(str(number)): Agent(AgentId(str(number)), state)
        for number, state in enumerate(states, start=1001)
    }
    return Dispatcher(centre(*[{"zh": 5}] * len(states)), agents)


def queued(name: str, since: float = 0.0, *, priority: int = 0, queue: str = GENERAL) -> CallQueued:
    return CallQueued(CallId(name), QueueName(queue), (), priority, since, {})


def talk(desk: Dispatcher, name: str, talk_s: float, now: float = 0.0) -> float:
    """One whole call with agent 1001, who is ready before and after; when that is."""
    desk.handle(queued(name, now), now)
    desk.handle(OfferConnected(CallId(name)), now)
    desk.handle(CallFinished(CallId(name), GENERAL, AgentId("1001")), now + talk_s)
    desk.handle_desk(AgentFinishedWrapUp(AgentId("1001")), now + talk_s)
    return now + talk_s


def ask(name: str, call: Call = CALL, world: World | None = None, now: float = MONDAY) -> object:
    source = FactsSource(dispatcher(AgentState.READY).figures, world or World())
    return source(call, now).value(name)


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("dialled", "12345"),
        ("caller.region", "浙江省杭州市"),
        ("caller.has_number", True),
        ("caller.is_vip", False),
        ("caller.is_nuisance", False),
        ("queue.general.waiting", 0),
        ("queue.general.expected_wait_s", 0.0),
        ("queue.position", None),
        ("queue.expected_wait_s", None),
        ("agents.zh", 1),
        ("agents.ja", 0),
        ("emergency", False),
        (EMERGENCY_PROMPT, None),
        ("queue.shop.waiting", None),
        ("queue.shop.expected_wait_s", None),
        ("schedule.shop", None),
        ("field.case_type", None),  # the interpreter's own
        ("language", None),
        ("weather", None),
        ("caller.height", None),
    ],
)
def test_each_fact_has_its_answer(name: str, answer: FactValue | None) -> None:
    found = ask(name)
    assert (found, type(found)) == (answer, type(answer))


def test_a_withheld_number_is_told_and_on_no_list() -> None:
    withheld = replace(CALL, caller=Caller(""))
    world = World(vip={number_key("13900000000"): Listed("值班")})
    assert ask("caller.has_number", withheld) is False
    assert ask("caller.region", withheld) is None
    assert ask("caller.is_vip", withheld, world) is False


def test_a_repeat_caller_is_not_known_before_the_database_has_answered() -> None:
    assert ask("caller.is_repeat") is None
    assert ask("caller.is_repeat", replace(CALL, history=History())) is False
    history = History(calls=({"ticket_id": "t-1"},))
    assert ask("caller.is_repeat", replace(CALL, history=history)) is True


def test_the_lists_say_who_is_treated_apart_and_for_how_long() -> None:
    listed = {number_key("13900000000"): Listed("骚扰", until=MONDAY)}
    world = World(vip={number_key("013900000000"): Listed("值班")}, nuisance=listed)
    assert ask("caller.is_vip", world=world) is True
    assert ask("caller.is_nuisance", world=world, now=MONDAY - 1) is True
    assert ask("caller.is_nuisance", world=world, now=MONDAY) is False


def test_a_schedule_is_asked_for_this_moment() -> None:
    world = World(calendar=Calendar({"office": DAYTIME}))
    assert ask("schedule.office", world=world, now=MONDAY) == "closed"
    assert ask("schedule.office", world=world, now=MONDAY + 3600) == "open"


def test_the_emergency_is_on_until_it_ends_by_itself() -> None:
    source = FactsSource(dispatcher().figures, World())
    source.emergency = Emergency("storm", until=100.0, since=0.0, by="2001")
    assert source(CALL, 99.0).value("emergency") is True
    assert source(CALL, 99.0).value(EMERGENCY_PROMPT) == "storm"
    assert source(CALL, 100.0).value("emergency") is False
    assert source(CALL, 100.0).value(EMERGENCY_PROMPT) is None


def test_every_fact_of_the_list_can_be_asked() -> None:
    slots = {"<queue>": "general", "<skill>": "zh", "<schedule>": "office", "<field>": "x"}
    world = World(calendar=Calendar({"office": DAYTIME}))
    known = replace(CALL, history=History())
    unknown = set()
    for form in FORMS:
        name = form.pattern
        for slot, value in slots.items():
            name = name.replace(slot, value)
        if ask(name, known, world) is None:
            unknown.add(form.pattern)
    assert unknown == {
        "queue.position",
        "queue.expected_wait_s",
        "field.<field>",
        "language",
        "mode",
    }


# --- the figures ----------------------------------------------------------------------------------


def test_the_place_is_that_in_the_order_of_service() -> None:
    desk = dispatcher(AgentState.PAUSED)
    for said in (queued("a", 2.0), queued("b", 1.0), queued("c", 3.0, priority=5)):
        desk.handle(said, 5.0)
    desk.handle(queued("d", 0.0, queue=OTHER), 5.0)
    assert [desk.figures.position(CallId(name)) for name in "cbad"] == [1, 2, 3, 1]
    assert (desk.figures.waiting(GENERAL), desk.figures.waiting(OTHER)) == (3, 1)
    desk.handle(CallLeft(CallId("c")), 6.0)
    assert [desk.figures.position(CallId(name)) for name in "cba"] == [None, 1, 2]


def test_whoever_is_being_offered_is_next_and_waits_no_longer() -> None:
    desk = dispatcher(AgentState.READY)
    desk.handle(queued("a"), 0.0)
    desk.handle(queued("b"), 0.0)
    figures = desk.figures
    assert (figures.position(CallId("a")), figures.rest_of_wait_s(CallId("a"))) == (1, 0.0)
    assert (figures.position(CallId("b")), figures.waiting(GENERAL)) == (1, 1)
    assert figures.rest_of_wait_s(CallId("b")) == FIRST_HANDLING_S


@pytest.mark.parametrize(
    ("states", "waiting", "wait_s"),
    [
        ([], 0, None),
        ([AgentState.OFFLINE, AgentState.PAUSED], 0, None),
        ([AgentState.READY], 0, 0.0),
        ([AgentState.TALKING], 0, FIRST_HANDLING_S),
        ([AgentState.TALKING], 2, 3 * FIRST_HANDLING_S),
        ([AgentState.TALKING, AgentState.WRAP_UP, AgentState.PAUSED], 2, 1.5 * FIRST_HANDLING_S),
    ],
)
def test_the_wait_is_so_many_talks_shared_by_those_at_work(
    states: list[AgentState], waiting: int, wait_s: float | None
) -> None:
    desk = dispatcher(*states)
    for number in range(waiting):
        desk.handle(queued(f"c{number}", float(number)), 0.0)
    assert desk.figures.expected_wait_s(GENERAL) == wait_s
    if wait_s and waiting:
        last = desk.figures.rest_of_wait_s(CallId(f"c{waiting - 1}"))
        assert last == wait_s * waiting / (waiting + 1)


def test_a_queue_whose_agents_serve_another_has_no_estimate() -> None:
    assert dispatcher(AgentState.READY).figures.expected_wait_s(OTHER) is None


def test_the_mean_is_that_of_the_last_talks_with_their_wrap_up() -> None:
    desk, now = dispatcher(AgentState.READY), 0.0
    for number in range(4):
        now = talk(desk, f"short{number}", 60.0, now)
    assert desk.figures.handling_s(GENERAL) == FIRST_HANDLING_S
    now = talk(desk, "fifth", 110.0, now)
    assert desk.figures.handling_s(GENERAL) == 100.0  # (4 × 60 + 110) / 5, and 30 of wrap-up
    for number in range(KEPT_TALKS):
        now = talk(desk, f"long{number}", 270.0, now)
    assert desk.figures.handling_s(GENERAL) == 300.0
    assert desk.figures.handling_s(OTHER) == FIRST_HANDLING_S


def test_a_talk_whose_queue_a_gap_hid_counts_nowhere() -> None:
    desk = dispatcher(AgentState.READY)
    for number in range(9):
        desk.handle(queued(f"c{number}"), 0.0)
        desk.handle(OfferConnected(CallId(f"c{number}")), 0.0)
        desk.handle(CallFinished(CallId(f"c{number}"), QueueName(""), AgentId("1001")), 5.0)
        desk.handle_desk(AgentFinishedWrapUp(AgentId("1001")), 5.0)
    assert desk.figures.handling_s(GENERAL) == FIRST_HANDLING_S


def test_agents_are_counted_by_skill_while_they_are_signed_in() -> None:
    states = (AgentState.READY, AgentState.PAUSED, AgentState.TALKING, AgentState.OFFLINE)
    agents = {
        AgentId(str(number)): Agent(AgentId(str(number)), state)
        for number, state in enumerate(states, start=1001)
    }
    desk = Dispatcher(centre({"zh": 5}, {"zh": 1, "ja": 3}, {"en": 2}, {"ja": 5}), agents)
    assert [desk.figures.signed_in(skill) for skill in ("zh", "ja", "en", "th")] == [2, 1, 1, 0]
