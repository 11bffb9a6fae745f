"""How soon a change of state is on the screens: desks and boards of a whole floor, connected.

The screens are real WebSocket clients in a process of their own. It must not judge: the aim (p99
under 200 ms with 200 agents) stands in docs/bench.md.
"""

import asyncio
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from ari_app.passwords import load_passwords
from bench.cpu import Usage, usage
from bench.figures import Figure
from bench.measure import Bench
from bench.pbx import BOSS, POOL
from bench.service import Service
from bench.stats import milliseconds
from bench.watchers import Watched

LIMIT_S: Final = 300.0


class FloorFailed(Exception):
    """The screens did not come up, or did not end."""


@dataclass(frozen=True, slots=True)
class Crowd:
    boards: int
    changes_a_second: float
    seconds: float


async def floor_figures(bench: Bench, crowd: Crowd, say: Callable[[str], None]) -> list[Figure]:
    service, people = Service(bench.site), len(bench.site.pool)
    say(f"bench: floor: {people} desks and {crowd.boards} boards connect")
    await service.start_alone()
    try:
        at_rest = usage(service.pid)
        seen, full, spent = await _watched(bench, service, crowd)
    finally:
        await service.stop()
    name = f"{people} desks, {crowd.boards} boards, {crowd.changes_a_second:g} changes/s"
    return _figures(name, seen, (at_rest, full), spent)


async def _watched(
    bench: Bench, service: Service, crowd: Crowd
) -> tuple[dict[str, Any], Usage, float]:
    """What was seen, the service's memory with all connected, its share of one core meanwhile."""
    pool = bench.site.agents[POOL]
    secrets = load_passwords(bench.site.settings, [*pool, BOSS]).agents
    watched = Watched(
        bench.site.settings.web_url, {agent: secrets[agent].api for agent in pool},
        (BOSS, secrets[BOSS].api), crowd.boards, crowd.changes_a_second, crowd.seconds,
    )  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.watchers", limit=2**24,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(f"{watched.as_json()}\n".encode())
        async with asyncio.timeout(LIMIT_S):
            if await process.stdout.readline() != b"open\n":
                raise FloorFailed("the screens could not sign in or connect: see above")
            before, began = usage(service.pid), time.monotonic()
            seen = json.loads(await process.stdout.readline() or "null")
            after, lasted_s = usage(service.pid), time.monotonic() - began
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
    if not seen:
        raise FloorFailed("the screens ended early: see above")
    return seen, after, (after.cpu_ms - before.cpu_ms) / 10 / lasted_s


def _figures(
    name: str, seen: dict[str, Any], memory: tuple[Usage, Usage], core_percent: float
) -> list[Figure]:
    found: list[Figure] = []
    for who in ("desks", "boards"):
        told = milliseconds(seen[who])
        note = f"{told['n']} messages of {seen['changes']} changes, max {told['max']} ms"
        for share in ("p50", "p99"):
            label = f"{name}: change to message at {who}, {share}"
            found.append(Figure(label, told[share], "ms", note))
    at_rest, full = memory
    return [
        *found,
        Figure(f"{name}: the service's CPU", round(core_percent, 1), "% of a core"),
        Figure(f"{name}: the service's memory", full.rss_mb, "MB", f"{at_rest.rss_mb} MB alone"),
    ]
