"""What a rehearsed day came to: figures by the hour and for the whole day.

Pure arithmetic over the callers of the day. Waits are from joining the queue to an agent's voice.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ari_app.rehearse.plan import HOUR_S, Caller, Plan, percentile
from ari_app.rehearse.roster import seats_per_hour

GOAL_S = 15.0
LINE_STEP_S = 60.0


@dataclass(frozen=True, slots=True)
class Waits:
    """Callers who came in some time. Shares are of all of them, seconds of those answered."""

    calls: int
    answered: int
    abandoned: int
    in_15_s: float
    mean_s: float
    p95_s: float
    longest_s: float


@dataclass(frozen=True, slots=True)
class Hour:
    """``line`` is the longest that the line was, ``occupancy`` talk and wrap-up of the seats'
    time: more than 1 when calls run over the end of a shift."""

    hour: int
    seats: int
    waits: Waits
    line: int
    occupancy: float


@dataclass(frozen=True, slots=True)
class EstimateError:
    """Real wait minus the one announced on joining, of callers who waited and were answered."""

    count: int
    mean_s: float
    mean_size_s: float
    p90_size_s: float


@dataclass(frozen=True, slots=True)
class Result:
    plan: Plan
    whole: Waits
    hours: tuple[Hour, ...]
    estimate: EstimateError
    line: tuple[int, ...]
    """Callers waiting at each full minute."""
    took_s: float = 0.0


def result_of(plan: Plan, callers: Sequence[Caller], took_s: float) -> Result:
    line = line_by_minute(callers)
    return Result(
        plan, waits_of(callers), tuple(_hours(plan, callers, line)), estimate_error(callers),
        tuple(line), took_s,
    )  # fmt: skip


def waits_of(callers: Sequence[Caller]) -> Waits:
    waits = [one.connected - one.arrived for one in callers if one.connected is not None]
    soon = sum(wait <= GOAL_S for wait in waits)
    return Waits(
        calls=len(callers),
        answered=len(waits),
        abandoned=len(callers) - len(waits),
        in_15_s=soon / len(callers) if callers else 1.0,
        mean_s=sum(waits) / len(waits) if waits else 0.0,
        p95_s=percentile(waits, 0.95),
        longest_s=max(waits, default=0.0),
    )


def estimate_error(callers: Sequence[Caller]) -> EstimateError:
    errors = [
        one.offered - one.arrived - one.announced_s
        for one in callers
        if one.offered is not None and one.connected is not None and one.announced_s is not None
    ]
    if not errors:
        return EstimateError(0, 0.0, 0.0, 0.0)
    sizes = [abs(error) for error in errors]
    return EstimateError(
        len(errors), sum(errors) / len(errors), sum(sizes) / len(sizes), percentile(sizes, 0.9)
    )


def line_by_minute(callers: Sequence[Caller]) -> list[int]:
    ends = [_left_line(one) for one in callers]
    steps = [0] * (int(max(ends, default=0.0) / LINE_STEP_S) + 2)
    for caller, end in zip(callers, ends, strict=True):
        steps[int(caller.arrived / LINE_STEP_S) + 1] += 1
        steps[int(end / LINE_STEP_S) + 1] -= 1
    line, waiting = [], 0
    for step in steps:
        waiting += step
        line.append(waiting)
    return line


def _left_line(caller: Caller) -> float:
    until = caller.offered if caller.connected is not None else caller.left
    return caller.arrived if until is None else until


def _hours(plan: Plan, callers: Sequence[Caller], line: Sequence[int]) -> list[Hour]:
    by_hour: list[list[Caller]] = [[] for _ in plan.curve]
    for caller in callers:
        by_hour[int(caller.arrived // HOUR_S)].append(caller)
    busy = _busy_s(plan, callers)
    minutes = int(HOUR_S / LINE_STEP_S)
    return [
        Hour(
            hour,
            seats,
            waits_of(by_hour[hour]),
            max(line[hour * minutes : (hour + 1) * minutes], default=0),
            busy[hour] / (seats * HOUR_S),
        )
        for hour, seats in enumerate(seats_per_hour(plan))
    ]


def _busy_s(plan: Plan, callers: Sequence[Caller]) -> list[float]:
    """Seconds of ringing, talk and wrap-up that fall into each hour."""
    busy = [0.0] * len(plan.curve)
    for caller in callers:
        if caller.connected is None or caller.offered is None or caller.left is None:
            continue
        at, end = caller.offered, caller.left + plan.wrap_up_s
        while at < end and (hour := int(at // HOUR_S)) < len(busy):
            until = min(end, (hour + 1) * HOUR_S)
            busy[hour] += until - at
            at = until
    return busy
