"""A ticket's own history, what a call may still write, and which tickets are alike."""

from ari_app.tickets.history import ONE_SITTING_S, clashes, noted, unrepeated
from ari_app.tickets.repeats import likely, score


def entry(version: int, at: float, by: str = "1001", what: str = "ticket.edited") -> dict:
    return {"version": version, "at": at, "by": by, "what": what}


def test_what_one_person_types_in_one_sitting_is_one_entry():
    entries, is_new = noted([], entry(1, 0), {"matter_cause": [None, "路"]})
    assert is_new
    entries, is_new = noted(entries, entry(2, 5), {"matter_cause": ["路", "路灯"]})
    entries, _ = noted(entries, entry(3, 9), {"urgency": [None, "急"]})
    assert not is_new
    assert entries == [
        {**entry(3, 0), "fields": {"matter_cause": [None, "路灯"], "urgency": [None, "急"]}}
    ]
    for later in (
        entry(4, 5, by="1002"),
        entry(4, ONE_SITTING_S + 1),
        entry(4, 5, what="ticket.closed"),
    ):
        assert noted(entries, later, {})[1]


def test_two_people_clash_only_where_they_wrote_different_things():
    entries, _ = noted([], entry(1, 0), {"case_type": [None, "咨询"]})
    entries, _ = noted(entries, entry(2, 5, by="2001"), {"urgency": ["普通", "急"]})
    ticket = {"case_type": "咨询", "urgency": "急"}
    assert clashes(entries, 1, {"case_type": "投诉"}, ticket) == []
    assert clashes(entries, 1, {"urgency": "急"}, ticket) == []
    [(name, one)] = clashes(entries, 1, {"urgency": "紧急", "case_type": "投诉"}, ticket)
    assert (name, one["by"]) == ("urgency", "2001")


def test_a_call_that_repeats_itself_does_not_overwrite_people_but_one_that_says_new_does():
    edited = {"urgency": "普通"}  # what the call had said before an agent changed it
    assert unrepeated({"urgency": "普通", "language": "en"}, edited) == (
        {"language": "en"},
        {"urgency": "普通"},
    )
    assert unrepeated({"urgency": "紧急"}, edited) == ({"urgency": "紧急"}, {"urgency": "紧急"})


LAMP = {"arrived_at": 2.0, "category_code": "010203", "matter_cause": "解放路路灯不亮"}


def test_the_likeliest_repeat_comes_first_and_what_was_joined_not_at_all():
    same = {"arrived_at": 1.0, "category_code": "010203", "matter_cause": "路灯不亮，解放路"}
    other = {"arrived_at": 1.5, "category_code": "0999", "matter_cause": "医保报销咨询"}
    joined = {**same, "repeat_of": "t-0"}
    found = likely(LAMP, [other, joined, same])
    assert [one["arrived_at"] for _, one in found] == [1.0, 1.5]
    assert found[0][0] > 0.7 > 0.3 > found[1][0]


def test_of_tickets_of_which_nothing_is_known_nothing_is_claimed():
    assert score({}, {}) == 0.5
    assert score(LAMP, {"topic_tags": ["路灯"]}) == 0.5
    assert score({"topic_tags": ["a", "b"]}, {"topic_tags": ["b"]}) == 1.0
