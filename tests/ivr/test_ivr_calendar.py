"""Opening hours and working days: tables, and every minute against a slow reading of the rules."""

from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.calendar import ALL_DAY, SHANGHAI, Calendar, Holidays, Schedule, Span, Spans, span_of

MORNING, AFTERNOON = Span(8 * 60 + 30, 12 * 60), Span(13 * 60 + 30, 17 * 60 + 30)
OFFICE = (MORNING, AFTERNOON)
NIGHT = Span(22 * 60, 30 * 60)

# 2026-10-01 is a Thursday; 10-10 is a Saturday on which people work.
HOLIDAYS = Holidays(
    off={date(2026, 10, day): "国庆节" for day in range(1, 8)},
    work=frozenset({date(2026, 9, 20), date(2026, 10, 10)}),
    years=frozenset({2026}),
)


def week(days: Spans, weekend: Spans = ()) -> tuple[Spans, ...]:
    return (days,) * 5 + (weekend,) * 2


def calendar(schedule: Schedule, zone: str = "") -> Calendar:
    return Calendar({"office": schedule}, HOLIDAYS, ZoneInfo(zone) if zone else SHANGHAI)


def at(text: str, zone: str = "Asia/Shanghai") -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


DESK = Schedule(
    week(OFFICE),  # type: ignore[arg-type]
    make_up=OFFICE,
    days={date(2026, 12, 31): (MORNING,), date(2026, 12, 30): ()},
)


@pytest.mark.parametrize(
    ("moment", "answer"),
    [
        ("2026-11-23 08:29:59", "closed"),
        ("2026-11-23 08:30:00", "open"),
        ("2026-11-23 11:59:59", "open"),
        ("2026-11-23 12:00:00", "closed"),
        ("2026-11-23 13:30:00", "open"),
        ("2026-11-23 17:30:00", "closed"),
        ("2026-11-22 10:00:00", "closed"),  # a Sunday
        ("2026-10-01 10:00:00", "holiday"),
        ("2026-10-03 10:00:00", "holiday"),  # a Saturday within the holiday
        ("2026-10-03 03:00:00", "holiday"),
        ("2026-09-30 23:59:59", "closed"),
        ("2026-10-10 10:00:00", "open"),  # a Saturday on which people work
        ("2026-10-10 20:00:00", "closed"),
        ("2026-12-31 10:00:00", "open"),
        ("2026-12-31 15:00:00", "closed"),
        ("2026-12-30 10:00:00", "closed"),
        ("2027-02-17 10:00:00", "open"),  # a year that nobody entered has no holidays
    ],
)
def test_an_office_is_open_when_the_table_says_so(moment: str, answer: str) -> None:
    assert calendar(DESK).hours("office", at(moment)) == answer


@pytest.mark.parametrize(
    ("moment", "answer"),
    [
        ("2026-09-30 23:00", "open"),
        ("2026-10-01 05:59", "open"),  # the night before the holiday runs to its end
        ("2026-10-01 06:00", "holiday"),
        ("2026-10-01 23:00", "holiday"),
        ("2026-10-08 05:00", "closed"),
        ("2026-10-08 22:00", "open"),
        ("2026-10-10 05:00", "open"),
        ("2026-10-10 22:00", "closed"),
    ],
)
def test_a_span_over_midnight_belongs_to_the_day_on_which_it_began(
    moment: str, answer: str
) -> None:
    schedule = Schedule(week((NIGHT,)))  # type: ignore[arg-type]
    assert calendar(schedule).hours("office", at(moment)) == answer


def test_a_holiday_with_hours_is_open_or_closed() -> None:
    found = calendar(Schedule(week(OFFICE), holiday=(MORNING,)))  # type: ignore[arg-type]
    assert found.hours("office", at("2026-10-01 10:00")) == "open"
    assert found.hours("office", at("2026-10-01 15:00")) == "closed"


def test_the_zone_decides_what_time_it_is() -> None:
    moment = at("2026-11-23 09:00")
    assert calendar(DESK).hours("office", moment) == "open"
    assert calendar(DESK, "Europe/Berlin").hours("office", moment) == "closed"


def test_a_schedule_that_does_not_exist_has_no_answer() -> None:
    assert calendar(DESK).hours("shop", 0.0) is None
    assert calendar(DESK).next_change("shop", 0.0) is None


@pytest.mark.parametrize(
    ("moment", "change"),
    [
        ("2026-11-23 07:00", "2026-11-23 08:30"),
        ("2026-11-23 08:30", "2026-11-23 12:00"),
        ("2026-11-27 18:00", "2026-11-30 08:30"),  # over a weekend
        ("2026-09-30 17:30", "2026-10-01 00:00"),  # closed becomes holiday
        ("2026-10-01 00:00", "2026-10-08 00:00"),
        ("2026-10-09 20:00", "2026-10-10 08:30"),
        ("2026-12-29 17:30", "2026-12-31 08:30"),
    ],
)
def test_the_next_change_is_told(moment: str, change: str) -> None:
    assert calendar(DESK).next_change("office", at(moment)) == at(change)


def test_what_never_changes_has_no_next_change() -> None:
    always = Schedule((ALL_DAY,) * 7, ALL_DAY, ALL_DAY)
    never = Schedule(((),) * 7)
    assert calendar(always).next_change("office", at("2026-11-23 07:00")) is None
    assert calendar(never).next_change("office", at("2026-11-23 07:00")) is None
    assert calendar(never).next_change("office", at("2026-09-01 07:00")) == at("2026-10-01 00:00")


SPAN = st.tuples(st.integers(0, 1439), st.integers(1, 1440)).map(
    lambda pair: Span(pair[0], pair[0] + pair[1])
)
SPANS = st.lists(SPAN, max_size=3).map(tuple)
AROUND = [date(2026, 9, 28) + timedelta(days=number) for number in range(30)]
SCHEDULES = st.builds(
    Schedule,
    st.tuples(*[SPANS] * 7),
    SPANS,
    SPANS,
    st.dictionaries(st.sampled_from(AROUND), SPANS, max_size=3),
)


def slowly(found: Calendar, schedule: Schedule, moment: float) -> str:
    """The answer read off the wall clock of this minute, from the rules and nothing else."""
    local = datetime.fromtimestamp(moment, found.zone)

    def spans(day: date) -> Spans:
        if day in schedule.days:
            return schedule.days[day]
        if day in HOLIDAYS.work:
            return schedule.make_up
        return schedule.holiday if day in HOLIDAYS.off else schedule.week[day.weekday()]

    minute = local.hour * 60 + local.minute
    covered = {one for span in spans(local.date()) for one in range(span.start, span.end)}
    before = spans(local.date() - timedelta(days=1))
    covered |= {one - 1440 for span in before for one in range(span.start, span.end)}
    if minute in covered:
        return "open"
    is_free = local.date() in HOLIDAYS.off and not spans(local.date())
    return "holiday" if is_free else "closed"


@given(
    schedule=SCHEDULES,
    zone=st.sampled_from(["", "Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe"]),
    day=st.sampled_from(AROUND),
    minute=st.integers(0, 1439),
)
@settings(max_examples=30, deadline=None)
def test_the_answer_holds_until_the_next_change_and_no_longer(
    schedule: Schedule, zone: str, day: date, minute: int
) -> None:
    found = calendar(schedule, zone)
    moment = found.midnight(day) + 60.0 * minute
    before = found.hours("office", moment)
    change = found.next_change("office", moment)
    last = moment + 2 * 86400 if change is None else min(change, moment + 2 * 86400)
    for number in range(int(last - moment) // 60):
        here = moment + 60 * number
        assert found.hours("office", here) == slowly(found, schedule, here) == before
    if change is not None:
        assert change > moment
        assert found.hours("office", change) != before


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York"])
def test_summer_time_leaves_no_minute_out(zone: str) -> None:
    """2026-10-25 (Berlin) and 2026-11-01 (New York) have 25 hours, 2026-03-29 and 03-08 have 23."""
    found = calendar(Schedule(((Span(90, 150),),) * 7), zone)
    for day in (date(2026, 10, 25), date(2026, 11, 1), date(2026, 3, 29), date(2026, 3, 8)):
        moment, end = found.midnight(day), found.midnight(day + timedelta(days=1))
        changes = []
        while (change := found.next_change("office", moment)) is not None and change < end:
            changes.append(change)
            moment = change
        minutes = [found.midnight(day) + 60 * n for n in range(round(end - changes[0]) // 60 + 999)]
        wanted = [
            b
            for a, b in pairwise(minutes)
            if b < end and found.hours("office", a) != found.hours("office", b)
        ]
        assert changes == wanted


# --- working days ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 9, 30), True),
        (date(2026, 10, 1), False),
        (date(2026, 10, 7), False),
        (date(2026, 10, 8), True),
        (date(2026, 10, 10), True),
        (date(2026, 10, 11), False),
    ],
)
def test_a_working_day_is_a_weekday_that_is_no_holiday_or_a_make_up_day(
    day: date, works: bool
) -> None:
    assert HOLIDAYS.is_working_day(day) is works


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2026, 9, 29), 0, date(2026, 9, 29)),
        (date(2026, 9, 29), 1, date(2026, 9, 30)),
        (date(2026, 9, 29), 2, date(2026, 10, 8)),
        (date(2026, 9, 29), 5, date(2026, 10, 12)),  # 10-10 counts, 10-11 does not
        (date(2026, 10, 3), 1, date(2026, 10, 8)),
        (date(2026, 10, 8), -1, date(2026, 9, 30)),
        (date(2026, 9, 21), -1, date(2026, 9, 20)),
    ],
)
def test_working_days_are_added_over_weekends_and_holidays(
    start: date, count: int, end: date
) -> None:
    assert HOLIDAYS.add_working_days(start, count) == end


@given(st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.integers(1, 40))
def test_as_many_working_days_lie_behind_as_were_added(start: date, count: int) -> None:
    end = HOLIDAYS.add_working_days(start, count)
    between = [start + timedelta(days=n + 1) for n in range((end - start).days)]
    assert sum(map(HOLIDAYS.is_working_day, between)) == count
    assert HOLIDAYS.is_working_day(end)


@pytest.mark.parametrize(
    ("today", "missing"),
    [
        (date(2026, 11, 30), ()),
        (date(2026, 12, 1), (2027,)),
        (date(2027, 1, 1), (2027,)),
        (date(2027, 12, 1), (2027, 2028)),
        (date(2025, 12, 31), (2025,)),
    ],
)
def test_a_year_is_missed_from_1_december_before_it_begins(
    today: date, missing: tuple[int, ...]
) -> None:
    assert HOLIDAYS.missing_years(today) == missing


# --- how hours are written ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("09:00-17:30", Span(540, 1050)),
        ("9:00-17:30", Span(540, 1050)),
        ("09:00 - 17:30", Span(540, 1050)),
        ("22:00-06:00", Span(1320, 1800)),
        ("18:00-24:00", Span(1080, 1440)),
        ("18:00-00:00", Span(1080, 1440)),
        ("00:00-24:00", Span(0, 1440)),
        ("23:59-23:58", Span(1439, 2878)),
    ],
)
def test_spans_are_read(text: str, span: Span) -> None:
    assert span_of(text) == span


@pytest.mark.parametrize(
    "text",
    ["", "-", "09:00", "09:00-", "09-17", "0900-1730", "09:00-17:60", "09:00-24:01", "25:00-26:00",
     "09:00-09:00", "24:00-06:00", "9:0-17:0", "09:00-17:30-18:00", "09：00-17：30",
     "０９:00-17:30", "09:00–17:30", "-9:00-17:00", "09:00-17:30pm"],
)  # fmt: skip
def test_what_is_no_span_is_refused(text: str) -> None:
    assert span_of(text) is None


@given(st.text(max_size=12))
def test_no_text_makes_the_reading_of_a_span_fail(text: str) -> None:
    span = span_of(text)
    assert span is None or 0 <= span.start < 1440 >= span.end - span.start > 0
