"""A caller leaves a message, or is promised a call."""

import pytest

from ari_app.core.agent import AgentState
from ari_app.core.call import Phase
from ari_app.core.commands import (
    CheckRecording,
    DropMessage,
    HangUp,
    Play,
    RecordMessage,
    StartMusic,
    StopMessage,
    StopPlay,
)
from ari_app.core.events import (
    KeyPressed,
    LegDown,
    MessageEnded,
    PlayEnded,
    RecordingChecked,
)
from ari_app.core.records import SaveTicket
from ari_app.core.values import CheckedFile, MessageId, PlayId
from tests.core.playbook import FLOW, KEYS_WHILE_WAITING, Playbook
from tests.core.test_calls import LEG, P1, P2, C, closed, greeted, in_queue

M1 = MessageId(f"{C}.m1")
P3 = PlayId(f"{C}.p3")
RECORD = RecordMessage(LEG, M1, 60.0, 6.0, "#")
GOODBYE = (("goodbye", "zh_CN"),)


def recording(book: Playbook) -> Playbook:
    greeted(book) >> KeyPressed(LEG, "5") << StopPlay(P1)
    book << Play(LEG, P2, (("speak_now", "zh_CN"),))
    return book >> PlayEnded(P2) << RECORD


def thanked(book: Playbook) -> Playbook:
    return recording(book) >> MessageEnded(M1, 12.0) << Play(LEG, P3, GOODBYE)


def test_a_message_is_recorded_and_named_in_the_ticket():
    book = thanked(Playbook())
    book >> PlayEnded(P3) << HangUp(LEG)
    book >> LegDown(LEG) << CheckRecording(C, None, ((M1, 12.0),))
    book.done()
    assert closed(book).outcome == "message_left"
    [file] = closed(book).ticket["recording_ref"]
    assert (file["file"], file["kind"], file["problem"]) == (f"{M1}.wav", "message", "unchecked")
    book >> RecordingChecked(C, None, (CheckedFile(f"{M1}.wav", 11.9, None),))
    [saved] = book.records(SaveTicket)
    assert saved.ticket["recording_ref"] == [
        {"file": f"{M1}.wav", "duration_s": 11.9, "problem": None, "kind": "message"}
    ]


def test_a_caller_who_hangs_up_while_speaking_has_left_a_message():
    """Asterisk tells of the message before it tells that the channel is gone."""
    book = recording(Playbook()) >> MessageEnded(M1, 8.0) << Play(LEG, P3, GOODBYE)
    book >> LegDown(LEG) << CheckRecording(C, None, ((M1, 8.0),))
    book.done()
    assert closed(book).outcome == "message_left"
    assert [row[1:] for row in closed(book).ivr_journal or ()][-2:] == [["message", 8.0], ["left"]]


def test_a_caller_who_is_gone_before_anything_is_told_may_have_left_a_file():
    book = recording(Playbook()) >> LegDown(LEG) << CheckRecording(C, None, ((M1, 0.0),))
    book.done()
    assert closed(book).outcome == "abandoned_in_flow"


@pytest.mark.parametrize("reason", ["nothing_said", "not_recorded"])
def test_when_nothing_is_recorded_the_tree_goes_on_elsewhere(reason):
    book = recording(Playbook(ready=False)) >> MessageEnded(M1, 0.0, ok=False, reason=reason)
    book << StopMessage(M1) << DropMessage(M1) << StartMusic(LEG)
    book.done()
    assert book.engine.call_engine.calls[C].phase is Phase.QUEUED
    book >> LegDown(LEG)
    assert closed(book).outcome == "abandoned_waiting"
    assert "recording_ref" not in closed(book).ticket


def test_a_message_whose_end_is_never_told_is_over_after_its_length_and_a_grace():
    book = recording(Playbook(ready=False))
    book.after(69.9).done()
    book.after(0.2) << StopMessage(M1) << StartMusic(LEG)
    book.done()
    (book >> MessageEnded(M1, 60.0)).done()
    book >> LegDown(LEG) << CheckRecording(C, None, ((M1, 0.0),))


def test_keys_during_a_message_end_it_only_where_asterisk_does_not():
    book = recording(Playbook())
    (book >> KeyPressed(LEG, "#") >> KeyPressed(LEG, "1")).done()
    book = Playbook(tree=FLOW.replace("max_s: 60,", 'max_s: 60, end_key: "1",'))
    greeted(book) >> KeyPressed(LEG, "5") << StopPlay(P1)
    book << Play(LEG, P2, (("speak_now", "zh_CN"),))
    book >> PlayEnded(P2) << RecordMessage(LEG, M1, 60.0, 6.0, "1")
    book >> KeyPressed(LEG, "2") >> KeyPressed(LEG, "1") << StopMessage(M1)
    book.done()


def test_a_callback_is_promised_with_the_place_waited_for():
    book = in_queue(Playbook(ready=False, tree=KEYS_WHILE_WAITING))
    queued_at = book.now
    book.after(40.0) >> KeyPressed(LEG, "8")
    book.pending.clear()
    assert C in book.engine.dispatcher.waiting, "the place is kept while the caller is asked"
    book >> KeyPressed(LEG, "1") << StopPlay(P2) << Play(LEG, P3, GOODBYE)
    book.done()
    assert not book.engine.dispatcher.waiting
    book.after(2.0) >> LegDown(LEG)
    book.done()
    assert closed(book).outcome == "callback_promised"
    owed = {k: v for k, v in closed(book).ticket.items() if k.startswith("callback_")}
    assert owed == {
        "callback_number": "13800138000",
        "callback_queue": "general",
        "callback_needs": [["zh", 1]],
        "callback_priority": 2,
        "callback_queued_at": queued_at,
    }
    assert closed(book).ticket["wait_s"] == 40.0


def test_a_promise_made_while_a_phone_rings_stops_the_phone():
    book = Playbook(tree=KEYS_WHILE_WAITING)
    greeted(book) >> KeyPressed(LEG, "#")
    book.pending.clear()
    assert book.state("wang") is AgentState.OFFERED
    book >> KeyPressed(LEG, "8")
    book.pending.clear()
    book >> KeyPressed(LEG, "1")
    book.pending.clear()
    assert book.state("wang") is AgentState.READY
    assert not book.engine.dispatcher.offers
