"""Takes the figures of one system at one rate, and of one agent with several waiting callers.

It decides what counts as a failure: a citizen who never talked to an agent, or, of those who
listen, never heard one. It must not judge
the figures nor print them.
"""

import asyncio
import random
import time
from dataclasses import asdict, dataclass, field

from ari_app.settings import Settings
from bench import load
from bench.citizen import CitizenLog
from bench.cpu import Usage, usage
from bench.pbx import POOL, SOLO, SOLO_AGENT, Site, leftovers
from bench.phones import PhoneLog, Phones
from bench.stats import milliseconds, nearest, next_after
from bench.systems import System

_DRAIN_LIMIT_S = 15.0
# The one agent's talks are short: it is the gap between them that is measured. Their lengths
# vary, or they fall into step with Queue(), which looks at its callers once a second.
_SOLO_TALK_S = (0.7, 1.3)
# From one ring to the next at most, so that a load lasts as long as the samples.
_SOLO_ROUND_S = 2.0
_SEED = 12345
Figures = dict[str, object]


@dataclass(frozen=True, slots=True)
class Bench:
    """What all measurements of a run share."""

    site: Site
    phones: Phones
    asterisk_pid: int
    talk_s: float
    waiting: int


@dataclass(slots=True)
class Result:
    system: str
    rate: float
    seconds: float
    offered: int
    completed: int
    failed: int
    asterisk_ms_per_call: float
    app_ms_per_call: float
    first_audio_ms: Figures
    ring_to_pop_ms: Figures
    freed_to_ring_ms: Figures = field(default_factory=dict)
    asterisk_rss_mb: tuple[float, float] = (0.0, 0.0)
    app_rss_mb: tuple[float, float] = (0.0, 0.0)
    leftovers: int = 0
    busy_rings: int = 0

    @property
    def total_ms_per_call(self) -> float:
        return self.asterisk_ms_per_call + self.app_ms_per_call

    def as_dict(self) -> Figures:
        return asdict(self) | {"total_ms_per_call": round(self.total_ms_per_call, 2)}


async def measure_rate(bench: Bench, system: System, rate: float, seconds: float) -> Result:
    """One load of `seconds`, until its last call is over and everything is torn down."""
    await system.make_ready(POOL)
    bench.phones.talk_s = lambda _agent: bench.talk_s
    log = bench.phones.start_log()
    before = _usages(bench, system)
    done = await load.dial(bench.site.settings.sip, system.numbers[POOL], rate, seconds)
    left = await drain(bench.site.settings, bench.phones)
    after = _usages(bench, system)
    system.check()
    deaf = sum(1 for one in done.citizens if not one.voice_at)
    completed = min(log.talks, done.offered - max(done.refused, deaf))
    return Result(
        system=system.name, rate=rate, seconds=seconds,
        offered=done.offered, completed=completed, failed=done.offered - completed,
        asterisk_ms_per_call=_per_call(before[0], after[0], completed),
        app_ms_per_call=_per_call(before[1], after[1], completed),
        first_audio_ms=_first_audio(done.citizens),
        ring_to_pop_ms=dict(milliseconds(nearest(log.rings, system.pops()))),
        asterisk_rss_mb=(before[0].rss_mb, after[0].rss_mb),
        app_rss_mb=(before[1].rss_mb, after[1].rss_mb),
        leftovers=left, busy_rings=log.busy,
    )  # fmt: skip


async def measure_freed_agent(
    bench: Bench, system: System, samples: int, rate: float = 0.0
) -> Figures:
    """From the one agent's hang-up to the next ring of that phone while callers wait for them;
    meanwhile `rate` calls a second pass through the others."""
    await system.make_ready(SOLO, *((POOL,) if rate else ()))
    lengths = random.Random(_SEED)
    bench.phones.talk_s = lambda agent: (
        lengths.uniform(*_SOLO_TALK_S) if agent == SOLO_AGENT else bench.talk_s
    )
    log = bench.phones.start_log()
    # While the last callers are served fewer than that wait: those are not counted.
    calls = samples + bench.waiting + 1
    number, sip = system.numbers[SOLO], bench.site.settings.sip
    lasts_s = samples * _SOLO_ROUND_S if rate else float("inf")
    until = time.time() + lasts_s
    async with asyncio.TaskGroup() as both:
        both.create_task(load.keep_waiting(sip, number, bench.waiting, calls))
        if rate:
            both.create_task(load.dial(sip, system.numbers[POOL], rate, lasts_s))
    system.check()
    await drain(bench.site.settings, bench.phones)
    return dict(milliseconds(_gaps(log, until)[:samples]))


def _gaps(log: PhoneLog, until: float) -> list[float]:
    """Of the one agent, as long as the load lasted."""
    freed = [at for agent, at in log.freed if agent == SOLO_AGENT and at < until]
    return next_after(freed, [at for agent, at in log.rings if agent == SOLO_AGENT])


def _first_audio(citizens: tuple[CitizenLog, ...]) -> Figures:
    heard = [one.prompt_at - one.dialled_at for one in citizens if one.prompt_at]
    return dict(milliseconds(heard))


def _usages(bench: Bench, system: System) -> tuple[Usage, Usage]:
    return usage(bench.asterisk_pid), usage(system.pid)


def _per_call(before: Usage, after: Usage, calls: int) -> float:
    return round((after.cpu_ms - before.cpu_ms) / max(1, calls), 2)


async def drain(settings: Settings, phones: Phones) -> int:
    """What is left in Asterisk when nothing more changes, or after a while."""
    deadline = time.monotonic() + _DRAIN_LIMIT_S
    while True:
        left = await leftovers(settings) + phones.talking
        if not left or time.monotonic() > deadline:
            return left
        await asyncio.sleep(0.2)
