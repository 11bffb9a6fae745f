"""``outbound.yaml``: whom we call, when, how often and how many at once.

Decides what the file may hold; it may be missing, which is the same as empty. Reads files; knows no
entry of the dial list.
"""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Annotated

from pydantic import Field

from ari_app.calendar_files import HoursText
from ari_app.core.outbound.policy import DutyTries, Missed, Pace, Policy, Tries, Window
from ari_app.world_files import Dialled, RingSeconds
from ari_app.yaml_files import read_optional
from ivr.calendar import Calendar, Spans, span_of
from ivr.fields import Name, Strict
from ivr.positions import Positions
from ivr.problems import Problem, did_you_mean

OUTBOUND = "outbound.yaml"

Spacing = Annotated[float, Field(ge=1, le=86400)]
Attempts = Annotated[int, Field(ge=1, le=20)]


class TriesEntry(Strict):
    """``window``: local time of every day; nobody is called outside it but for urgent entries."""

    window: HoursText = ("08:00-21:30",)
    ring_s: RingSeconds = 30.0
    spacing_s: Spacing = 600.0
    max_attempts: Attempts = 3

    def tries(self, calendar: Calendar) -> Tries:
        window = Window.of(_spans(self.window), calendar)
        return Tries(window, self.ring_s, self.spacing_s, self.max_attempts)


class CallbacksEntry(TriesEntry):
    """``notice`` is said to whoever answers; empty: nothing."""

    notice: str = "callback_notice"


class MissedEntry(Strict):
    """``queue`` is for those who hung up before they came to a queue."""

    enabled: bool = True
    not_before_s: Annotated[float, Field(ge=0, le=86400)] = 30.0
    queue: Name = "general"


class DutyEntry(Strict):
    """How the duty phones of units.yaml are rung until somebody presses the key."""

    tree: Name = "duty"
    busy_again_s: Spacing = 15.0
    busy_tries: Attempts = 3
    next_s: Spacing = 2.0
    round_s: Spacing = 60.0
    escalate_after_rounds: Attempts = 1
    max_rounds: Annotated[int, Field(ge=1, le=500)] = 20


class VisitsEntry(TriesEntry):
    window: HoursText = ("09:00-12:00", "14:00-20:00")
    spacing_s: Spacing = 7200.0
    tree: Name = "visit"
    max_at_once: Annotated[int, Field(ge=1, le=200)] = 4
    per_minute: Annotated[int, Field(ge=1, le=600)] = 20


class OutboundFile(Strict):
    """``shown_number`` is what people see whom we call."""

    enabled: bool = True
    shown_number: Dialled | None = None
    callbacks: CallbacksEntry = CallbacksEntry()
    missed: MissedEntry = MissedEntry()
    duty: DutyEntry = DutyEntry()
    visits: VisitsEntry = VisitsEntry()


def policy_of(file: OutboundFile, calendar: Calendar) -> Policy:
    missed, visits = file.missed, file.visits
    return Policy(
        is_enabled=file.enabled,
        shown_number=file.shown_number or "",
        notice=file.callbacks.notice,
        callbacks=file.callbacks.tries(calendar),
        missed=Missed(missed.enabled, missed.not_before_s, missed.queue),
        duty=DutyTries(**file.duty.model_dump()),
        visits=visits.tries(calendar),
        pace=Pace(visits.tree, visits.max_at_once, visits.per_minute),
    )


def read_outbound(config_dir: Path, problems: list[Problem]) -> tuple[OutboundFile, Positions]:
    return read_optional(config_dir / OUTBOUND, OutboundFile, problems) or (
        OutboundFile(),
        Positions(),
    )


def unknown_in_outbound(
    path: Path,
    found: tuple[OutboundFile, Positions],
    queues: Collection[str],
    prompts: Collection[str],
) -> Iterator[Problem]:
    """Names that the file uses and nobody declared; those of trees are judged when they are due."""
    file, positions = found
    if file.missed.queue not in queues:
        place = positions.value(("missed", "queue"))
        message = f"missed.queue: there is no queue '{file.missed.queue}'."
        hint = did_you_mean(file.missed.queue, queues, what="Known queues")
        yield Problem(str(path), place.line, place.col, "E302", message, hint)
    notice = file.callbacks.notice
    if path.exists() and notice and notice not in prompts:
        place = positions.value(("callbacks", "notice"))
        message = f"callbacks.notice: there is no prompt '{notice}'."
        hint = did_you_mean(notice, prompts, what="Prompts")
        yield Problem(str(path), place.line, place.col, "E304", message, hint)


def _spans(texts: tuple[str, ...]) -> Spans:
    return tuple(span for text in texts if (span := span_of(text)) is not None)
