"""`python -m bench`: runs the chosen systems at the chosen rates and prints the comparison.

It decides the order of a run. It must not know how anything is started or measured.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from ari_app.asterisk.installation import AsteriskMissing
from ari_app.asterisk.process import AsteriskFailed
from ari_app.settings import SettingsError, load_settings
from bench import ari_loop, report
from bench.ari_loop import NotInstalled
from bench.child import ChildFailed
from bench.load import LoadFailed
from bench.measure import Bench, Figures, Result, measure_freed_agent, measure_rate
from bench.pbx import AGENT_HOST, asterisk_of, build_site
from bench.phones import Phones
from bench.systems import SYSTEMS, System

# Runs are only compared with earlier ones that did the same.
_COMPARED = ("seconds", "agents", "talk_s")
_EXPECTED = (
    AsteriskMissing, AsteriskFailed, SettingsError, LoadFailed, ChildFailed, NotInstalled,
    TimeoutError,
)  # fmt: skip
_DEFAULT_SYSTEMS = ("service", "queue", "ari-client")


@dataclass(frozen=True, slots=True)
class Options:
    rates: tuple[float, ...]
    seconds: float
    systems: tuple[str, ...]
    agents: int
    talk_s: float
    samples: int
    waiting: int
    folder: Path


def parse(arguments: Sequence[str]) -> tuple[Options, bool]:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--rates", default="10,30,60", help="calls/s, one after another")
    parser.add_argument("--seconds", type=float, default=20.0, help="length of each load")
    parser.add_argument("--systems", default=",".join(_DEFAULT_SYSTEMS), help=", ".join(SYSTEMS))
    parser.add_argument("--agents", type=int, default=200, help="size of the pool")
    parser.add_argument("--talk", type=float, default=2.0, help="seconds that each agent talks")
    parser.add_argument("--samples", type=int, default=30, help="of the freed agent; 0 for none")
    parser.add_argument("--waiting", type=int, default=8, help="callers for the freed agent")
    parser.add_argument("--folder", type=Path, default=report.OUT / "run", help="working folder")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    given = parser.parse_args(arguments)
    systems = tuple(given.systems.split(","))
    if unknown := set(systems) - set(SYSTEMS):
        parser.error(f"--systems: no {', '.join(sorted(unknown))}; known: {', '.join(SYSTEMS)}")
    rates = tuple(sorted(float(rate) for rate in given.rates.split(",")))
    options = Options(
        rates, given.seconds, systems, given.agents, given.talk, given.samples,
        given.waiting, given.folder.resolve(),
    )  # fmt: skip
    return options, given.json


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


async def run(options: Options) -> tuple[list[Result], dict[str, Figures]]:
    """Everything that was asked for, on one Asterisk."""
    phones = Phones(AGENT_HOST, lambda: options.talk_s)
    site = build_site(
        options.folder, port_offset=load_settings().port_offset,
        agents=options.agents, phone_port=phones.port,
    )  # fmt: skip
    results: list[Result] = []
    freed: dict[str, Figures] = {}
    asterisk = asterisk_of(site)
    say(f"bench: starting Asterisk, {options.agents} agents")
    await asterisk.start()
    try:
        assert asterisk.pid is not None, "start() returns with a live Asterisk"
        bench = Bench(site, phones, asterisk.pid, options.talk_s, options.waiting)
        for name in options.systems:
            await _run_system(bench, SYSTEMS[name](site), options, (results, freed))
    finally:
        await asterisk.stop()
        phones.close()
    return results, freed


async def _run_system(
    bench: Bench, system: System, options: Options, into: tuple[list[Result], dict[str, Figures]]
) -> None:
    results, freed = into
    say(f"bench: {system.name}: starting")
    try:
        await system.start()
        for rate in options.rates:
            if system.max_rate is not None and rate > system.max_rate:
                say(f"bench: {system.name}: not at {rate:g} calls/s, it is known to collapse there")
                continue
            say(f"bench: {system.name}: {rate:g} calls/s for {options.seconds:g} s")
            results.append(await measure_rate(bench, system, rate, options.seconds))
        if options.samples:
            waiting = f"one agent, {options.waiting} waiting callers"
            say(f"bench: {system.name}: {waiting}, {options.samples} samples")
            freed[system.name] = await measure_freed_agent(bench, system, options.samples)
    finally:
        await system.stop()


def main(arguments: Sequence[str] | None = None) -> int:
    options, is_json = parse(sys.argv[1:] if arguments is None else arguments)
    about: Figures = {name: getattr(options, name) for name in _COMPARED}
    earlier = report.earlier_totals(about)
    try:
        if "ari-client" in options.systems:
            ari_loop.install(say)
        results, freed = asyncio.run(run(options))
    except _EXPECTED as error:
        say(f"bench: cannot go on: {type(error).__name__}: {error}")
        return 1
    figures = report.as_json(results, freed, about)
    say(f"bench: written to {report.save(figures)}")
    if is_json:
        print(json.dumps(figures, indent=1))
    else:
        report.print_tables(Console(width=150), results, freed, earlier)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
