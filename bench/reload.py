"""What it does to callers in a tree when new versions of the trees are brought into service.

Loads of the same rate run one after another on one service: undisturbed, with a small tree applied
again and again, and with a very large one. It must not judge: figures are told beside those of the
undisturbed loads.
"""

import asyncio
import contextlib
import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final

import aiohttp

from ari_app.passwords import load_passwords
from ari_app.settings import Settings
from bench import load
from bench.figures import Figure
from bench.measure import Bench, drain
from bench.pbx import OTHER_PROMPT, POOL, PROMPT, SERVICE_NUMBER
from bench.presser import KeyPresser
from bench.service import Service
from bench.stats import percentile
from bench.trees import big_trees

LARGE: Final = 5000
_EVERY_S: Final = 2.0
_ANSWER_LIMIT = aiohttp.ClientTimeout(total=150)

_MENUS = f"""\
flow: main
description: version {{version}}
start: first
last_resort: desk
nodes:
  first:
    type: menu
    prompts: [{PROMPT}]
    keys: {{{{1: second, 0: desk{{way}}}}}}
    first_key_s: 1
    on_no_key: {{{{next: desk}}}}
  second:
    type: menu
    prompts: [{OTHER_PROMPT}]
    keys: {{{{1: first, 0: desk}}}}
    first_key_s: 1
    on_no_key: {{{{next: desk}}}}
  desk: {{{{type: queue, queue: general, needs: {{{{zh: 1}}}}}}}}
"""
_WAY = "  large: {type: call, flow: large, next: desk}\n"
SMALL: Final = 3


class ReloadFailed(Exception):
    """The service did not take a new version; the text holds its answer."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """How it is loaded: ``large`` is the size of the large tree, ``rounds`` are of each kind."""

    rate: float
    seconds: float
    large: int = LARGE
    rounds: int = 2


@dataclass(slots=True)
class Loaded:
    """What the loads of one kind gave; times in seconds."""

    reactions: list[float] = field(default_factory=list)
    reloads: list[float] = field(default_factory=list)
    offered: int = 0
    failed: int = 0
    unheeded: int = 0


def write_menus(flows: Path, version: int, nodes: int) -> None:
    """The folder of flows: two menus, and below them a tree with so many nodes."""
    large = _large(nodes) if nodes > SMALL else {}
    way, more = (", 9: large", _WAY) if large else ("", "")
    files = {**large, "main.yaml": _MENUS.format(version=version, way=way) + more}
    for old in flows.glob("*.yaml"):
        if old.name not in files:
            old.unlink()
    for name, text in files.items():
        (flows / name).write_text(text, encoding="utf-8")


@lru_cache(1)
def _large(nodes: int) -> Mapping[str, str]:
    """Made once: while it is, the citizens of the bench do nothing."""
    files = big_trees(nodes)
    return {**files, "large.yaml": files["main.yaml"].replace("flow: main", "flow: large", 1)}


async def reload_figures(bench: Bench, wanted: Wanted, say: Callable[[str], None]) -> list[Figure]:
    flows = bench.site.settings.config_dir / "flows"
    write_menus(flows, 0, SMALL)
    _large(wanted.large)
    service = Service(bench.site)
    loaded = {nodes: Loaded() for nodes in (0, SMALL, wanted.large)}
    try:
        await service.start()
        await service.make_ready(POOL)
        for nodes in _order([*loaded], wanted.rounds):
            say(f"bench: {wanted.rate:g} calls/s for {wanted.seconds:g} s, {_kind(nodes)}")
            await _one_load(bench, wanted, nodes, loaded[nodes])
            service.check()
    finally:
        await service.stop()
    return _figures(loaded, wanted.rate)


def _order(kinds: list[int], rounds: int) -> Iterator[int]:
    """Forth and back, so that what slowly drifts falls on all alike."""
    for number in range(rounds):
        yield from reversed(kinds) if number % 2 else kinds


async def _one_load(bench: Bench, wanted: Wanted, nodes: int, into: Loaded) -> None:
    settings, log = bench.site.settings, bench.phones.start_log()
    bench.phones.talk_s = lambda _agent: bench.talk_s
    is_over = asyncio.Event()

    dialling = asyncio.create_task(
        load.dial(settings.sip, SERVICE_NUMBER, wanted.rate, wanted.seconds, KeyPresser)
    )
    dialling.add_done_callback(lambda _: is_over.set())
    try:
        if nodes:
            into.reloads += await _reload_until(is_over, settings, nodes)
        done = await dialling
    finally:
        dialling.cancel()
    await drain(settings, bench.phones)
    into.offered += done.offered
    into.failed += done.offered - min(log.talks, done.offered - done.refused)
    into.unheeded += sum(one.unheeded for one in done.citizens)
    into.reactions += [reaction for one in done.citizens for reaction in one.reactions]


async def _reload_until(is_over: asyncio.Event, settings: Settings, nodes: int) -> list[float]:
    """Seconds of each, from the request until the version is in service."""
    token = load_passwords(settings, []).operator
    took: list[float] = []
    async with aiohttp.ClientSession(
        settings.web_url, timeout=_ANSWER_LIMIT, headers={"Authorization": f"Bearer {token}"}
    ) as client:
        while not is_over.is_set():
            write_menus(settings.config_dir / "flows", time.time_ns(), nodes)
            begun = time.perf_counter()
            await _apply(client)
            took.append(time.perf_counter() - begun)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(is_over.wait(), _EVERY_S)
    return took


async def _apply(client: aiohttp.ClientSession) -> None:
    # What the profile of a regulation finds in a tree of the bench is of no interest.
    body = {"message": "bench", "force": True}
    async with client.post("/api/v1/flows/versions", json=body) as answer:
        if answer.status >= 300:
            said = json.loads(await answer.text())
            raise ReloadFailed(f"{answer.status}: {json.dumps(said, ensure_ascii=False)[:800]}")


def _kind(nodes: int) -> str:
    return f"applying {nodes:,} nodes" if nodes else "no reloads"


def _figures(loaded: Mapping[int, Loaded], rate: float) -> list[Figure]:
    quiet = loaded[0]
    found: list[Figure] = []
    for nodes, one in loaded.items():
        name = f"key to next prompt at {rate:g} calls/s, {_kind(nodes)}"
        calls = f"{len(one.reactions)} keys; {one.failed} of {one.offered} calls failed"
        calls += f", {one.unheeded} keys unheeded" if one.unheeded else ""
        for label, share in _SHARES.items():
            mine, base = (percentile(some.reactions, share) for some in (one, quiet))
            ratio = f"x {mine / base:.2f} of no reloads" if nodes and mine and base else calls
            found.append(Figure(f"{name}, {label}", _ms(mine), "ms", ratio))
        for label, share in _SHARES.items() if one.reloads else ():
            name = f"reload of {nodes:,} nodes at {rate:g} calls/s, {label}"
            note = f"{len(one.reloads)} reloads"
            found.append(Figure(name, _ms(percentile(one.reloads, share)), "ms", note))
    return found


_SHARES: Final = {"p50": 0.5, "p99": 0.99}


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 1)
