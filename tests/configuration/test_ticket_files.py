"""units.yaml and sla.yaml: what the shipped files say, and what a slip is told."""

from pathlib import Path

import pytest

from ari_app.ticket_files import load_rules
from ari_app.tickets.clocks import Span
from ari_app.tickets.rules import Rules
from ari_app.tickets.units import DutyPhone
from ivr.problems import render_problems

SHIPPED = Path(__file__).parents[2] / "config"


def rules(folder: Path) -> Rules:
    found = load_rules(folder, {"office"})
    assert isinstance(found, Rules), render_problems(found)
    return found


def test_without_files_there_are_no_units_and_no_clock_runs(tmp_path: Path):
    assert rules(tmp_path) == Rules()
    assert Rules().sla.profile("any").due == ()
    assert Rules().units.duty_phones("any") == ()


def test_a_unit_has_its_phones_in_order_and_is_found_by_its_duties():
    units = rules(SHIPPED).units
    assert units.duty_phones("urban_management") == (
        DutyPhone("8101", "值班室", 30.0),
        DutyPhone("8102", "值班领导", 40.0),
    )
    assert units.label("urban_management") == "市城市管理局（示例）"
    assert units.responsible("0102") == ("urban_management",)
    assert units.responsible("09") == ()
    assert units.responsible("") == ()


def test_the_shipped_profiles_are_read():
    sla = rules(SHIPPED).sla
    assert (sla.default, sla.repeat_days, sla.escalate_at) == ("guangdong_2022", 30, 3)
    assert sla.profile("shandong_2020").extend == Span(10, "working_days")
    assert set(sla.profiles) >= {"guangdong_2022", "shandong_2020", "tianjin_2025"}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("sla", "default: guangdon", ":1:10: E330 default: there is no profile 'guangdon'."),
        ("sla", "schedule: ofice", ":1:11: E310 schedule: there is no schedule 'ofice'. Did you"),
        (
            "sla",
            "profiles: {a: {label: A, source: B, due: [{days: 1, hours: 2}]}}",
            "E204 profiles.a.due[0]: expected exactly one of minutes, hours,",
        ),
        (
            "sla",
            "profiles: {a: {label: A, source: B, due: [{urgency: [很急], days: 1}]}}",
            "E204 profiles.a.due[0].urgency[0]: found the text '很急'. Write",
        ),
        (
            "sla",
            "profiles: {a: {label: A, due: [{days: 1}]}}",
            "E201 profiles.a.source: this field is missing. Add 'source: ...'.",
        ),
        ("units", "units: {a: {label: A, profile: b}}", "E330 units.a.profile: there is no"),
        ("units", "units: {a: {label: A, duty_phones: [{number: 8111}]}}", "E203 units.a.duty"),
        (
            "units",
            "units: {a: {label: A, sees: [audit]}}",
            "E204 units.a.sees[0]: found the text 'audit'.",
        ),
    ],
)
def test_a_slip_is_told_with_its_place(tmp_path: Path, name: str, content: str, said: str):
    (tmp_path / f"{name}.yaml").write_text(content, "utf-8")
    found = load_rules(tmp_path, {"office"})
    assert not isinstance(found, Rules)
    assert said in render_problems(found)
