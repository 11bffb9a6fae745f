"""`python -m bench`: runs the chosen parts and prints the comparison.

It decides the order of a run. It must not know how anything is started or measured.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from rich.console import Console

from ari_app.asterisk.installation import AsteriskMissing
from ari_app.asterisk.process import AsteriskFailed
from ari_app.settings import SettingsError, load_settings
from bench import ari_loop, report
from bench.ari_loop import NotInstalled
from bench.child import ChildFailed
from bench.floor import Crowd, FloorFailed, floor_figures
from bench.interpreter import BenchTreeWrong, interpreter_figures
from bench.load import LoadFailed
from bench.match import match_figures
from bench.measure import Bench, Figures, measure_freed_agent, measure_rate
from bench.options import Options, parse
from bench.pbx import AGENT_HOST, asterisk_of, build_site
from bench.phones import Phones
from bench.proof import ProofFailed, proof_figures
from bench.reload import ReloadFailed, Wanted, reload_figures
from bench.report import Run
from bench.systems import SYSTEMS, System

# Runs are only compared with earlier ones that did the same.
_COMPARED = ("seconds", "agents", "talk_s")
_EXPECTED = (
    AsteriskMissing, AsteriskFailed, SettingsError, LoadFailed, ChildFailed, NotInstalled,
    BenchTreeWrong, FloorFailed, ProofFailed, ReloadFailed, TimeoutError,
)  # fmt: skip


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@asynccontextmanager
async def a_bench(options: Options) -> AsyncIterator[Bench]:
    """One Asterisk, and the agents' phones."""
    phones = Phones(AGENT_HOST, lambda _agent: options.talk_s)
    site = build_site(
        options.folder, port_offset=load_settings().port_offset,
        agents=options.agents, phone_port=phones.port,
    )  # fmt: skip
    asterisk = asterisk_of(site)
    say(f"bench: starting Asterisk, {options.agents} agents")
    await asterisk.start()
    try:
        assert asterisk.pid is not None, "start() returns with a live Asterisk"
        yield Bench(site, phones, asterisk.pid, options.talk_s, options.waiting)
    finally:
        await asterisk.stop()
        phones.close()


async def run_calls(options: Options, into: Run) -> None:
    """All systems on one Asterisk."""
    async with a_bench(options) as bench:
        for name in options.systems:
            await _run_system(bench, SYSTEMS[name](bench.site), options, into)


async def _run_system(bench: Bench, system: System, options: Options, into: Run) -> None:
    say(f"bench: {system.name}: starting")
    try:
        await system.start()
        for rate in options.rates:
            if system.max_rate is not None and rate > system.max_rate:
                say(f"bench: {system.name}: not at {rate:g} calls/s, it is known to collapse there")
                continue
            say(f"bench: {system.name}: {rate:g} calls/s for {options.seconds:g} s")
            into.results.append(await measure_rate(bench, system, rate, options.seconds))
        if options.samples:
            waiting = f"one agent, {options.waiting} waiting callers"
            say(f"bench: {system.name}: {waiting}, {options.samples} samples")
            into.freed[system.name] = await measure_freed_agent(bench, system, options.samples)
        if options.samples and options.busy and options.busy <= (system.max_rate or options.busy):
            say(f"bench: {system.name}: the same beside {options.busy:g} calls/s")
            into.freed_busy[system.name] = await measure_freed_agent(
                bench, system, options.samples, options.busy
            )
    finally:
        await system.stop()


async def run_reload(options: Options, into: Run) -> None:
    async with a_bench(options) as bench:
        wanted = Wanted(options.reload_rate, options.seconds, options.large, options.rounds)
        into.figures["reload"] = await reload_figures(bench, wanted, say)


async def run_floor(options: Options, into: Run) -> None:
    crowd = Crowd(options.boards, options.changes, options.seconds)
    figures = into.figures.setdefault("floor", [])
    for people in options.people:
        async with a_bench(replace(options, agents=people)) as bench:
            figures.extend(await floor_figures(bench, crowd, say))


def run_trees(options: Options, into: Run) -> None:
    into.figures["trees"] = [
        *interpreter_figures(say, options.round_s),
        *proof_figures(say, options.sizes),
    ]


def run(options: Options) -> Run:
    """Everything that was asked for."""
    done = Run()
    if "trees" in options.parts:
        run_trees(options, done)
    if "match" in options.parts:
        done.figures["match"] = match_figures(say)
    if "calls" in options.parts:
        if "ari-client" in options.systems:
            ari_loop.install(say)
        asyncio.run(run_calls(options, done))
    if "reload" in options.parts:
        asyncio.run(run_reload(options, done))
    if "floor" in options.parts:
        asyncio.run(run_floor(options, done))
    return done


def main(arguments: Sequence[str] | None = None) -> int:
    options = parse(sys.argv[1:] if arguments is None else arguments, __doc__)
    about: Figures = {name: getattr(options, name) for name in _COMPARED}
    earlier = report.earlier_of(about)
    try:
        done = run(options)
    except _EXPECTED as error:
        say(f"bench: cannot go on: {type(error).__name__}: {error}")
        return 1
    figures = report.as_json(done, about)
    say(f"bench: written to {report.save(figures)}")
    if options.is_json:
        print(json.dumps(figures, indent=1))
    else:
        report.print_tables(Console(width=150), done, earlier)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
