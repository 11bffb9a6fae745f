"""Hot reload under live calls: each finishes on the version with which it began."""

from dataclasses import replace

import pytest

import ivr
from ari_app.core.call import Phase, snapshot
from ari_app.core.call_restored import restored
from ari_app.core.call_tree import PLAY_GRACE_S, PLAY_SLOWEST
from ari_app.core.commands import Play
from ari_app.core.emergency import Emergency
from ari_app.core.events import (
    CallArrived,
    EmergencyChanged,
    Event,
    KeyPressed,
    LegDown,
    PlayEnded,
    TreesChanged,
)
from ari_app.core.records import CloseCall, OpenCall, SaveCall
from ari_app.core.rollout import Bounds, Canary, Rollout
from ari_app.core.values import Caller, CallId, LegId, PlayId
from ari_app.core.versions import Version
from tests.core.playbook import FLOW, Playbook


class Two(Playbook):
    """A playbook in which commands nobody asks about are dropped."""

    def feed(self, *events: Event) -> "Two":
        for event in events:
            self.pending.clear()
            self >> event
        return self

    def said(self) -> list[str]:
        return [name for one in self.pending if isinstance(one, Play) for name, _ in one.prompts]


def version(number: int, text: str = FLOW) -> Version:
    trees = ivr.load_trees({"main.yaml": text.replace("flow: test", "flow: main")})
    assert isinstance(trees, ivr.Trees), trees
    return Version(number, f"{number}" * 64, trees)


NEW = FLOW.replace("greeting", "new_greeting").replace("no_speaker", "new_sorry")


def call_id(number: int) -> CallId:
    return CallId(f"hotline-1763915000.{number}")


def arrives(number: int, dialled: str = "12345") -> CallArrived:
    return CallArrived(call_id(number), Caller("13800138000"), dialled)


def begun() -> Two:
    """Version 1 in service."""
    return Two().feed(TreesChanged(Rollout(1), {1: version(1)}))


def test_a_call_finishes_on_the_version_with_which_it_began():
    book = begun().feed(arrives(1))
    assert book.said() == ["greeting"]
    book.feed(TreesChanged(Rollout(2), {2: version(2, NEW)}))
    # The same key leads on in the old tree: English desk, nobody there, the old words.
    book.feed(KeyPressed(LegId(call_id(1)), "3"))
    book.pending.clear()
    book.after(46.0)
    assert book.said() == ["no_speaker"]
    book.feed(arrives(2))
    assert book.said() == ["new_greeting"]


def test_each_ticket_names_the_version_of_its_call():
    book = begun().feed(arrives(1), TreesChanged(Rollout(2), {2: version(2, NEW)}), arrives(2))
    book.feed(LegDown(LegId(call_id(1))), LegDown(LegId(call_id(2))))
    opened = {one.call_id: one.tree_version for one in book.records(OpenCall)}
    closed = {one.call_id: one.ticket["tree_version"] for one in book.records(CloseCall)}
    assert opened == closed == {call_id(1): "1-11111111", call_id(2): "2-22222222"}


def test_a_version_stays_loaded_until_its_last_call_has_ended():
    book = begun().feed(arrives(1), arrives(2), TreesChanged(Rollout(2), {2: version(2, NEW)}))
    shelf = book.engine.call_engine.shelf
    assert shelf.numbers == {1, 2}
    book.feed(LegDown(LegId(call_id(1))))
    assert shelf.numbers == {1, 2}
    book.feed(LegDown(LegId(call_id(2))))
    assert shelf.numbers == {2}


def test_a_version_nobody_uses_is_let_go_at_once():
    book = begun().feed(TreesChanged(Rollout(2), {2: version(2, NEW)}))
    assert book.engine.call_engine.shelf.numbers == {2}


def test_calls_flow_on_while_versions_flip_under_them():
    book = begun()
    for number in range(1, 40):
        book.feed(arrives(number))
        expected = "greeting" if number % 2 else "new_greeting"
        assert book.said() == [expected]
        following = number + 1
        text = FLOW if following % 2 else NEW
        book.feed(TreesChanged(Rollout(following), {following: version(following, text)}))
    for number in range(1, 40):
        call = book.engine.call_engine.calls[call_id(number)]
        assert call.tree
        assert call.tree.version == number
        book.feed(KeyPressed(LegId(call_id(number)), "0"))
        assert book.engine.call_engine.calls[call_id(number)].queue == "general"


def test_a_restored_call_keeps_its_version_and_one_whose_version_is_gone_goes_on_with_the_stable():
    book = begun().feed(arrives(1))
    call = book.engine.call_engine.calls[call_id(1)]
    saved = snapshot(call)
    again = restored(call.call_id, "1", "12345", call.arrived_at, Phase.IN_FLOW.value, saved)
    assert again.tree == call.tree
    shelf = book.engine.call_engine.shelf
    assert shelf.flow_of(again)[0] is again
    assert again.tree is not None
    gone = replace(again, tree=replace(again.tree, version=77, label="77-x"))
    moved, flow = shelf.flow_of(gone)
    assert (moved.tree, flow.flow) == (call.tree, "main")


def test_a_call_of_before_there_were_versions_goes_on_with_the_stable():
    book = begun().feed(arrives(1))
    call = book.engine.call_engine.calls[call_id(1)]
    saved = {name: value for name, value in snapshot(call).items() if name != "tree"}
    old = restored(call.call_id, "1", "12345", call.arrived_at, Phase.IN_FLOW.value, saved)
    assert old.tree is None
    moved, _ = book.engine.call_engine.shelf.flow_of(old)
    assert moved.tree == call.tree


def trial(bounds: Bounds | None = None, percent: float = 0.0, *numbers: str) -> Two:
    canary = Canary(2, percent, frozenset(numbers), bounds or Bounds())
    return begun().feed(TreesChanged(Rollout(1, canary), {2: version(2, NEW)}))


def test_a_canary_serves_the_number_it_is_tried_on_and_no_other():
    book = trial(None, 0.0, "12315").feed(arrives(1, "12315"))
    assert book.said() == ["new_greeting"]
    book.feed(arrives(2, "12345"))
    assert book.said() == ["greeting"]


def test_a_canary_whose_callers_hang_up_in_the_tree_is_rolled_back_by_itself():
    book = trial(Bounds(abandoned=0.5, min_calls=4), 100.0)
    for number in range(1, 4):
        book.feed(arrives(number))
        assert book.said() == ["new_greeting"]
        book.feed(LegDown(LegId(call_id(number))))
    rollout = book.engine.call_engine.shelf.rollout
    assert (rollout.canary, rollout.stopped) == (None, "3 of 3 callers hung up in the tree")
    book.feed(arrives(9))
    assert book.said() == ["greeting"]


def test_a_caller_who_reached_a_queue_did_not_give_the_tree_up():
    book = trial(Bounds(abandoned=0.0, min_calls=1), 100.0)
    for number in range(1, 20):
        key = KeyPressed(LegId(call_id(number)), "0")
        book.feed(arrives(number), key, LegDown(LegId(call_id(number))))
    rollout = book.engine.call_engine.shelf.rollout
    assert rollout.canary is not None
    assert (rollout.of_canary.through, rollout.of_canary.abandoned) == (19, 0)


def test_a_long_talk_does_not_make_early_hang_ups_look_like_everybody():
    book = trial(Bounds(abandoned=0.4, min_calls=2), 100.0)
    for number in range(1, 5):
        book.feed(arrives(number), KeyPressed(LegId(call_id(number)), "0"))
    for number in range(5, 7):
        book.feed(arrives(number), LegDown(LegId(call_id(number))))
    assert book.engine.call_engine.shelf.rollout.canary is not None


def test_a_canary_whose_prompts_cannot_be_heard_is_rolled_back_while_its_call_goes_on():
    book = trial(Bounds(errors=0.0, min_calls=1), 100.0).feed(arrives(1))
    book.pending.clear()
    book.after(3.0 * PLAY_SLOWEST + PLAY_GRACE_S + 0.1)
    rollout = book.engine.call_engine.shelf.rollout
    assert (rollout.canary, rollout.stopped) == (None, "1 of 1 calls met an error")
    call = book.engine.call_engine.calls[call_id(1)]
    assert call.tree
    assert call.tree.version == 2
    book.feed(KeyPressed(LegId(call_id(1)), "0"))
    assert book.engine.call_engine.calls[call_id(1)].queue == "general"


def test_an_error_counts_once_a_call_and_a_step_that_raised_is_one():
    book = trial(Bounds(errors=1.0, min_calls=100), 100.0).feed(arrives(1), arrives(2))
    for _ in range(3):
        book.engine.failed(KeyPressed(LegId(call_id(1)), "1"))
    book.engine.failed(arrives(3))
    assert book.engine.call_engine.shelf.rollout.of_canary.erred == 1


def test_the_emergency_announcement_is_said_first_until_its_time_has_come():
    book = begun()
    book.feed(EmergencyChanged(Emergency("typhoon", book.now + 60.0, book.now, "boss")))
    book.feed(arrives(1))
    assert book.said() == ["typhoon", "greeting"]
    book.pending.clear()
    book.feed(PlayEnded(PlayId(f"{call_id(1)}.p1")))
    book.pending.clear()
    book.after(61.0)
    book.feed(arrives(2))
    assert book.said() == ["greeting"]


def test_the_emergency_announcement_can_be_switched_off():
    book = begun()
    book.feed(EmergencyChanged(Emergency("typhoon", book.now + 60.0, book.now, "boss")))
    book.feed(EmergencyChanged(None), arrives(1))
    assert book.said() == ["greeting"]


@pytest.mark.parametrize("flip", [True, False])
def test_what_is_saved_of_a_call_names_its_tree(flip: bool):
    book = begun().feed(arrives(1))
    if flip:
        book.feed(TreesChanged(Rollout(2), {2: version(2, NEW)}))
    book.feed(KeyPressed(LegId(call_id(1)), "3"))
    saved = book.records(SaveCall)[-1]
    assert isinstance(saved, SaveCall)
    assert saved.snapshot["tree"] == [1, "main", "1-11111111"]
