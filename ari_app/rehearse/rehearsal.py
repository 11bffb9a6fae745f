"""One rehearsal from a plan to its result, and the days that are known from the press.

The sizes: Qingdao took 13,000 calls a day and in its surge 3.86 times as many; Jinan up to 30,000.
"""

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from ari_app.core.values import Centre
from ari_app.rehearse.day import Day
from ari_app.rehearse.plan import Plan, callers
from ari_app.rehearse.results import Result, result_of
from ari_app.rehearse.roster import centre_of, turns

DAYS = {"normal": (13_000, 88), "peak": (30_000, 192), "surge": (50_200, 312)}
"""Calls of the day, and the seats that Erlang C wants for its busiest hour with 30 s wrap-up."""


def rehearse(plan: Plan, configured: Centre, clock: Callable[[], float]) -> Result:
    """Play the day; ``clock`` (seconds) only tells how long that took."""
    began = clock()
    people = callers(plan)
    with _no_collecting():
        Day(plan, centre_of(configured, plan)).run(people, turns(plan))
    mode = configured.modes.get(plan.mode)
    if mode is not None and mode.wrap_up_s is not None:
        plan = replace(plan, wrap_up_s=mode.wrap_up_s)
    return result_of(plan, people, clock() - began)


def variants(
    plan: Plan, seats: Sequence[int], wrap_ups: Sequence[float], modes: Sequence[str] = ("",)
) -> list[Plan]:
    """The same day and the same callers with each number of seats, each wrap-up and each mode."""
    return [
        replace(plan, seats=n, wrap_up_s=wrap_up, mode=mode)
        for n in seats
        for wrap_up in wrap_ups
        for mode in modes
    ]


@contextmanager
def _no_collecting() -> Iterator[None]:
    """A day makes millions of small values and hardly a circle of references."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
