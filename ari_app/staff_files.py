"""What is laid down about agents' work: the part ``staff`` of queues.yaml, and ``modes.yaml``.

Decides what may stand there. ``modes.yaml`` may be missing, which is the same as empty. Knows no
agent and no call.
"""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from ari_app.calendar_files import Label
from ari_app.core.modes import Mode
from ari_app.core.staffing import PauseReason, Staffing
from ivr.fields import Name, Strict
from ivr.positions import Place, Positions
from ivr.problems import Problem, did_you_mean

MODES = "modes.yaml"


def _none_or_a_minute(value: float) -> float:
    if 0 < value < 60:
        raise ValueError(f"{value:g} s is too short. Write 0 for no limit, or 60 and more.")
    return value


Limit = Annotated[float, Field(ge=0, le=86400), AfterValidator(_none_or_a_minute)]
WrapUpSeconds = Annotated[float, Field(ge=0, le=600)]
Boost = Annotated[float, Field(ge=0, le=900)]


class PauseEntry(Strict):
    """A reason to pause; longer than ``limit_s``, and the supervisors see it."""

    label: Label
    limit_s: Annotated[float, Field(ge=60, le=86400)] | None = None


class StaffEntry(Strict):
    """The rules of work; durations in seconds, 0 is no limit."""

    pause_reasons: dict[Name, PauseEntry] = Field(
        default={}, description="Why agents may pause. None: whatever they write."
    )
    missed_offers: Annotated[int, Field(ge=1, le=20)] = Field(
        default=2, description="So many in a row make an agent not ready."
    )
    avoid_s: Annotated[float, Field(ge=0, le=600)] = Field(
        default=30.0, description="How long a caller is kept from the agent who missed them."
    )
    work_limit_s: Limit = Field(default=14400.0, description="Work without a break.")
    talk_limit_s: Limit = Field(default=36000.0, description="Talks of one day.")
    rest_s: Annotated[float, Field(ge=60, le=7200)] = Field(
        default=900.0, description="A break, and how long who is tired must rest."
    )
    warn_s: Annotated[float, Field(ge=0, le=3600)] = Field(
        default=600.0, description="How long before a limit the agent is warned."
    )
    wrap_up_more: Annotated[int, Field(ge=0, le=10)] = Field(
        default=1, description="How often an agent may lengthen one wrap-up."
    )
    wrap_up_more_s: Annotated[float, Field(ge=5, le=600)] = 30.0


class ModeEntry(Strict):
    """One surge mode of modes.yaml; all of it is on while the mode is on."""

    label: Label
    greeting: Name | None = Field(
        default=None, description="A prompt, said before the first words of every call."
    )
    wrap_up_s: WrapUpSeconds | None = Field(
        default=None, description="Wrap-up of all queues; an agent's own order goes before."
    )
    boost_s: dict[Name, Boost] = Field(
        default={}, description="Queues whose callers move forward, by so many seconds."
    )
    pools: dict[Name, Annotated[tuple[Name, ...], Field(min_length=1)]] = Field(
        default={}, description="For a queue, the queues whose agents also take it."
    )
    announce: dict[Name, Name] = Field(
        default={}, description="Prompts, each with the one that is said instead."
    )


class ModesFile(Strict):
    modes: dict[Name, ModeEntry] = Field(default_factory=dict)


def staffing_of(entry: StaffEntry) -> Staffing:
    reasons = {n: PauseReason(e.label, e.limit_s) for n, e in entry.pause_reasons.items()}
    return Staffing(
        pause_reasons=reasons,
        missed_offers=entry.missed_offers,
        avoid_s=entry.avoid_s,
        work_limit_s=entry.work_limit_s,
        talk_limit_s=entry.talk_limit_s,
        rest_s=entry.rest_s,
        warn_s=entry.warn_s,
        wrap_up_more=entry.wrap_up_more,
        wrap_up_more_s=entry.wrap_up_more_s,
    )


def modes_of(file: ModesFile) -> Mapping[str, Mode]:
    return {
        name: Mode(
            label=entry.label,
            greeting=entry.greeting or "",
            wrap_up_s=entry.wrap_up_s,
            boost_s=dict(entry.boost_s),
            pools=dict(entry.pools),
            announce=dict(entry.announce),
        )
        for name, entry in file.modes.items()
    }


def unknown_in_modes(
    path: Path,
    file: ModesFile,
    positions: Positions,
    queues: Collection[str],
    prompts: Collection[str],
) -> Iterator[Problem]:
    """Queues and prompts that a mode names and nobody declared."""
    for name, entry in file.modes.items():
        for keys, what, value in _named(entry):
            known = queues if what == "queue" else prompts
            if value not in known:
                place = positions.value(("modes", name, *keys))
                yield _unknown(str(path), place, f"modes.{name}.{keys[0]}", what, (value, known))


def _named(entry: ModeEntry) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    if entry.greeting is not None:
        yield ("greeting",), "prompt", entry.greeting
    for queue in entry.boost_s:
        yield ("boost_s", queue), "queue", queue
    for queue, lenders in entry.pools.items():
        yield ("pools", queue), "queue", queue
        for index, lender in enumerate(lenders):
            yield ("pools", queue, index), "queue", lender
    for said, instead in entry.announce.items():
        yield ("announce", said), "prompt", said
        yield ("announce", said), "prompt", instead


def _unknown(
    path: str, place: Place, where: str, what: str, named: tuple[str, Collection[str]]
) -> Problem:
    code = "E302" if what == "queue" else "E304"
    hint = did_you_mean(*named, what=f"Known {what}s")
    message = f"{where}: there is no {what} '{named[0]}'."
    return Problem(path, place.line, place.col, code, message, hint)
