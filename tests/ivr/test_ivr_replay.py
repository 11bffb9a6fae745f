"""Journaled calls made once more: as recorded in their own tree, plausibly in another."""

from pathlib import Path

import pytest
from journal_maker import GOLDEN, JOURNALS, golden_flow, made_calls, two_seconds
from test_ivr_simulate import loaded

import ivr
from ivr.play.compare import Comparison, by_keys, by_way, compare, destination, key_row
from ivr.play.journal import Record, read_records, written
from ivr.play.masking import without_typed_numbers
from ivr.play.replay import Replayed, replay, replay_like
from ivr.problems import Problem

TREE = """
flow: main
start: hello
last_resort: person
nodes:
  hello: {type: say, prompts: [notice_greeting], next: choose}
  choose:
    type: menu
    prompts: [menu_zh, menu_en]
    keys: {1: person, 3: english}
    first_key_s: 4
    on_no_key: {say: [wrong_key], next: person}
    on_wrong_key: {say: [wrong_key], next: person}
  english: {type: queue, queue: enterprise, max_wait_s: 30, on_timeout: person}
  person: {type: queue, queue: general}
"""
LONGER = TREE.replace("prompts: [notice_greeting]", "prompts: [notice_greeting, please_hold]")
QUICK = TREE.replace("first_key_s: 4", "first_key_s: 1")


def record(*journal: tuple[object, ...], **more: object) -> Record:
    return Record(call="c1", arrived_at=0.0, journal=journal, **more)  # type: ignore[arg-type]


def both(call: Record, after: str, before: str = TREE) -> tuple[Replayed, Replayed]:
    first = replay(call, loaded(before), two_seconds)
    return first, replay_like(first, call, loaded(after), two_seconds)


def golden() -> list[Record]:
    found = list(read_records(GOLDEN.read_text(encoding="utf-8").splitlines(), str(GOLDEN)))
    assert all(isinstance(one, Record) for one in found)
    return found  # type: ignore[return-value]


def trees(which: str) -> ivr.Trees:
    found = ivr.load_trees({"main.yaml": (JOURNALS / which / "main.yaml").read_bytes()})
    assert isinstance(found, ivr.Trees)
    return found


def compared(before: str, after: str) -> Comparison:
    return compare(golden(), trees(before), trees(after), two_seconds, two_seconds)


def test_the_golden_journal_is_what_its_maker_makes() -> None:
    made = [written(one) for one in made_calls(golden_flow("before"), 300)]
    assert GOLDEN.read_text(encoding="utf-8").splitlines() == made


def test_every_golden_call_goes_as_recorded_in_the_tree_of_the_time() -> None:
    for call in golden():
        made = replay(call, golden_flow("before"), two_seconds)
        rows = [row for row in call.happened() if row[1] != "fact"]
        queued = [str(values[0]) for _, kind, values in rows if kind == "queued"]
        assert (made.trace.queue.queue if made.trace.queue else None) == (queued or [None])[-1]
        answered = [at for at, kind, _ in rows if kind == "connected"]
        assert answered == [] or made.trace.answered_at == pytest.approx(answered[0], abs=0.6)
        assert made.missing == frozenset()


def test_the_same_trees_change_nothing() -> None:
    found = compared("before", "before")
    assert (found.calls, found.changes, found.unlike_record, found.missing) == (300, [], [], {})


def test_the_proposed_trees_move_exactly_the_calls_of_the_moved_menu_and_the_new_desk() -> None:
    found = compared("before", "after")
    moved = found.moved()
    assert len(moved) == 92
    assert [(one.name, one.calls) for one in by_keys(moved)] == [
        ("1-2", 41),
        ("9 digits", 21),
        ("1-1", 16),
        ("8-1-1", 14),
    ]
    assert [(one.name, one.calls) for one in by_way(moved)][:3] == [
        ("queue general, needs zh: 2 -> queue enterprise, needs enterprise: 1", 39),
        ("queue enterprise, needs enterprise: 1 -> queue general, needs zh: 2", 29),
        ("queue general, priority 2 -> queue enterprise, priority 2", 19),
    ]


def test_a_longer_greeting_lets_everybody_wait_as_much_longer_and_nobody_go_astray() -> None:
    slower = compared("before", "after").slower(1.0)
    assert len(slower) > 200
    assert all(one.grows_s == pytest.approx(2.0, abs=0.6) for one in slower)


def test_a_fact_that_only_the_proposed_trees_ask_is_reported_and_counts_as_unknown() -> None:
    assert compared("before", "after").missing == {"schedule.office": 282}


def test_a_key_is_pressed_as_long_after_the_same_menu_began() -> None:
    first, second = both(record((4.5, "key", "3"), (4.5, "queued", "enterprise")), LONGER)
    assert (first.trace.queued_at, second.trace.queued_at) == (4.5, 6.5)
    assert destination(second.trace) == "queue enterprise"


def test_a_key_pressed_in_silence_is_pressed_as_long_after_the_last_word() -> None:
    longer_menu = TREE.replace("[menu_zh, menu_en]", "[menu_zh, menu_en, menu_th]")
    _, second = both(record((8.5, "key", "3"), (8.5, "queued", "enterprise")), longer_menu)
    assert second.trace.queued_at == 10.5


def test_who_needed_longer_than_the_new_menu_waits_comes_too_late() -> None:
    quick = QUICK.replace("say: [wrong_key], ", "")
    _, second = both(record((8.5, "key", "3"), (8.5, "queued", "enterprise")), quick)
    assert (destination(second.trace), second.trace.queued_at) == ("queue general", 7)


def test_a_key_of_the_second_round_is_pressed_in_the_second_round() -> None:
    call = record((12.5, "key", "3"), (12.5, "queued", "enterprise"))
    first, second = both(call, LONGER)
    assert first.paces[0].occasion == 2
    assert (first.trace.queued_at, second.trace.queued_at) == (12.5, 14.5)


def test_a_key_that_meant_nothing_is_not_saved_up_for_a_menu() -> None:
    call = record((1.0, "key", "3"), (20.0, "queued", "general"))
    first, second = both(call, LONGER)
    assert first.paces[0].occasion == 0
    assert destination(second.trace) == "queue general"


def test_a_key_for_which_there_is_no_menu_any_more_is_not_pressed() -> None:
    none = TREE.replace("next: choose}", "next: person}").split("  choose:")
    flat = none[0] + "  person:" + none[1].split("  person:")[1]
    _, second = both(record((4.5, "key", "3"), (4.5, "queued", "enterprise")), flat)
    assert (second.trace.keys, destination(second.trace)) == ("", "queue general")


def test_who_pressed_at_the_last_moment_is_not_late_because_a_real_prompt_began_later() -> None:
    made = replay(
        record((10.3, "key", "1"), (10.3, "queued", "general")), loaded(TREE), two_seconds
    )
    assert made.trace.heard[-1].prompt.id == "menu_en"


def test_who_gave_up_waiting_waits_as_long_in_the_other_tree() -> None:
    call = record((4.5, "key", "3"), (4.5, "queued", "enterprise"), (44.5, "left"))
    first, second = both(call, LONGER)
    assert (first.trace.ended_at, second.trace.ended_at) == (44.5, 46.5)
    assert destination(second.trace) == "left waiting: queue general"


def test_who_gave_up_while_the_tree_spoke_gives_up_after_as_many_seconds() -> None:
    _, second = both(record((5.0, "left")), LONGER)
    assert second.trace.ended_at == 5.0
    assert destination(second.trace) == "left before a person was asked for"


def test_the_wait_for_an_agent_is_kept_across_queues() -> None:
    call = record((4.5, "key", "3"), (4.5, "queued", "enterprise"), (44.5, "connected"))
    first, second = both(call, LONGER)
    assert (first.trace.answered_at, second.trace.answered_at) == (44.5, 46.5)
    assert destination(first.trace) == destination(second.trace) == "queue general"


def test_a_transfer_that_was_answered_and_ended_is_one_transfer() -> None:
    tree = TREE.replace(
        "  english: {",
        """  english: {type: transfer, to: "110", next: hello}
  unused: {""",
    ).replace("keys: {1: person", "keys: {1: person, 2: unused")
    call = record([0.5, "key", "3"], [2.5, "transfer", "answered"], [9.5, "transfer", "ended"])
    played = replay(call, loaded(tree), two_seconds)
    assert [plan.talk_s for plan in played.plan.transfers] == [7.0]
    assert played.trace.nodes[-1] == "person", "the caller came back and waited for a person"


def test_kinds_and_fields_that_are_not_known_are_passed_over() -> None:
    line = '{"call":"a","arrived_at":1,"journal":[[1,"weather","fine"],[2.5,"key","1"]],"new":1}'
    (found,) = read_records([line, ""], "day.jsonl")
    assert isinstance(found, Record)
    assert [kind for _, kind, _ in found.happened()] == ["weather", "key"]
    assert replay(found, loaded(TREE), two_seconds).trace.end == "queued"


@pytest.mark.parametrize(
    "line",
    ["{", "[]", "7", '{"call":"a"}', '{"call":"a","arrived_at":1,"journal":[[1]]}', "\x00", '"é"'],
)
def test_a_line_that_is_no_call_is_named(line: str) -> None:
    (problem,) = read_records([line], "day.jsonl")
    assert isinstance(problem, Problem)
    assert (problem.file, problem.line, problem.code) == ("day.jsonl", 1, "E109")


NUMBER = """
flow: main
start: choose
last_resort: person
nodes:
  choose: {type: menu, prompts: [menu_zh], keys: {4: number}}
  number: {type: collect, prompts: [menu_en], field: id_number, max_digits: 18, next: person}
  person: {type: queue, queue: general, prompts: [connecting]}
"""


def test_digits_typed_into_a_number_are_masked_and_the_menus_key_before_them_stays() -> None:
    keys = [(1.0 + at / 2, "key", digit) for at, digit in enumerate("4110101*1234#")]
    talk = ((7.0, "queued", "general"), (9.0, "connected"), (10.0, "key", "7"))
    call = record(*keys, *talk, queue="general")
    masked = without_typed_numbers(call, loaded(NUMBER), two_seconds)
    assert "".join(str(row[2]) for row in masked.journal if row[1] == "key") == "4000000*0000#0"
    before, after = (replay(one, loaded(NUMBER), two_seconds) for one in (call, masked))
    assert destination(before.trace) == destination(after.trace)
    assert dict(after.trace.state.fields) == {"id_number": "0000"}


def test_without_its_tree_a_call_loses_every_digit_of_a_long_row() -> None:
    keys = [(1.0 + at / 2, "key", digit) for at, digit in enumerate("13812345678#")]
    masked = without_typed_numbers(record(*keys, (30.0, "key", "2")))
    assert [row[2] for row in masked.journal] == [*"00000000000", "#", "2"]
    short = record((1.0, "key", "1"), (2.0, "key", "2"), (3.0, "key", "3"))
    assert without_typed_numbers(short) == short


def test_a_call_that_its_tree_does_not_explain_is_masked_as_if_there_were_none() -> None:
    keys = [(1.0 + at / 2, "key", digit) for at, digit in enumerate("138123456")]
    call = record(*keys, (9.0, "queued", "general"), queue="general")
    other = loaded(TREE.replace("queue: general", "queue: urgent"))
    masked = without_typed_numbers(call, other, two_seconds)
    assert {row[2] for row in masked.journal if row[1] == "key"} == {"0"}


def test_typed_numbers_are_not_told_in_tables() -> None:
    assert key_row("41*13812345678#2") == "4-1-*-11 digits-#-2"
    assert key_row("") == "none"


def test_what_is_written_is_read(tmp_path: Path) -> None:
    calls = golden()[:20]
    assert list(read_records(map(written, calls), "x")) == calls
