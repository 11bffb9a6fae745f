"""Who is called back, rung or asked, when and how often; and what a restart finds of it."""

import json
from dataclasses import dataclass, replace

import pytest

from ari_app.core.agent import AgentState
from ari_app.core.commands import Command, DialOut, Play, RingAgent
from ari_app.core.desk_events import AgentAskedReady, AgentSignedIn
from ari_app.core.engine import Engine
from ari_app.core.events import (
    AsteriskSeen,
    BridgeEntered,
    CallArrived,
    ConfigurationChanged,
    EntriesRead,
    Event,
    KeyPressed,
    LegDown,
    LegUp,
    PlayEnded,
)
from ari_app.core.outbound import entry as entries
from ari_app.core.outbound.asked import (
    CallbackAsked,
    CallMissed,
    DutyAsked,
    EntryCancelled,
    Visit,
    VisitsAsked,
    VisitsPaused,
)
from ari_app.core.outbound.dial_list import DialList
from ari_app.core.outbound.entry import FINAL, TRANSITIONS, Entry, EntryState
from ari_app.core.outbound.policy import DutyTries, Missed, Pace, Policy, Tries, Window
from ari_app.core.records import CloseCall, Journaled, OpenCall, SaveDial
from ari_app.core.seam import CallOver
from ari_app.core.shelf import Shelf
from ari_app.core.values import (
    AgentId,
    BridgeId,
    Caller,
    CallId,
    LegId,
    QueueName,
    QueueProfile,
)
from ari_app.core.world import World
from ari_app.routing.match import Waiting
from ivr.calendar import span_of
from tests.core.playbook import FLOW, NUMBERS, Playbook, centre, flow

C = CallId("hotline-1.1")
WANG = AgentId("wang")
NOTHING = AsteriskSeen((), (), {})
"""Asterisk as it is with no call at all."""
DUTY_TREE = """
flow: test
placed: true
language: zh_CN
start: ask
last_resort: person
nodes:
  ask:
    type: menu
    prompts: [urgent_ticket]
    keys: {1: acknowledged}
    tries: 1
    on_no_key: {next: bye}
    on_wrong_key: {next: bye}
  acknowledged: {type: hangup, prompts: [thanks]}
  bye: {type: hangup}
  person: {type: queue, queue: general}
"""
VISIT_TREE = """
flow: test
placed: true
language: zh_CN
start: marks
last_resort: person
nodes:
  marks: {type: survey, prompts: [how_was_it], tries: 1, next: bye}
  bye: {type: hangup}
  person: {type: queue, queue: general}
"""
DAY = 86400.0
"""Midnight in Greenwich is eight in the morning in Shanghai."""


@dataclass(frozen=True)
class Phone:
    number: str
    label: str = ""
    ring_s: float = 20.0


class TwoPhones:
    def duty_phones(self, unit: str) -> tuple[Phone, ...]:
        return (Phone("8001"), Phone("8002")) if unit == "water" else ()


POLICY = Policy(
    callbacks=Tries(spacing_s=600.0, max_attempts=2, ring_s=25.0),
    missed=Missed(not_before_s=30.0),
    duty=DutyTries(tree="test", busy_tries=2, max_rounds=3),
    visits=Tries(spacing_s=3600.0, max_attempts=2),
    pace=Pace(tree="test", max_at_once=1, per_minute=2),
    notice="",
)


class Outbound(Playbook):
    """A playbook with a dial list, whose commands are looked at by kind."""

    def __init__(self, *, ready: bool = True, tree: str = FLOW, policy: Policy = POLICY) -> None:
        engine = Engine(
            Shelf.of(flow(tree)), centre({"wang": {"zh": 5}}), lambda prompts: 3.0, numbers=NUMBERS
        )
        supervisors = [AgentId("zhou")]
        engine.dial_list = DialList(policy, units=TwoPhones(), supervisors=supervisors)
        super().__init__(engine=engine)
        self.now = DAY
        self.feed(NOTHING)
        if ready:
            self.feed(AgentSignedIn(AgentId("wang")))
            self.feed(AgentAskedReady(AgentId("wang")))

    def feed(self, event: Event) -> "Outbound":
        self._take(self.engine.handle(event, self.now))
        return self

    def wait(self, seconds: float) -> "Outbound":
        self.taken()
        self.after(seconds)
        return self

    def taken(self) -> list[Command]:
        found, self.pending = self.pending, []
        return found

    def dialled(self) -> list[str]:
        return [c.number for c in self.taken() if isinstance(c, DialOut)]

    @property
    def entries(self) -> list[Entry]:
        return list(self.engine.dial_list.entries.values())

    @property
    def entry(self) -> Entry:
        [entry] = self.entries
        return entry

    def line(self) -> list[Waiting]:
        return list(self.engine.dispatcher.waiting.values())

    def last(self) -> SaveDial:
        record = self.records(SaveDial)[-1]
        assert isinstance(record, SaveDial)
        return record

    def results(self) -> list[str]:
        lines = [r for r in self.records(Journaled) if isinstance(r, Journaled)]
        return [str(one.data["result"]) for one in lines if one.kind == "dial.ended"]


def promised(book: Outbound, number: str = "13800000000", call: CallId = C) -> Outbound:
    """A caller who waited was promised a call back, and has hung up."""
    book.feed(CallArrived(call, Caller(number), "12345"))
    book.feed(KeyPressed(LegId(call), "8"))
    plays = [one.play for one in book.taken() if isinstance(one, Play)]
    book.feed(PlayEnded(plays[-1]))
    book.feed(KeyPressed(LegId(call), "1"))
    book.feed(LegDown(LegId(call)))
    return book


def abandoned(book: Outbound, number: str = "13800000000", call: CallId = C) -> Outbound:
    """A caller waited in the queue and hung up."""
    book.feed(CallArrived(call, Caller(number), "12345"))
    book.feed(KeyPressed(LegId(call), "0"))
    book.now += 5
    book.feed(LegDown(LegId(call)))
    book.taken()
    return book


def signed_in(book: Outbound) -> Outbound:
    book.feed(AgentSignedIn(WANG))
    return book.feed(AgentAskedReady(WANG))


def talk(book: Outbound) -> Outbound:
    """The agent of the entry's live call answers, then the citizen; both talk."""
    call = CallId(book.entry.call)
    agent = next(one.leg for one in book.taken() if isinstance(one, RingAgent))
    bridge = BridgeId(f"{call}.b")
    book.feed(LegUp(agent)).feed(LegUp(LegId(call)))
    book.feed(BridgeEntered(bridge, agent)).feed(BridgeEntered(bridge, LegId(call)))
    return book


# --- callbacks -------------------------------------------------------------------------------


def test_a_promise_becomes_an_entry_in_the_line_at_the_place_of_its_caller():
    book = promised(Outbound(ready=False)).wait(60.0)
    entry = book.entry
    assert (entry.kind, entry.state) == ("callback", EntryState.DUE)
    [waiting] = book.line()
    assert waiting.since == entry.queued_at == DAY
    assert waiting.needs == (("zh", 1),)
    assert entry.ticket_id == f"t-{C}"
    assert entry.priority == 2


def test_a_callback_goes_from_the_line_to_the_talk_and_is_done():
    book = promised(Outbound(ready=False)).wait(60.0)
    talk(signed_in(book))
    assert book.entry.state is EntryState.TALKING
    assert book.state("wang") is AgentState.TALKING
    book.feed(LegDown(LegId(book.entry.call)))
    assert book.last().state == "done"
    assert not book.entries
    [_, opened] = book.records(OpenCall)
    assert opened.ticket_id == f"t-{C}"


def test_no_citizen_is_called_while_no_agent_is_reserved():
    book = promised(Outbound(ready=False)).wait(3600.0)
    assert book.dialled() == []
    signed_in(book)
    assert book.dialled() == []


def test_a_busy_citizen_is_called_again_later_at_the_same_place_and_then_given_up():
    book = promised(Outbound(ready=False)).wait(0.0)
    signed_in(book)
    for attempt in (1, 2):
        call = LegId(book.entry.call)
        assert call.endswith(f".{attempt}")
        agent = next(one.leg for one in book.taken() if isinstance(one, RingAgent))
        book.feed(LegUp(agent)).feed(LegDown(call, 17))
        assert book.state("wang") is AgentState.READY
        if attempt == 1:
            assert book.entry.state is EntryState.WAITING
            assert book.entry.queued_at == DAY
            book.wait(600.0)
    assert book.last().state == "given_up"
    assert book.results() == ["busy", "busy"]


def test_whoever_calls_again_and_is_served_need_not_be_called_back():
    night = Policy(callbacks=Tries(window=window("09:00-10:00")), notice="")
    book = promised(Outbound(ready=False, policy=night))
    again = CallId("hotline-1.2")
    book.feed(CallArrived(again, Caller("013800000000"), "12345"))
    book.feed(KeyPressed(LegId(again), "0"))
    signed_in(book)
    leg = next(one.leg for one in book.taken() if isinstance(one, RingAgent))
    bridge = BridgeId(f"{again}.b")
    book.feed(LegUp(leg)).feed(BridgeEntered(bridge, leg))
    book.feed(BridgeEntered(bridge, LegId(again))).feed(LegDown(LegId(again)))
    assert not book.entries
    assert book.last().state == "cancelled"
    assert book.last().snapshot["reason"] == "called_again"


def test_a_callback_serves_after_whoever_came_first_and_before_whoever_came_later():
    book = Outbound(ready=False)
    first, last = CallId("hotline-1.8"), CallId("hotline-1.9")
    book.feed(CallArrived(first, Caller("1"), "12345")).feed(KeyPressed(LegId(first), "0"))
    book.now += 10
    promised(book).wait(5.0)
    book.feed(CallArrived(last, Caller("2"), "12345")).feed(KeyPressed(LegId(last), "0"))
    order = sorted(book.line(), key=lambda one: one.since)
    assert [one.call.partition(".")[0] for one in order][1].startswith("callback-")


def test_outside_the_window_nobody_is_called_and_the_place_is_kept():
    night = Policy(callbacks=Tries(window=window("09:00-10:00")), notice="")
    book = promised(Outbound(policy=night))  # eight in the morning
    assert book.entry.state is EntryState.WAITING
    assert book.entry.due_at == DAY + 3600.0
    book.wait(3590.0)
    assert not book.line()
    book.wait(20.0)
    assert book.entry.state is EntryState.DUE


def test_who_still_waits_when_the_window_closes_is_called_on_the_next_day():
    short = Policy(callbacks=Tries(window=window("08:00-10:00")), notice="")
    book = promised(Outbound(ready=False, policy=short)).wait(2 * 3600.0 + 60.0)
    assert not book.line()
    assert book.entry.state is EntryState.WAITING
    assert book.entry.due_at == DAY + DAY
    assert book.entry.tries == 0
    assert book.entry.queued_at == DAY


def test_an_entry_can_be_cancelled_while_it_waits_and_while_it_is_in_the_line():
    book = promised(Outbound(ready=False)).wait(0.0)
    book.feed(EntryCancelled(book.entry.entry_id, "办结"))
    assert not book.line()
    assert book.last().state == "cancelled"
    book.feed(EntryCancelled("callback-1", "办结"))
    assert book.taken()[-1].code == "no_such_entry"


def test_a_desk_asks_for_a_callback_behind_everybody_who_waits():
    book = Outbound(ready=False)
    book.now += 100
    book.feed(CallbackAsked("13900000000", "t-9", "general", "en", (("zh", 1),))).wait(0.0)
    [waiting] = book.line()
    assert waiting.since == DAY + 100
    assert book.entry.ticket_id == "t-9"


# --- missed calls ----------------------------------------------------------------------------


def test_a_missed_call_falls_due_after_a_while_and_stands_behind_those_who_wait_then():
    book = abandoned(Outbound(ready=False))
    assert book.entry.kind == "missed"
    assert not book.line()
    book.wait(40.0)
    [waiting] = book.line()
    assert waiting.since == DAY + 5 + 30


def test_a_missed_call_of_the_same_number_makes_no_second_entry():
    book = abandoned(Outbound(ready=False))
    abandoned(book, call=CallId("hotline-1.2"))
    assert len(book.entries) == 1


def test_a_promise_takes_the_place_of_an_earlier_missed_call():
    book = promised(abandoned(Outbound(ready=False)), call=CallId("hotline-1.2"))
    assert book.entry.kind == "callback"


def test_a_call_found_in_the_event_log_is_called_back_once():
    book = Outbound(ready=False)
    for _ in range(2):
        book.feed(CallMissed("hotline-1.7", "13800000000", "12345", DAY - 100))
    assert book.entry.of_call == "hotline-1.7"


def test_without_a_trunk_nothing_is_put_on_the_list():
    book = promised(Outbound(ready=False, policy=Policy(is_enabled=False)))
    assert not book.entries
    book.feed(DutyAsked("t-1", "water"))
    assert book.taken()[-1].code == "outbound_off"


def test_who_is_missed_in_a_queue_that_is_no_more_is_called_back_by_the_one_for_missed_calls():
    policy = replace(POLICY, missed=replace(POLICY.missed, queue="night"))
    book = Outbound(ready=False, policy=policy)
    book.feed(CallArrived(C, Caller("13800000000"), "12345")).feed(KeyPressed(LegId(C), "0"))
    book.engine.dispatcher.centre.queues = {QueueName("night"): QueueProfile(QueueName("night"))}
    book.feed(LegDown(LegId(C)))
    assert book.entry.queue == "night"


# --- duty phones -----------------------------------------------------------------------------


def on_duty() -> Outbound:
    return Outbound(ready=False, tree=DUTY_TREE).feed(DutyAsked("t-1.77", "water", "紧急")).wait(0)


def test_a_duty_phone_that_is_busy_is_rung_again_then_the_next_one():
    book = on_duty()
    assert book.dialled() == ["8001"]
    book.feed(LegDown(LegId(book.entry.call), 17)).wait(15.0)
    assert book.dialled() == ["8001"]
    book.feed(LegDown(LegId(book.entry.call), 17)).wait(2.0)
    assert book.dialled() == ["8002"]
    assert book.results() == ["busy", "busy"]


def test_the_key_acknowledges_and_nobody_is_rung_any_more():
    book = on_duty()
    leg = LegId(book.entry.call)
    book.feed(LegUp(leg)).feed(KeyPressed(leg, "1")).feed(LegDown(leg))
    assert book.last().state == "done"
    assert book.last().snapshot["attempts"][-1]["number"] == "8001"
    assert not book.entries


def test_who_answers_and_presses_nothing_has_not_acknowledged():
    book = on_duty()
    leg = LegId(book.entry.call)
    book.feed(LegUp(leg)).feed(LegDown(leg)).wait(2.0)
    assert book.results() == ["no_key"]
    assert book.dialled() == ["8002"]


def test_after_each_round_without_a_key_the_supervisors_are_told_and_it_goes_on():
    book = on_duty()
    for _ in range(2):
        book.feed(LegDown(LegId(book.entry.call), 19)).wait(2.0)
    told = [one for one in book.told if one.kind == "duty_unanswered"]
    assert [one.agent for one in told] == ["zhou"]
    assert told[0].data["unit"] == "water"
    assert book.entry.round == 1
    book.wait(60.0)
    assert book.entry.state is EntryState.DIALLING


def test_duty_phones_ring_at_any_hour_but_a_ticket_only_once_at_a_time():
    book = on_duty().feed(DutyAsked("t-1.77", "water"))
    assert book.taken()[-1].code == "is_dialled"
    book.feed(DutyAsked("t-2", "gas"))
    assert book.taken()[-1].code == "no_duty_phone"


# --- return visits ---------------------------------------------------------------------------


def visiting(*tickets: str, policy: Policy = POLICY) -> Outbound:
    book = Outbound(ready=False, tree=VISIT_TREE, policy=policy)
    visits = tuple(Visit(ticket, f"1380000000{i}") for i, ticket in enumerate(tickets))
    return book.feed(VisitsAsked(visits)).wait(0.0)


def test_the_mark_goes_into_the_ticket_and_the_visit_is_done():
    book = visiting("t-1")
    leg = LegId(book.entry.call)
    book.feed(LegUp(leg)).feed(KeyPressed(leg, "4")).feed(LegDown(leg))
    assert book.last().state == "done"
    assert book.last().snapshot["score"] == "4"
    [closed] = [r for r in book.written if isinstance(r, CloseCall)]
    assert closed.ticket == {"revisit_score": "4", "revisit_at": book.now}


def test_no_more_visits_at_once_than_the_pace_allows_and_none_while_paused():
    book = visiting("t-1", "t-2", "t-3")
    assert book.dialled() == ["13800000000"]
    book.feed(VisitsPaused(True)).wait(10.0)
    live = next(e for e in book.entries if e.call)
    book.feed(LegDown(LegId(live.call), 17)).wait(60.0)
    assert book.dialled() == []
    book.feed(VisitsPaused(False)).wait(2.0)
    assert book.dialled() == ["13800000001"]


def test_no_more_visits_begin_in_a_minute_than_the_pace_allows_though_places_are_free():
    pace = replace(POLICY.pace, max_at_once=5, per_minute=2)
    book = visiting("t-1", "t-2", "t-3", policy=replace(POLICY, pace=pace))
    begun = book.now
    assert book.dialled() == ["13800000000", "13800000001"]
    book.wait(59.0)
    assert book.dialled() == []
    book.wait(1.0)
    assert book.dialled() == ["13800000002"]
    assert book.now == begun + 60.0


def test_a_visit_that_is_over_makes_a_place_free_but_no_minute_shorter():
    book = visiting("t-1", "t-2", "t-3")  # one at once, two a minute
    book.taken()
    first = next(e for e in book.entries if e.call)
    book.feed(LegDown(LegId(first.call), 17)).wait(2.0)
    assert book.dialled() == ["13800000001"]
    second = next(e for e in book.entries if e.call)
    book.feed(LegDown(LegId(second.call), 17)).wait(50.0)
    assert book.dialled() == []
    book.wait(10.0)
    assert book.dialled() == ["13800000002"]


def test_a_visit_begins_in_its_window_and_what_waited_for_a_place_waits_for_the_next_day():
    # Begun at eight in Shanghai; the window is 7 to 9.
    window = Window.of((span_of("07:00-09:00"),))
    policy = replace(POLICY, visits=replace(POLICY.visits, window=window))
    book = visiting("t-1", "t-2", policy=policy)
    assert book.dialled() == ["13800000000"]
    leg = LegId(next(e for e in book.entries if e.call).call)
    book.feed(VisitsPaused(True)).feed(LegUp(leg)).feed(KeyPressed(leg, "4")).feed(LegDown(leg))
    assert book.entry.ticket_id == "t-2"
    book.wait(3601.0).feed(VisitsPaused(False)).wait(DAY - 2 * 3600.0 - 2.0)
    assert book.dialled() == []
    assert book.entry.state is EntryState.WAITING
    book.wait(1.0)
    assert book.dialled() == ["13800000001"]


def test_a_visit_asked_for_at_night_and_one_tried_again_wait_for_the_morning():
    window = Window.of((span_of("08:00-08:30"),))
    policy = replace(POLICY, visits=replace(POLICY.visits, window=window))
    book = visiting("t-1", policy=policy)
    book.feed(LegDown(LegId(book.entry.call), 19)).taken()
    assert book.entry.due_at == 2 * DAY  # in an hour it is half past nine
    book.now = DAY + 12 * 3600.0
    book.feed(VisitsAsked((Visit("t-2", "13900000000"),)))
    assert [entry.due_at for entry in book.entries] == [2 * DAY, 2 * DAY]


def test_a_ticket_is_visited_once_however_often_it_is_asked():
    book = visiting("t-1", "t-1").feed(VisitsAsked((Visit("t-1", "13800000000"),)))
    assert len(book.entries) == 1


def test_who_is_not_reached_is_visited_again_and_then_given_up():
    book = visiting("t-1")
    book.feed(LegDown(LegId(book.entry.call), 19)).wait(3600.0)
    book.feed(LegDown(LegId(book.entry.call), 19))
    assert book.last().state == "given_up"


# --- switched off ----------------------------------------------------------------------------


def switched(book: Outbound, *, on: bool) -> Outbound:
    centre, policy = book.engine.dispatcher.centre, replace(POLICY, is_enabled=on)
    book.feed(ConfigurationChanged(centre, World(), NUMBERS, policy, TwoPhones()))
    return book


def test_switched_off_nobody_is_called_until_it_is_on_again():
    book = switched(abandoned(Outbound(ready=False)), on=False)
    book.wait(600.0)
    assert not book.line()
    assert book.entry.state is EntryState.WAITING
    switched(book, on=True).wait(60.0)
    assert len(book.line()) == 1


def test_switched_off_who_waits_for_an_agent_is_called_another_day_at_the_same_place():
    book = promised(Outbound(ready=False)).wait(0.0)
    [waits] = book.line()
    switched(book, on=False)
    assert not book.line()
    assert (book.entry.state, book.entry.tries) == (EntryState.WAITING, 0)
    book.wait(600.0)
    switched(book, on=True).wait(60.0)
    assert [one.since for one in book.line()] == [waits.since]


def test_switched_off_an_entry_can_be_cancelled_and_visits_be_paused_but_nothing_is_added():
    book = switched(abandoned(Outbound(ready=False)), on=False)
    book.feed(VisitsPaused(True)).feed(EntryCancelled(book.entry.entry_id, "x"))
    assert not book.taken()
    assert book.engine.dial_list.is_paused
    assert not book.entries
    book.feed(CallbackAsked("13800000000", "t-1", "general"))
    assert [no.code for no in book.taken()] == ["outbound_off"]


# --- restarts --------------------------------------------------------------------------------


def restarted(book: Outbound, seen: AsteriskSeen = NOTHING) -> Outbound:
    """The dial list of the database; the calls are gone."""
    latest = {r.entry_id: r for r in book.records(SaveDial) if isinstance(r, SaveDial)}
    after = Outbound(ready=False)
    after.engine.dial_list = DialList(
        POLICY, [entries.restored(r.snapshot) for r in latest.values()], units=TwoPhones()
    )
    after.now = book.now + 5
    return after.feed(seen)


def test_a_restart_finds_an_entry_that_waited_and_calls_it_in_its_time():
    book = restarted(abandoned(Outbound(ready=False)))
    book.wait(60.0)
    assert len(book.line()) == 1


def test_a_restart_calls_again_where_the_dialling_was_cut_off():
    book = promised(Outbound(ready=False)).wait(0.0)
    signed_in(book)
    agent = next(one.leg for one in book.taken() if isinstance(one, RingAgent))
    book.feed(LegUp(agent))
    assert book.entry.state is EntryState.DIALLING
    after = restarted(book)
    assert after.entry.state is EntryState.WAITING
    assert after.entry.tries == 0
    after.wait(30.0)
    assert after.line()[0].since == DAY


def test_a_restart_never_calls_again_who_was_talking():
    book = promised(Outbound(ready=False)).wait(0.0)
    talk(signed_in(book))
    after = restarted(book)
    assert not after.entries
    assert after.last().state == "done"


def unread() -> Outbound:
    """A restart that does not know yet what the run before it planned."""
    book = Outbound(ready=False)
    book.engine.dial_list = DialList(POLICY, None, units=TwoPhones())
    return book.feed(NOTHING)


OLD = Entry("callback-1", "callback", "t-1", "13900000000", 1.0, 2.0, queue="general")


def test_a_restart_calls_nobody_before_it_knows_what_was_planned_before_it():
    book = abandoned(unread()).wait(600.0)
    assert not book.line()
    book.feed(EntriesRead((OLD,))).wait(0.0)
    assert len(book.line()) == 2


def test_what_was_decided_since_the_restart_is_newer_than_what_is_read():
    book = abandoned(unread())
    kept = book.entry
    book.feed(CallbackAsked("13700000000", "t-2", "general")).taken()
    [dropped] = [entry for entry in book.entries if entry != kept]
    book.feed(EntryCancelled(dropped.entry_id, "x")).taken()
    book.feed(EntriesRead((replace(kept, number="1"), dropped, OLD)))
    assert book.entries == [kept, OLD]


def test_an_entry_whose_call_ended_before_it_was_read_goes_on_from_there():
    dialled = replace(OLD.begun(3.0, OLD.number), state=EntryState.DIALLING, due_at=None)
    book = unread().feed(EntriesRead((dialled,)))
    assert (book.entry.state, book.results()) == (EntryState.WAITING, ["interrupted"])


def test_who_was_reached_before_the_list_was_read_is_not_called_again():
    dialled = replace(OLD.begun(3.0, OLD.number), state=EntryState.DIALLING, due_at=None)
    book = unread()
    over = CallOver(
        CallId(dialled.call), OLD.number, "", "", "", book.now, "answered", "t-1", is_placed=True
    )
    assert not book.engine.dial_list.handle(over, book.now)
    book.feed(EntriesRead((dialled,)))
    assert not book.entries
    assert book.results() == ["answered"]


@pytest.mark.parametrize("state", list(EntryState))
def test_an_entry_is_the_same_after_it_was_saved(state: EntryState):
    entry = replace(Entry("callback-1", "callback", "t-1", "138", 1.0, 2.0), state=state)
    entry = replace(entry.begun(3.0, "138"), needs=(("zh", 1),))
    assert entries.restored(json.loads(json.dumps(entry.record().snapshot))) == entry


def test_what_is_over_moves_no_more_and_every_other_state_has_a_way_out():
    for state, ways in TRANSITIONS.items():
        assert bool(ways) == (state not in FINAL)


def window(text: str) -> Window:
    span = span_of(text)
    assert span is not None
    return Window.of((span,))
