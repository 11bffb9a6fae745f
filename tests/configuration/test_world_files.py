"""Hours, holidays, numbers and lists: what the shipped files say, and what a slip is told."""

import datetime
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ari_app.configuration import Configuration, load_configuration
from ari_app.core.world import Listed, OutsideNumber, World, is_listed, number_key
from ari_app.world_files import load_world, missing_years
from ivr.calendar import SHANGHAI
from ivr.problems import Problem, render_problems

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "config"
FILES = ("hours.yaml", "holidays.yaml", "numbers.yaml", "lists.yaml")
CORPUS = Path(__file__).parent / "corpus"
BAD = sorted((CORPUS / "bad").glob("*.yaml"))


def at(text: str) -> float:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).timestamp()


def world(folder: Path, **files: str) -> World:
    found = read(folder, **files)
    assert isinstance(found, World), render_problems(found)
    return found


def read(folder: Path, **files: str) -> World | list[Problem]:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, "utf-8")
    return load_world(folder)


@pytest.fixture(scope="module")
def shipped() -> World:
    found = load_world(SHIPPED)
    assert isinstance(found, World), render_problems(found)
    return found


# --- what is shipped ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("notice", "free", "worked"),
    [
        ("2025-01-01 2025-01-01", 1, ""),
        ("2025-01-28 2025-02-04", 8, "2025-01-26 2025-02-08"),
        ("2025-04-04 2025-04-06", 3, ""),
        ("2025-05-01 2025-05-05", 5, "2025-04-27"),
        ("2025-05-31 2025-06-02", 3, ""),
        ("2025-10-01 2025-10-08", 8, "2025-09-28 2025-10-11"),
        ("2026-01-01 2026-01-03", 3, "2026-01-04"),
        ("2026-02-15 2026-02-23", 9, "2026-02-14 2026-02-28"),
        ("2026-04-04 2026-04-06", 3, ""),
        ("2026-05-01 2026-05-05", 5, "2026-05-09"),
        ("2026-06-19 2026-06-21", 3, ""),
        ("2026-09-25 2026-09-27", 3, ""),
        ("2026-10-01 2026-10-07", 7, "2026-09-20 2026-10-10"),
    ],
)
def test_the_holidays_are_those_of_the_state_councils_notices(
    shipped: World, notice: str, free: int, worked: str
) -> None:
    table = shipped.calendar.holidays
    first, last = map(datetime.date.fromisoformat, notice.split())
    days = [first + datetime.timedelta(days=n) for n in range((last - first).days + 1)]
    assert len(days) == free
    assert len({table.off[day] for day in days}) == 1
    assert not any(map(table.is_working_day, days))
    assert all(table.is_working_day(datetime.date.fromisoformat(d)) for d in worked.split())


def test_the_notices_hold_no_more_days_than_that(shipped: World) -> None:
    years = [day.year for day in shipped.calendar.holidays.off]
    worked = [day.year for day in shipped.calendar.holidays.work]
    assert (years.count(2025), years.count(2026)) == (28, 33)
    assert (worked.count(2025), worked.count(2026)) == (5, 6)


def test_the_shipped_office_knows_a_make_up_day_from_a_holiday(shipped: World) -> None:
    answers = [
        shipped.calendar.hours("office", at(moment))
        for moment in (
            "2026-02-14 09:00",
            "2026-02-16 09:00",
            "2026-02-21 09:00",
            "2026-03-07 09:00",
        )
    ]
    assert answers == ["open", "holiday", "holiday", "closed"]
    assert shipped.calendar.hours("always", at("2026-02-16 03:00")) == "open"


def test_the_emergency_numbers_are_on_the_list(shipped: World) -> None:
    urgent = {name: one.number for name, one in shipped.numbers.items() if one.kind == "emergency"}
    assert urgent == {"110": "110", "119": "119", "120": "120", "122": "122"}
    assert [one.kind for one in shipped.numbers.values()].count("department") == 2


# --- reading --------------------------------------------------------------------------------------


def test_a_folder_without_the_files_knows_nothing(tmp_path: Path) -> None:
    assert load_world(tmp_path) == World()


def test_hours_fall_back_on_weekdays_and_make_up_days_on_monday(tmp_path: Path) -> None:
    hours = """
        schedules:
          office: {weekdays: "09:00-17:00", monday: "10:00-12:00", friday: closed}
        """
    holidays = "years: {2026: {holidays: {国庆节: {from: 10-01, work: [10-10]}}}}"
    calendar = world(tmp_path, hours=hours, holidays=holidays).calendar
    moments = {
        "2026-11-23 09:30": "closed",  # Monday
        "2026-11-24 09:30": "open",
        "2026-11-27 09:30": "closed",  # Friday
        "2026-10-10 10:30": "open",
        "2026-10-10 13:00": "closed",
    }
    assert {moment: calendar.hours("office", at(moment)) for moment in moments} == moments


def test_a_holiday_may_begin_in_the_year_before(tmp_path: Path) -> None:
    table = "years: {2023: {holidays: {元旦: {from: 2022-12-31, to: 01-02}}}}"
    holidays = world(tmp_path, holidays=table).calendar.holidays
    assert [str(day) for day in holidays.off] == ["2022-12-31", "2023-01-01", "2023-01-02"]
    assert holidays.years == {2023}


def test_another_zone_moves_the_hours(tmp_path: Path) -> None:
    hours = 'zone: Asia/Urumqi\nschedules: {office: {weekdays: "10:00-18:00"}}'
    calendar = world(tmp_path, hours=hours).calendar
    assert calendar.hours("office", at("2026-11-23 11:59")) == "closed"
    assert calendar.hours("office", at("2026-11-23 12:00")) == "open"


def test_a_number_has_a_ring_time_of_its_own_or_half_a_minute(tmp_path: Path) -> None:
    numbers = 'numbers: {housing: {number: "8001", label: 住房, kind: department}}'
    found = world(tmp_path, numbers=numbers).numbers
    assert found == {"housing": OutsideNumber("8001", "住房", "department", 30.0)}


def test_an_entry_counts_to_the_end_of_its_last_day(tmp_path: Path) -> None:
    lists = 'nuisance: {"13900000000": {reason: 骚扰, until: 2026-12-31}}'
    found = world(tmp_path, lists=lists)
    assert is_listed(found.nuisance, "+8613900000000", at("2026-12-31 23:59:59"))
    assert not is_listed(found.nuisance, "+8613900000000", at("2027-01-01 00:00:00"))


@pytest.mark.parametrize(
    ("written", "called"),
    [
        ("13900000000", "+8613900000000"),
        ("+8613900000000", "013900000000"),
        ("8613900000000", "008613900000000"),
        ("057188880001", "+8657188880001"),
        ("12345", "12345"),
    ],
)
def test_one_number_has_many_ways_to_be_written(written: str, called: str) -> None:
    entries = {number_key(written): Listed("值班")}
    assert is_listed(entries, called, 0.0)
    assert not is_listed(entries, "13900000001", 0.0)
    assert not is_listed(entries, "", 0.0)


# --- slips ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", BAD, ids=lambda file: file.stem)
def test_a_slip_is_told_with_its_place_and_a_remedy(tmp_path: Path, file: Path) -> None:
    name, code, *_ = file.stem.split("-")
    shutil.copy(file, tmp_path / f"{name}.yaml")
    found = load_world(tmp_path)
    assert isinstance(found, list), "it was accepted"
    said = render_problems(found).replace(f"{tmp_path}/", "") + "\n"
    assert said == file.with_suffix(".expect").read_text("utf-8")
    assert {problem.code for problem in found} == {code}


def test_slips_in_all_four_files_are_told_at_once(tmp_path: Path) -> None:
    found = read(tmp_path, hours="zone: x", holidays="years: 1", numbers="[", lists="vip: {x: 1}")
    assert isinstance(found, list)
    assert {Path(problem.file).name for problem in found} == set(FILES)


TEXTS = {name: (SHIPPED / name).read_text("utf-8") for name in FILES}
PIECES = (
    "",
    " ",
    ":",
    "- ",
    "{",
    "]",
    '"',
    "2026",
    "02-30",
    "24h",
    "&a ",
    "!x ",
    "null",
    "-1",
    "\n",
)


@given(
    name=st.sampled_from(FILES),
    cuts=st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 9), st.sampled_from(PIECES)), max_size=4
    ),
)
@settings(max_examples=150, deadline=None)
def test_no_change_to_the_files_makes_the_reading_fail(
    tmp_path_factory: pytest.TempPathFactory, name: str, cuts: list[tuple[float, int, str]]
) -> None:
    text = TEXTS[name]
    for share, length, piece in cuts:
        at_char = int(share * len(text))
        text = text[:at_char] + piece + text[at_char + length :]
    folder = tmp_path_factory.getbasetemp() / "mutants"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, "utf-8")
    found = load_world(folder)
    (folder / name).unlink()
    if isinstance(found, list):
        assert found
        assert all(one.line >= 1 and one.col >= 1 and one.code[0] == "E" for one in found)
    else:
        found.calendar.hours("office", at("2026-11-23 12:00"))


# --- the whole configuration ----------------------------------------------------------------------


def test_a_missing_year_is_a_warning_from_december_on() -> None:
    found = load_configuration(SHIPPED, at("2026-12-01 00:00"))
    assert isinstance(found, Configuration)
    assert [render_problems([one]) for one in found.warnings if one.code == "W201"] == [
        f"{SHIPPED}/holidays.yaml:1:1: W201 the holidays of 2027 are missing; only its weekends "
        "count as free. Enter them from the State Council's notice, which comes in November."
    ]
    assert "W201" not in {
        one.code
        for moment in (at("2026-11-30 23:59"), None)
        for one in getattr(load_configuration(SHIPPED, moment), "warnings", ())
    }


def test_nobody_is_warned_of_holidays_that_nothing_depends_on(tmp_path: Path) -> None:
    assert not list(missing_years(World(), tmp_path, at("2026-12-01 00:00")))


def test_trees_may_name_the_schedules_and_numbers_of_the_files() -> None:
    found = load_configuration(SHIPPED)
    assert isinstance(found, Configuration)
    assert set(found.names.schedules or ()) == {"office", "always"}
    assert {"110", "119", "120", "122"} < set(found.names.numbers or ())
