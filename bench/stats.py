"""Percentiles and pairing of instants. It must not know what was timed."""

import bisect
from collections.abc import Iterable, Sequence


def percentile(values: Iterable[float], share: float) -> float | None:
    """The smallest value that at least `share` of all do not exceed; None when there is none."""
    ordered = sorted(values)
    if not ordered:
        return None
    return ordered[max(0, -int(-len(ordered) * share // 1) - 1)]


def milliseconds(values: Iterable[float]) -> dict[str, float | int | None]:
    """What is printed of a series of seconds."""
    series = [value * 1000 for value in values]
    rounded = {name: percentile(series, share) for name, share in _SHARES.items()}
    return {"n": len(series)} | {
        name: None if value is None else round(value, 1) for name, value in rounded.items()
    }


_SHARES = {"p50": 0.5, "p99": 0.99, "max": 1.0}


def next_after(starts: Sequence[float], ends: Sequence[float]) -> list[float]:
    """From each start to the first end behind it, unless another start comes first."""
    ends = sorted(ends)
    gaps: list[float] = []
    for start, following in zip(starts, [*starts, float("inf")][1:], strict=True):
        index = bisect.bisect_right(ends, start)
        if index < len(ends) and ends[index] < following:
            gaps.append(ends[index] - start)
    return gaps


def nearest(marks: Sequence[tuple[str, float]], others: Sequence[tuple[str, float]]) -> list[float]:
    """For each mark the distance to the nearest other of the same name, within a second."""
    by_name: dict[str, list[float]] = {}
    for name, at in others:
        by_name.setdefault(name, []).append(at)
    gaps: list[float] = []
    for name, at in marks:
        closest = min((other - at for other in by_name.get(name, [])), key=abs, default=None)
        if closest is not None and abs(closest) < 1.0:
            gaps.append(closest)
    return gaps
