"""Profiles: the figures that their sources name; cards from instants alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ari_app.tickets.sla import card, clock, deadlines
from tests.tickets.calendars import OFFICE, SLA, at, text


def ends(profile: str, case_type: str | None, urgency: str | None, start: str) -> list[str]:
    found = deadlines(SLA.profile(profile), case_type, urgency, at(start), OFFICE)
    return [text(found.sign_by), text(found.respond_by), text(found.due_at)]


@pytest.mark.parametrize(
    ("profile", "case_type", "urgency", "expected"),
    [
        # Dispatched on Monday 2 March 2026, 10:00.
        ("guangdong_2022", "咨询", None, ["-", "-", "2026-03-05 00:00"]),
        ("guangdong_2022", "求助", "普通", ["-", "-", "2026-03-17 00:00"]),
        ("guangdong_2022", "举报", "普通", ["-", "-", "2026-03-24 00:00"]),
        ("guangdong_2022", None, None, ["-", "-", "2026-03-17 00:00"]),
        ("shandong_2020", "投诉", None, ["-", "-", "2026-03-10 00:00"]),
        ("shandong_province_2017", "投诉", None, ["-", "-", "2026-03-24 00:00"]),
        ("tianjin_2025", "求助", "紧急", ["2026-03-02 10:15", "-", "-"]),
        ("tianjin_2025", "求助", "急", ["2026-03-02 10:30", "-", "-"]),
        ("tianjin_2025", "求助", None, ["2026-03-04 00:00", "-", "-"]),
        ("beijing_draft_2021", "投诉", "紧急", ["-", "-", "2026-03-02 12:00"]),
        ("beijing_draft_2021", "咨询", "普通", ["-", "-", "2026-03-10 00:00"]),
        ("nobody wrote it", "咨询", None, ["-", "-", "2026-03-05 00:00"]),  # the default
    ],
)
def test_a_profile_gives_the_clocks_of_its_source(profile, case_type, urgency, expected):
    assert ends(profile, case_type, urgency, "2026-03-02 10:00") == expected


def test_urgent_clocks_run_at_night_and_on_holidays():
    assert ends("tianjin_2025", "求助", "紧急", "2026-02-17 03:00")[0] == "2026-02-17 03:15"


def test_the_centre_itself_has_a_clock_until_the_dispatch():
    rules = SLA.profile("beijing_draft_2021").dispatch
    by = clock(rules, "求助", "急", at("2026-03-02 10:00"), OFFICE)
    assert text(by) == "2026-03-02 12:00"


def test_every_shipped_profile_names_its_source():
    assert SLA.profiles
    assert all(len(profile.source) > 10 for profile in SLA.profiles.values())


START, DUE = at("2026-03-02 10:00"), at("2026-03-10 00:00")  # five working days, to Monday 24:00


@pytest.mark.parametrize(
    ("now", "shown"),
    [
        ("2026-03-02 10:00", None),
        ("2026-03-06 23:59", None),
        ("2026-03-07 00:00", "yellow"),  # one working day, Monday, is left
        ("2026-03-09 23:59", "yellow"),
        ("2026-03-10 00:01", "red"),
        ("2026-04-10 00:00", "red"),
    ],
)
def test_the_yellow_card_comes_a_working_day_before_the_end_and_the_red_one_after_it(now, shown):
    assert card(START, DUE, None, 1, OFFICE, at(now)) == shown


def test_what_ended_in_time_has_no_card_and_what_ended_late_keeps_the_red_one():
    later = at("2026-06-01 00:00")
    assert card(START, DUE, at("2026-03-09 23:00"), 1, OFFICE, later) is None
    assert card(START, DUE, at("2026-03-10 09:00"), 1, OFFICE, later) == "red"
    assert card(START, None, None, 1, OFFICE, later) is None


def test_a_clock_of_hours_turns_yellow_at_its_half():
    start, due = at("2026-03-02 10:00"), at("2026-03-02 12:00")
    assert card(start, due, None, 1, OFFICE, at("2026-03-02 10:59")) is None
    assert card(start, due, None, 1, OFFICE, at("2026-03-02 11:00")) == "yellow"


@given(first=st.floats(0, 30 * 86400), second=st.floats(0, 30 * 86400))
def test_an_open_clock_never_goes_back_from_a_card(first: float, second: float):
    rank = {None: 0, "yellow": 1, "red": 2}
    early, late = sorted((first, second))
    before = card(START, DUE, None, 1, OFFICE, START + early)
    after = card(START, DUE, None, 1, OFFICE, START + late)
    assert rank[before] <= rank[after]
