"""A day's calls for the tools in a terminal.

Decides which instants a day has, and which version tells a typed number from a menu's key.
"""

import asyncio
from datetime import datetime, timedelta

from ari_app.db.day_records import Mask, read_span
from ari_app.flows.stage import Stage, load_version, prompt_seconds
from ari_app.reports.period import day as day_period
from ari_app.settings import Settings
from ivr.calendar import SHANGHAI
from ivr.play.journal import Record
from ivr.play.masking import without_typed_numbers
from ivr.play.trace import PromptSeconds


class Shelf:
    """The versions in which calls were made: they tell a typed number from a menu's key."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stages: dict[str, tuple[Stage, PromptSeconds] | None] = {}

    def without_numbers(self, record: Record) -> Record:
        label = record.tree_version
        if label not in self._stages:
            self._stages[label] = self._load(label)
        found = self._stages[label]
        if found is None:
            return without_typed_numbers(record)
        stage, seconds = found
        return without_typed_numbers(record, stage.trees.for_dialled(record.dialled), seconds)

    def _load(self, label: str) -> tuple[Stage, PromptSeconds] | None:
        number = label.partition("-")[0]
        stage = load_version(self._settings, int(number)) if number.isdecimal() else None
        return (stage, prompt_seconds(stage.prompts)) if isinstance(stage, Stage) else None


def read_day(settings: Settings, day: datetime | None, mask: Mask | None = None) -> list[Record]:
    """A day's calls; without a mask call ids stay, to be looked up, and callers are left out."""
    chosen = day or datetime.now(SHANGHAI) - timedelta(days=1)
    span = day_period(chosen.date().isoformat())
    return asyncio.run(read_span(settings.database_url, span.since, span.until, mask))
