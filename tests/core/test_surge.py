"""Surge mode, through the engine: one event changes everything, one undoes it all."""

from dataclasses import replace

import pytest

from ari_app.core.commands import Command, Play, RingAgent
from ari_app.core.desk_events import AgentAskedReady, AgentSignedIn, SurgeChanged
from ari_app.core.emergency import Emergency
from ari_app.core.engine import Engine
from ari_app.core.events import EmergencyChanged, KeyPressed, LegDown, PlayEnded
from ari_app.core.modes import Mode
from ari_app.core.records import Journaled, Json, SaveOrder
from ari_app.core.shelf import Shelf
from ari_app.core.values import AgentId, AgentProfile, CallId, Centre, QueueName
from tests.core.playbook import FLOW, Playbook, flow
from tests.core.test_calls import ARRIVED, LEG, P1, WANG, talking
from tests.core.test_dispatch import refused
from tests.core.test_staff import GENERAL, RULES, URGENT, ZHOU, a_centre, wrap_up_left

TYPHOON = Mode(
    "台风应急",
    greeting="typhoon_greeting",
    wrap_up_s=20.0,
    boost_s={"urgent": 600.0},
    pools={"urgent": ("general",)},
    announce={"greeting": "short_greeting"},
)
ON = SurgeChanged("typhoon", None, "zhou")
OFF = SurgeChanged(None, None, "zhou")
SECOND = CallId("hotline-1.2")
TREE = """
flow: test
language: zh_CN
start: welcome
last_resort: anybody
nodes:
  welcome:
    type: menu
    prompts: [greeting]
    keys: {0: anybody, 1: pressing}
    first_key_s: 2
    on_no_key: {next: mandarin}
    on_wrong_key: {next: mandarin}
  mandarin: {type: branch, cases: [{if: {mode: typhoon}, next: pressing}], otherwise: anybody}
  pressing: {type: queue, queue: urgent}
  anybody: {type: queue, queue: general}
"""


def centre() -> Centre:
    """Wang takes only general, Li only urgent."""
    base = a_centre(RULES, {"typhoon": TYPHOON, "crowd": Mode("高峰", wrap_up_s=5.0)})

    def only(name: str, queue: QueueName) -> AgentProfile:
        return AgentProfile(AgentId(name), name, {"zh": 5}, frozenset({queue}))

    agents = {WANG: only("wang", GENERAL), AgentId("li"): only("li", URGENT)}
    return replace(base, agents={**base.agents, **agents})


def a_book(*events: SurgeChanged, orders: dict[str, Json] | None = None) -> Playbook:
    engine = Engine(Shelf.of(flow(TREE)), centre(), lambda prompts: 3.0)
    engine.dispatcher.obey(orders or {})
    book = Playbook(engine=engine) >> AgentSignedIn(ZHOU)
    for event in events:
        book >> event
    return book


def wang_is_ready(book: Playbook) -> list[Command]:
    book >> AgentSignedIn(WANG) >> AgentAskedReady(WANG)
    commands, book.pending = book.pending, []
    return commands


def first_prompts(book: Playbook) -> tuple[str, ...]:
    book >> ARRIVED
    [play] = [command for command in book.pending if isinstance(command, Play)]
    book.pending.clear()
    return tuple(prompt for prompt, _ in play.prompts)


def waiting(book: Playbook, call: CallId, key: str) -> Playbook:
    book.engine.handle(replace(ARRIVED, call=call), book.now)
    book.engine.handle(KeyPressed(call, key), book.now)
    assert call in book.engine.dispatcher.waiting
    return book


def order_of_service(book: Playbook) -> list[str]:
    waits = book.engine.dispatcher.waiting
    return sorted(waits, key=lambda call: waits[call].key)


def kept_orders(book: Playbook) -> dict[str, Json]:
    return {one.key: one.value for one in book.records(SaveOrder) if isinstance(one, SaveOrder)}


def test_the_greeting_and_the_announcements_change_and_change_back():
    assert first_prompts(a_book()) == ("greeting",)
    assert first_prompts(a_book(ON)) == ("typhoon_greeting", "short_greeting")
    assert first_prompts(a_book(ON, OFF)) == ("greeting",)


def test_the_emergency_announcement_goes_before_the_modes_greeting():
    book = a_book(ON) >> EmergencyChanged(Emergency("flood", 9999.0, 0.0, "chief"))
    assert first_prompts(book) == ("flood", "short_greeting")


def test_the_agents_of_other_queues_help_out_and_stop_helping():
    book = waiting(a_book(), SECOND, "1")
    assert wang_is_ready(book) == []
    book >> ON
    [rung] = book.pending
    assert isinstance(rung, RingAgent)
    assert (rung.call, rung.agent) == (SECOND, WANG)
    book.pending.clear()
    book = waiting(a_book(ON, OFF), SECOND, "1")
    assert wang_is_ready(book) == []


def test_the_boosted_queue_moves_forward_also_for_who_waits_already_and_back_again():
    book = waiting(a_book(), CallId("hotline-1.3"), "0")
    book.now += 60
    waiting(book, SECOND, "1")
    assert order_of_service(book) == ["hotline-1.3", SECOND]
    book >> ON
    assert order_of_service(book) == [SECOND, "hotline-1.3"]
    book >> OFF
    assert order_of_service(book) == ["hotline-1.3", SECOND]


def test_the_wrap_up_that_begins_is_the_modes_and_one_that_has_begun_stays():
    book = Playbook(engine=Engine(Shelf.of(flow(FLOW)), centre(), lambda prompts: 3.0))
    book >> ON >> AgentSignedIn(WANG) >> AgentAskedReady(WANG)
    book >> OFF
    talking(book).after(60)
    book >> ON >> LegDown(LEG, 16)
    book.pending.clear()
    assert wrap_up_left(book) == 20.0
    book >> OFF >> SurgeChanged("crowd", None, "zhou")
    assert wrap_up_left(book) == 20.0


def test_a_tree_asks_which_mode_is_on():
    def queue_of(book: Playbook) -> str:
        book >> ARRIVED
        book.pending.clear()
        (book >> PlayEnded(P1)).after(3)
        return book.engine.dispatcher.waiting[CallId(LEG)].queue

    assert queue_of(a_book()) == "general"
    assert queue_of(a_book(ON)) == "urgent"


def test_everybody_who_is_signed_in_is_told_and_the_journal_knows_by_whom():
    book = a_book(ON, OFF)
    told = [(one.agent, one.data["on"]) for one in book.told if one.kind == "surge"]
    assert told == [(ZHOU, True), (ZHOU, False)]
    lines = [one for one in book.records(Journaled) if one.kind == "surge.changed"]
    assert [(line.data["to"], line.data["by"]) for line in lines] == [
        ("typhoon", "zhou"), (None, "zhou"),
    ]  # fmt: skip


def test_it_ends_by_itself_when_its_time_is_over():
    book = a_book(SurgeChanged("typhoon", 1000.0 + 7200.0, "zhou")).after(7201.0)
    assert book.engine.dispatcher.orders.surge is None
    assert kept_orders(book) == {"surge": None}
    assert first_prompts(book) == ("greeting",)


def test_it_is_on_after_a_restart_and_over_if_its_time_came_meanwhile():
    kept = kept_orders(a_book(SurgeChanged("typhoon", 1500.0, "zhou")))
    assert first_prompts(a_book(orders=kept)) == ("typhoon_greeting", "short_greeting")
    late = a_book(orders=kept)
    late.after(600.0)
    assert first_prompts(late) == ("greeting",)


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (OFF, "not_on"),
        (SurgeChanged("flood", None, "zhou"), "no_such_mode"),
        (SurgeChanged("typhoon", 999.0, "zhou"), "bad_until"),
    ],
)
def test_what_cannot_be_switched_is_refused(event: SurgeChanged, code: str):
    assert refused(a_book() >> event) == code


def test_another_mode_takes_the_place_of_the_one_that_is_on():
    book = a_book(ON, SurgeChanged("crowd", None, "zhou"))
    assert first_prompts(book) == ("greeting",)
    assert book.engine.dispatcher.queue_boost_s == {}
