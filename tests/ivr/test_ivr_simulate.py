"""One call on a virtual clock: what is heard, when things happen, how it ends."""

from pathlib import Path

import pytest

import ivr
from ivr.play.cases import Case
from ivr.play.cover import coverage
from ivr.play.simulate import LONGEST_CALL_S, Player
from ivr.play.telling import told
from ivr.play.trace import Trace
from ivr.play.trial import play
from ivr.play.world import MessagePlan, QueuePlan, TransferPlan, World

HOTLINE = Path(__file__).parent / "trees" / "hotline.yaml"
MENU_S = 9 * 2.0


def loaded(text: str) -> ivr.Flow:
    found = ivr.load(text, "flow.yaml")
    assert isinstance(found, ivr.Flow), found
    return found


def main_flow() -> ivr.Flow:
    return loaded(HOTLINE.read_text(encoding="utf-8"))


def two_seconds(prompt: ivr.Prompt) -> float:
    return 2.0


def player(flow: ivr.Flow | None = None, **world: object) -> Player:
    return Player(flow or main_flow(), two_seconds, world=World(**world))  # type: ignore[arg-type]


def heard(trace: Trace) -> list[tuple[str, float]]:
    return [(one.prompt.id, one.heard_s) for one in trace.heard]


TREE = """
flow: main
start: hello
last_resort: person
after_talk: content
nodes:
  hello: {type: say, prompts: [notice_greeting], next: choose}
  choose:
    type: menu
    prompts: [menu_zh]
    keys: {1: number, 2: talk, 3: note, 4: person}
    on_no_key: {say: [wrong_key], next: person}
  number:
    {type: collect, prompts: [please_hold], field: case_number, max_digits: 3, next: person}
  talk: {type: transfer, to: "110", ring_s: 20, on_busy: person, on_no_answer: note}
  note: {type: message, prompts: [please_hold], max_s: 30, next: bye, on_failure: person}
  content: {type: survey, prompts: [sorry_try_again], next: bye}
  bye: {type: hangup, prompts: [goodbye]}
  person:
    type: queue
    queue: general
    prompts: [connecting]
    announce: {every_s: 10, prompts: [please_hold]}
"""


def test_a_caller_who_presses_nothing_hears_everything_and_waits_in_mandarin() -> None:
    trace = player().finish()
    assert (trace.end, trace.queued_at, trace.keys) == ("queued", MENU_S + 2, "")
    assert heard(trace)[0] == ("notice_greeting", 2.0)
    assert heard(trace)[-1] == ("connecting", 2.0)
    assert trace.nodes == ("welcome", "mandarin", "mandarin_desk")


def test_a_key_cuts_the_prompt_where_it_is_and_the_rest_is_not_heard() -> None:
    call = player()
    call.wait(3.5)
    call.press("3")
    trace = call.finish()
    assert heard(trace) == [("notice_greeting", 2.0), ("menu_zh", 1.5), ("connecting", 2.0)]
    assert (trace.keys, trace.state.language, trace.person_s) == ("3", "en", 3.5)


def test_an_agent_answers_so_long_after_the_first_queue_and_the_place_is_kept() -> None:
    call = player(queue=QueuePlan(answers_after_s=50))
    call.press("3")
    trace = call.finish()
    assert (trace.end, trace.answered_at) == ("connected", 50)
    assert trace.nodes[-1] == "no_speaker_free"


def test_an_agent_who_is_free_cuts_the_prompt_of_the_queue_short() -> None:
    call = player(queue=QueuePlan(answers_after_s=0.5))
    call.press("3")
    assert heard(call.finish()) == [("connecting", 0.5)]


def test_a_queue_that_refuses_is_asked_again_until_it_takes_the_caller() -> None:
    call = player(queue=QueuePlan(fails="full"))
    call.press("0")
    call.wait(12)
    call.world.queue = QueuePlan(answers_after_s=1)
    call.apply_world()
    assert call.finish().end == "connected"


def test_a_queue_that_refuses_for_ever_is_told_as_endless() -> None:
    call = player(queue=QueuePlan(fails="full"))
    trace = call.finish()
    assert trace.end == "endless"
    assert trace.ended_at <= LONGEST_CALL_S + 10


def test_only_the_named_queue_refuses() -> None:
    call = player(queue=QueuePlan(fails="closed", only="urgent"))
    call.press("9")
    trace = call.finish()
    assert trace.queue == ivr.ToQueue("general", (), 9)


@pytest.mark.parametrize(
    ("result", "end", "last"),
    [
        ("answered", "transferred", "talk"),
        ("busy", "queued", "person"),
        ("no_answer", "finished", "bye"),
        ("failed", "queued", "person"),
    ],
)
def test_an_outside_number_answers_as_the_world_says(result: str, end: str, last: str) -> None:
    call = player(loaded(TREE), transfers=(TransferPlan(result),))  # type: ignore[arg-type]
    call.wait(2.5)
    call.press("2")
    trace = call.finish()
    assert (trace.end, trace.nodes[-1]) == (end, last)


def test_no_answer_takes_as_long_as_it_may_ring() -> None:
    call = player(loaded(TREE), transfers=(TransferPlan("no_answer"),))
    call.wait(2)
    call.press("2")
    call.run_while(lambda one: one.state.node == "talk")
    assert call.now == 22


def test_a_message_lasts_as_long_as_the_caller_speaks_but_not_longer_than_it_may() -> None:
    for seconds, taken in ((5.0, 5.0), (500.0, 30.0)):
        call = player(loaded(TREE), message=MessagePlan(seconds))
        call.wait(2)
        call.press("3")
        trace = call.finish()
        assert ivr.MessageTaken(taken) in [entry.thing for entry in trace.log]
        assert trace.end == "finished"


def test_after_a_talk_that_the_agent_ended_the_survey_is_asked() -> None:
    call = player(loaded(TREE), queue=QueuePlan(answers_after_s=5, talk_s=60))
    call.wait(2)
    call.press("4")
    call.wait(30)
    call.press("9")
    call.run_while(lambda one: one.state.node != "content")
    call.press("5")
    trace = call.finish()
    assert dict(trace.state.fields) == {"survey_score": "5"}
    assert (trace.end, trace.answered_at) == ("finished", 7)


def test_digits_are_collected_and_prompts_while_waiting_are_said_at_their_time() -> None:
    call = player(loaded(TREE), queue=QueuePlan(answers_after_s=25))
    call.wait(2)
    call.press("1")
    for digit in "110":
        call.press(digit)
    trace = call.finish()
    assert dict(trace.state.fields) == {"case_number": "110"}
    assert [one.at for one in trace.heard if one.prompt.id == "please_hold"] == [12.0, 22.0]


def test_a_prompt_that_breaks_off_goes_where_the_tree_says() -> None:
    case = Case.model_validate({"steps": [{"prompt_fails": True}], "expect": {}})
    assert play(case, main_flow(), two_seconds).nodes[:2] == ("welcome", "mandarin")
    mute = Case.model_validate({"steps": [{"prompt_fails": "menu_th"}], "expect": {}})
    assert play(mute, main_flow(), two_seconds).nodes[:2] == ("welcome", "mandarin")


def test_whether_a_key_is_taken_is_asked_without_pressing_it() -> None:
    call = player(loaded(TREE))
    assert not call.takes("1")
    call.wait(2)
    before = len(call.log)
    assert call.takes("1")
    assert call.takes("7")
    assert len(call.log) == before


def test_a_way_of_hundreds_of_nodes_is_traced_whole() -> None:
    call = player()
    for _ in range(100):
        call.press("*")
        call.hang_up()
    ring = loaded(
        TREE.replace("4: person}", '4: hello, "*": hello}').replace(
            "next: bye}\n  bye", "next: person}\n  bye"
        )
    )
    call = player(ring)
    for _ in range(100):
        call.run_while(lambda one: not one.takes("4"))
        call.press("4")
    trace = call.finish()
    assert trace.nodes[:201] == ("hello", "choose") * 100 + ("hello",)
    assert trace.keys == "4" * 100


def test_the_log_reads_as_a_story() -> None:
    call = player(queue=QueuePlan(answers_after_s=1))
    call.press("9")
    lines = list(told(call.finish()))
    assert lines[-3:] == [
        "    0.0 s  urgent               queue urgent, priority 9",
        "    1.0 s  urgent               answered by urgent",
        "    1.0 s  urgent               the call is over: connected",
    ]


def test_coverage_counts_nodes_ways_keys_and_prompts() -> None:
    call = player()
    call.press("3")
    flow = main_flow()
    found = coverage({"main": flow}, [("main", call.finish())])
    assert found.count("node") == (3, 19)
    assert found.count("key")[0] == 1
    assert [item.name for item in found.missing("edge") if item.node == "english"] == []
    assert "keys.3" not in [item.name for item in found.missing("edge")]
    assert "prompts" not in found.missing("prompt")


def test_a_way_by_failure_is_not_exercised_by_a_key_to_the_same_node() -> None:
    call = player()
    call.press("1")
    missing = coverage({"main": main_flow()}, [("main", call.finish())]).missing("edge")
    ways = {item.name for item in missing if item.node == "welcome" and item.to == "mandarin"}
    assert ways == {"on_failure", "on_no_key.next", "on_wrong_key.next"}
