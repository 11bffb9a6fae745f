"""Who sees what of a ticket."""

import pytest

from ari_app.db.models import Ticket
from ari_app.tickets.masking import (
    CALLERS_OWN,
    FOR_UNITS,
    PERSONAL,
    for_city,
    for_reader,
    mask_number,
    outgoing,
)

TICKET = {
    "ticket_id": "t-1", "caller_number": "13800138000", "caller_name": "王小明",
    "caller_address": "人民路1号", "matter_address": "解放路2号", "matter_cause": "路灯不亮",
    "case_type": "求助", "agent_id": "1001", "recording_ref": ["a.wav"], "audit": [{"by": "1001"}],
    "callback_number": "13900139000", "confidential": None,
}  # fmt: skip


def test_a_unit_sees_the_matter_and_no_more_of_the_citizen_than_it_needs():
    left = outgoing(TICKET, frozenset({"caller_number", "matter_address"}))
    assert left["caller_number"] == "13800138000"
    assert left["matter_address"] == "解放路2号"
    assert left["caller_name"] == "王**"
    assert left["caller_address"] == "****"
    assert left["matter_cause"] == "路灯不亮"
    for name in ("recording_ref", "audit", "callback_number", "agent_id"):
        assert name not in left


def test_who_called_about_a_confidential_matter_leaves_for_nobody():
    left = outgoing({**TICKET, "confidential": True}, PERSONAL)
    assert left["caller_number"] == "138****8000"
    assert left["caller_name"] == "王**"
    assert left["caller_address"] == "****"
    assert (
        left["matter_address"] == "解放路2号"
    )  # where the matter is, without which nobody can act


def test_the_citys_ticket_system_gets_everything_but_the_personal_fields_it_need_not_know():
    left = for_city(TICKET, frozenset({"caller_number"}))
    assert {name: left[name] for name in ("caller_number", "callback_number", "agent_id")} == {
        "caller_number": "13800138000",
        "callback_number": "13900139000",
        "agent_id": "1001",
    }
    assert left["caller_name"] == "王**"
    left = for_city({**TICKET, "confidential": True}, PERSONAL)
    assert (left["caller_number"], left["callback_number"]) == ("138****8000", "139****9000")
    assert left["matter_address"] == "解放路2号"


def test_every_field_of_a_ticket_has_been_thought_about():
    kept_here = {
        "call_id", "intake_key", "edited", "dialled_number", "ivr_path", "tree_version",
        "answered_at", "wait_s", "agent_id", "seat_id", "ended_at", "who_hung_up", "recording_ref",
        "recording_gaps", "consent", "callback_of", "callback_number", "callback_queue",
        "callback_needs", "callback_priority", "callback_queued_at", "audit",
    }  # fmt: skip
    columns = {column.name for column in Ticket.__table__.columns}
    assert columns <= FOR_UNITS | PERSONAL | kept_here
    assert not FOR_UNITS & (PERSONAL | kept_here)


def test_in_the_centre_only_a_confidential_callers_identity_is_hidden_from_others():
    assert for_reader(TICKET, is_concerned=False) == TICKET
    secret = {**TICKET, "confidential": True}
    assert for_reader(secret, is_concerned=True) == secret
    seen = for_reader(secret, is_concerned=False)
    assert seen["caller_number"] == "138****8000"
    assert seen["matter_cause"] == "路灯不亮"
    for name in CALLERS_OWN | {"callback_number", "recording_ref", "audit"}:
        assert seen[name] != TICKET[name]


@pytest.mark.parametrize(
    ("number", "shown"),
    [("13800138000", "138****8000"), ("057188880001", "057*****0001"), ("12345", "****")],
)
def test_a_masked_number_keeps_what_a_clerk_reads_back(number: str, shown: str):
    assert mask_number(number) == shown
