"""What a board shows: instants instead of lengths, masked numbers, the same row while nothing
happens."""

from ari_app.core.board_view import BoardView, Floor, Sections
from ari_app.core.commands import Command
from ari_app.core.engine import Engine
from ari_app.core.events import CallArrived, KeyPressed
from ari_app.core.values import Caller, CallId, LegId
from tests.core import test_monitor
from tests.core.playbook import Playbook

CALL = CallId("hotline-1763915000.12")


def waiting(play: Playbook) -> None:
    play >> CallArrived(CALL, Caller("13800138000", "张", "北京市"), "12345")
    play.pending.clear()
    play >> KeyPressed(LegId(CALL), "0")
    play.pending.clear()


def board_of(engine: Engine, view: BoardView | None = None) -> Sections:
    calls = engine.call_engine.calls
    floor = Floor(engine.dispatcher, calls, engine.monitor, engine.emergency)
    return (view or BoardView()).sections(floor)


def test_a_caller_who_waits_is_in_the_queue_with_the_instant_and_a_masked_number() -> None:
    play = Playbook({})
    waiting(play)
    board = board_of(play.engine)
    call = board["calls"][CALL]
    assert isinstance(call, dict)
    assert (call["phase"], call["caller"], call["region"]) == ("queued", "138****8000", "北京市")
    queue = board["queues"]["general"]
    assert isinstance(queue, dict)
    assert (queue["waiting"], queue["oldest_at"]) == (1, call["queued_at"])
    assert "13800138000" not in repr(board)


def test_a_row_is_the_same_object_until_something_happens_to_it() -> None:
    play = Playbook({"wang": {"zh": 5}, "li": {"en": 1}})
    view = BoardView()
    before = board_of(play.engine, view)
    waiting(play)
    after = board_of(play.engine, view)
    assert after["agents"]["li"] is before["agents"]["li"]
    assert after["agents"]["wang"] != before["agents"]["wang"]
    assert board_of(play.engine, view) == after


def test_whoever_is_signed_out_is_counted_and_not_shown() -> None:
    play = Playbook({"wang": {"zh": 5}}, ready=False)
    board = board_of(play.engine)
    assert board["agents"] == {}
    assert board["moment"]["agents"] == {"known": 1, "there": 0}


def test_a_supervisor_in_a_talk_is_shown_with_it() -> None:
    one = test_monitor.at("listen")
    [row] = board_of(one.play.engine)["supervisions"].values()
    assert isinstance(row, dict)
    assert (row["how"], row["at"]) == ("listen", "in")
    commands: list[Command] = one.play.pending
    assert commands == []
