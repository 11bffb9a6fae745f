"""China's working days of 2025 and 2026, as the shipped files have them, and instants by text."""

import datetime
from pathlib import Path

from ari_app.configuration import Configuration, load_configuration
from ari_app.tickets.clocks import WorkTime
from ivr.calendar import SHANGHAI, Calendar

ROOT = Path(__file__).parents[2]


def _load() -> Configuration:
    found = load_configuration(ROOT / "config")
    assert isinstance(found, Configuration), found
    return found


SHIPPED = _load()
CALENDAR: Calendar = SHIPPED.world.calendar
SLA = SHIPPED.rules.sla
OFFICE = WorkTime(CALENDAR, "office")


def at(text: str) -> float:
    """``2026-02-13 16:00`` in Shanghai, as epoch seconds."""
    return datetime.datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).timestamp()


def text(instant: float | None) -> str:
    if instant is None:
        return "-"
    return datetime.datetime.fromtimestamp(instant, SHANGHAI).strftime("%Y-%m-%d %H:%M")
