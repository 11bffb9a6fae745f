"""What a desk shows of the call in hand, again and again after each reload."""

from ari_app.core.commands import Connect, MuteRecording, StopMusic
from ari_app.core.desk_events import RecordingAsked
from ari_app.core.desk_view import directory, dressed, own_row, queue_labels
from ari_app.core.events import BridgeEntered, CallerKnown, LegUp, RecordingMuted
from ari_app.core.values import Centre, History, QueueName, QueueProfile
from ari_app.core.world import Listed, OutsideNumber, World, number_key
from tests.core.playbook import Playbook
from tests.core.test_calls import A1, BRIDGE, LEG, WANG, C, ringing, talking

CALLER = "13800138000"


def listed(book: Playbook, **lists: str) -> None:
    entries = {name: {number_key(CALLER): Listed(reason)} for name, reason in lists.items()}
    book.engine.facts.world = World(**entries)  # type: ignore[arg-type]


def test_a_pop_has_marks_and_the_way_in_words():
    book = ringing(Playbook())
    listed(book, vip="市应急指挥中心", nuisance="多次骚扰")
    book >> CallerKnown(C, History(calls=({"call_id": "x"},), tickets=()))
    shown = dressed(book.engine, book.engine.offer(WANG) or {}, book.now)
    assert shown["marks"] == [
        {"mark": "vip", "reason": "市应急指挥中心"},
        {"mark": "nuisance", "reason": "多次骚扰"},
        {"mark": "repeat", "reason": "1"},
    ]
    assert shown["path_words"]["zh"][-1] == "综合队列"


def test_a_pop_of_a_call_that_is_gone_stays_as_it_was():
    assert dressed(Playbook().engine, {"call": "gone"}, 0.0) == {"call": "gone"}


def test_the_card_stays_while_the_agent_talks():
    book = ringing(Playbook())
    assert own_row(book.engine, WANG, book.now)["card"] is None
    book = talking(Playbook())
    row = own_row(book.engine, WANG, book.now)
    assert row is not None
    assert row["card"]["caller"]["number"] == CALLER
    assert (row["talk"], row["recording"]["state"], row["is_third"]) == (
        "talking",
        "recording",
        False,
    )
    assert own_row(book.engine, "ghost", book.now) is None


def test_how_long_the_citizen_waited_is_seen_again():
    book = ringing(Playbook()).after(4.0)
    book >> LegUp(A1) << StopMusic(LEG) << Connect(BRIDGE, (LEG, A1))
    book >> BridgeEntered(BRIDGE, LEG) >> BridgeEntered(BRIDGE, A1)
    shown = own_row(book.engine, WANG, book.after(60.0).now)
    assert shown is not None
    assert shown["card"]["waited_s"] == 4.0


def test_a_paused_recording_is_seen_again():
    book = talking(Playbook())
    book >> RecordingAsked(WANG, C, pause=True) << MuteRecording(C, True)
    book >> RecordingMuted(C, is_muted=True, ok=True)
    shown = own_row(book.engine, WANG, book.now)["recording"]
    assert shown["state"] == "paused"
    assert shown["until"] > book.now


def test_numbers_that_cannot_be_called_are_shown_as_such():
    book = Playbook()
    number = OutsideNumber("110", "公安报警", "emergency", 60.0)
    book.engine.facts.world = World(numbers={"110": number, "999": number})
    shown = directory(book.engine)
    assert [one["can_be_called"] for one in shown["numbers"]] == [True, False]
    assert shown["queues"] == ["general"]


def test_every_queue_has_a_name_for_people_or_its_own():
    night = QueueProfile(QueueName("night"), label="夜间值班")
    general = QueueProfile(QueueName("general"))
    shown = queue_labels(Centre({}, {night.name: night, general.name: general}))
    assert shown == {"general": "general", "night": "夜间值班"}
