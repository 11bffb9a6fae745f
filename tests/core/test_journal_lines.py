"""What the journal says of one call, of two agents on one call, and of what a restart repeats."""

from ari_app.core.commands import Write
from ari_app.core.desk_events import AgentAskedPause, AgentFinishedWrapUp
from ari_app.core.events import (
    AsteriskSeen,
    BridgeEntered,
    CallArrived,
    CallerKnown,
    LegDown,
    LegUp,
    PlayEnded,
    PlayStarted,
)
from ari_app.core.journal_lines import Kind, arrived, ended
from ari_app.core.records import CloseCall, Journaled, OpenCall
from ari_app.core.values import BridgeSeen, Caller, History, LegSeen
from tests.core.playbook import SURVEY, Playbook
from tests.core.test_calls import (
    A1,
    BRIDGE,
    LEG,
    P1,
    WANG,
    C,
    in_queue,
    ringing,
    talking,
)


def lines(book: Playbook) -> list[Journaled]:
    """As the database has them: of several lines under one key the first."""
    found: dict[str, Journaled] = {}
    for record in book.written:
        match record:
            case OpenCall():
                record = arrived(record)
            case CloseCall():
                record = ended(record)
        if isinstance(record, Journaled):
            found.setdefault(record.key, record)
    return list(found.values())


def of_call(book: Playbook) -> list[str]:
    return [one.kind for one in lines(book) if one.call_id == C and one.kind != Kind.AGENT_STATE]


def one(book: Playbook, kind: Kind) -> Journaled:
    [found] = [line for line in lines(book) if line.kind == kind]
    return found


def test_a_call_that_is_served_leaves_every_line_once_and_in_order():
    book = talking(Playbook())
    book.after(60.0) >> LegDown(LEG)
    book.pending.clear()
    book >> AgentFinishedWrapUp(WANG)
    assert of_call(book) == [
        "call.arrived", "call.heard", "call.queued", "call.offered", "call.connected",
        "offer.ended", "call.talk_ended", "call.ended", "wrap_up.ended",
    ]  # fmt: skip


def test_the_first_sound_is_the_prompts_start_and_no_later_prompt_counts():
    book = Playbook(ready=False)
    book >> CallArrived(C, Caller("1"), "12345", rang_at=book.now - 0.25)
    book.pending.clear()
    book.now += 0.5
    book >> PlayStarted(P1)
    book.now += 1.0
    book >> PlayStarted(P1)
    heard = one(book, Kind.CALL_HEARD)
    assert (heard.at, heard.data) == (book.now - 1.0, {"by": "prompt", "ring_s": 0.75})


def test_where_no_prompt_is_said_the_music_is_the_first_sound():
    book = in_queue(Playbook(ready=False))
    assert one(book, Kind.CALL_HEARD).data["by"] == "music"


def test_a_caller_who_leaves_while_it_rings_is_journaled_with_the_phase():
    book = ringing(Playbook())
    book >> LegDown(LEG)
    book.pending.clear()
    assert one(book, Kind.OFFER_ENDED).data == {"reason": "caller_left"}
    data = one(book, Kind.CALL_ENDED).data
    assert (data["outcome"], data["phase"]) == ("abandoned_ringing", "offered")
    assert "call.connected" not in of_call(book)


def test_an_offer_that_nobody_answers_names_its_agent_and_queue():
    book = ringing(Playbook())
    book.after(20.0)
    book.pending.clear()
    ended_offer = one(book, Kind.OFFER_ENDED)
    assert (ended_offer.agent_id, ended_offer.queue) == ("wang", "general")
    assert ended_offer.data == {"reason": "no_answer"}


def test_an_agents_states_are_lines_and_a_mere_wish_is_none():
    book = talking(Playbook())
    count = len(lines(book))
    book >> AgentAskedPause(WANG, "meal")
    assert len(lines(book)) == count
    book.after(30.0) >> LegDown(LEG)
    book.pending.clear()
    book.after(30.0)
    moves = [
        (line.data["from"], line.data["to"], line.data["reason"])
        for line in lines(book)
        if line.kind == Kind.AGENT_STATE
    ]
    assert moves[-3:] == [
        ("offered", "talking", ""), ("talking", "wrap_up", ""), ("wrap_up", "paused", "meal"),
    ]  # fmt: skip
    assert one(book, Kind.WRAP_UP_ENDED).data == {"lasted_s": 30.0, "planned_s": 30.0}
    assert one(book, Kind.CALL_TALK_ENDED).data == {"talk_s": 30.0}


def test_a_talk_that_goes_on_into_the_tree_is_ended_for_its_agent_only():
    book = talking(Playbook(tree=SURVEY))
    book.after(10.0) >> LegDown(A1)
    book.pending.clear()
    kinds = of_call(book)
    assert "call.talk_ended" in kinds
    assert "call.ended" not in kinds


def test_the_caller_is_known_by_the_earlier_call_and_not_by_number():
    book = in_queue(Playbook(ready=False))
    earlier = {"call_id": "hotline-0.7", "arrived_at": 5.0}
    book >> CallerKnown(C, History(calls=(earlier,)))
    known = one(book, Kind.CALL_KNOWN)
    assert known.data == {"earlier": 1, "previous": "hotline-0.7", "previous_at": 5.0}
    assert not [line for line in lines(book) if "13800138000" in str(line)]


def test_a_start_says_where_each_agent_was_found_once():
    book = Playbook()
    seen = AsteriskSeen((), (), {})
    book >> seen >> seen
    assert len([line for line in lines(book) if line.kind == Kind.SERVICE_STARTED]) == 1
    [found] = [line for line in lines(book) if line.data.get("from") == ""]
    assert (found.agent_id, found.data["to"]) == ("wang", "ready")


def test_a_talk_found_after_a_gap_begins_with_the_look():
    book = ringing(Playbook())
    legs = (LegSeen(LEG, True), LegSeen(A1, True, WANG))
    book >> AsteriskSeen(legs, (BridgeSeen(BRIDGE, frozenset({LEG, A1})),), {})
    book.pending.clear()
    assert one(book, Kind.CALL_CONNECTED).agent_id == "wang"


def test_the_same_record_always_has_the_same_key():
    book = talking(Playbook())
    again = [Write(line).record for line in lines(book)]
    assert len({line.key for line in again if isinstance(line, Journaled)}) == len(again)


def test_events_of_the_tree_alone_leave_no_agents_line():
    book = in_queue(Playbook(ready=False))
    book >> PlayEnded(P1)
    book >> BridgeEntered(BRIDGE, LEG) >> LegUp(A1)
    book.pending.clear()
    assert of_call(book) == ["call.arrived", "call.heard", "call.queued"]
