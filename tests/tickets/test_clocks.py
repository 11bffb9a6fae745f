"""Clocks over China's holidays, each kind against an independent count."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ari_app.tickets.clocks import Span, WorkTime
from ivr.calendar import ONE_DAY, SHANGHAI, Calendar
from tests.tickets.calendars import CALENDAR, OFFICE, at, text

FIRST, LAST = at("2025-01-01 00:00"), at("2026-11-01 00:00")
instants = st.floats(FIRST, LAST).map(lambda one: float(round(one)))
HOLIDAYS = CALENDAR.holidays


@pytest.mark.parametrize(
    ("start", "span", "end"),
    [
        # A Friday before the Spring Festival: 14 February is worked, 15 to 23 are free.
        ("2026-02-13 16:00", Span(1, "working_days"), "2026-02-15 00:00"),
        ("2026-02-13 16:00", Span(2, "working_days"), "2026-02-25 00:00"),
        # Saturday 28 February is worked for the festival.
        ("2026-02-27 09:00", Span(1, "working_days"), "2026-03-01 00:00"),
        # A Saturday that is free: its first working day is Monday.
        ("2026-03-07 10:00", Span(1, "working_days"), "2026-03-10 00:00"),
        # The National Day: Sunday 20 September and Saturday 10 October are worked.
        ("2026-09-30 23:59", Span(5, "working_days"), "2026-10-14 00:00"),
        ("2026-09-18 08:00", Span(1, "working_days"), "2026-09-21 00:00"),
        # Minutes and hours ask no calendar.
        ("2026-02-17 02:00", Span(15, "minutes"), "2026-02-17 02:15"),
        ("2026-02-17 23:30", Span(2, "hours"), "2026-02-18 01:30"),
        # Seven days from 10 February end in the festival, so on Tuesday 24 February.
        ("2026-02-10 10:00", Span(7, "days"), "2026-02-25 00:00"),
        ("2026-03-02 10:00", Span(7, "days"), "2026-03-10 00:00"),
        # Office hours are 08:30-12:00 and 13:30-17:30.
        ("2026-03-02 11:00", Span(2, "working_hours"), "2026-03-02 14:30"),
        ("2026-03-02 17:00", Span(1, "working_hours"), "2026-03-03 09:00"),
        ("2026-02-14 17:00", Span(1, "working_hours"), "2026-02-24 09:00"),
        ("2026-03-02 08:30", Span(3.5, "working_hours"), "2026-03-02 12:00"),
    ],
)
def test_a_span_ends_when_a_clerk_would_say(start: str, span: Span, end: str):
    assert text(OFFICE.after(at(start), span)) == end


@given(start=instants, count=st.integers(1, 40))
def test_exactly_so_many_working_days_lie_between_the_day_of_the_start_and_the_end(
    start: float, count: int
):
    end = OFFICE.after(start, Span(count, "working_days"))
    first, last = CALENDAR.today(start), CALENDAR.today(end - 1)
    days = [first + n * ONE_DAY for n in range(1, (last - first).days + 1)]
    assert sum(HOLIDAYS.is_working_day(day) for day in days) == count
    assert HOLIDAYS.is_working_day(last)
    assert datetime.datetime.fromtimestamp(end, SHANGHAI).strftime("%H:%M:%S") == "00:00:00"


@given(start=instants, count=st.integers(1, 60))
def test_natural_days_end_on_a_working_day_and_never_early(start: float, count: int):
    last = CALENDAR.today(OFFICE.after(start, Span(count, "days")) - 1)
    meant = CALENDAR.today(start) + count * ONE_DAY
    assert last >= meant
    assert HOLIDAYS.is_working_day(last)
    between = [meant + n * ONE_DAY for n in range((last - meant).days)]
    assert not any(HOLIDAYS.is_working_day(day) for day in between)


@given(start=instants.map(lambda one: one // 60 * 60), minutes=st.integers(1, 1200))
def test_working_hours_are_the_open_minutes(start: float, minutes: int):
    end = OFFICE.after(start, Span(minutes / 60, "working_hours"))
    left, at_minute = minutes, start
    while left:
        left -= CALENDAR.hours("office", at_minute) == "open"
        at_minute += 60
    assert end == pytest.approx(at_minute)


@given(
    one=instants, other=instants, count=st.integers(1, 20),
    unit=st.sampled_from(["minutes", "hours", "working_hours", "days", "working_days"]),
)  # fmt: skip
def test_who_begins_later_never_ends_earlier(one: float, other: float, count: int, unit):
    early, late = sorted((one, other))
    span = Span(count, unit)
    assert early < OFFICE.after(early, span) <= OFFICE.after(late, span)


@given(start=instants, count=st.integers(1, 20), back=st.integers(1, 20))
def test_going_back_from_an_end_leaves_so_many_working_days(start: float, count: int, back: int):
    end = OFFICE.after(start, Span(count, "working_days"))
    before = OFFICE.before(end, back)
    after = OFFICE.after(before - 1, Span(back, "working_days"))
    assert after == end


def test_a_schedule_nobody_wrote_counts_every_hour():
    bare = WorkTime(Calendar())
    assert bare.after(1000.0, Span(2, "working_hours")) == 1000.0 + 7200
