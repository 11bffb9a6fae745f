"""Prints the figures side by side with ratios, and keeps them for the next run to compare.

It must not measure anything.
"""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.figures import Earlier as EarlierFigures
from bench.figures import Figure, earlier_figures, table_of
from bench.measure import Figures, Result

OUT = Path(__file__).parent / "out"
BASELINE = "queue"
_COLUMNS = (
    "calls/s", "system", "calls", "failed", "Asterisk", "app", "in all", "x Queue()",
    "x earlier", "INVITE to audio", "ring to pop", "left over",
)  # fmt: skip
Freed = Mapping[str, Figures]
TITLES = {
    "floor": "Floor: a change of state to its message",
    "trees": "Trees: one core, CPU time of the process alone",
    "match": "Matching: the dispatcher's whole answer to one event, CPU time of the process alone",
    "reload": "Reloads: from the end of a key to the next prompt's first packet",
}


def machine() -> str:
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    return f"{platform.node()}: {os.cpu_count()} x {model}"


@dataclass(slots=True)
class Run:
    """What was measured; a part that was not asked for has nothing."""

    results: list[Result] = field(default_factory=list)
    freed: dict[str, Figures] = field(default_factory=dict)
    freed_busy: dict[str, Figures] = field(default_factory=dict)
    """The same beside a load."""
    figures: dict[str, list[Figure]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Earlier:
    """The latest figures of this machine from before."""

    totals: Mapping[tuple[str, float], float]
    figures: Mapping[str, EarlierFigures]


def as_json(run: Run, about: Figures) -> Figures:
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        **about,
        "results": [result.as_dict() for result in run.results],
        "freed_agent_to_ring_ms": dict(run.freed),
        "freed_agent_to_ring_busy_ms": dict(run.freed_busy),
        **{part: [one.as_dict() for one in run.figures.get(part, ())] for part in TITLES},
    }


def save(run: Figures) -> Path:
    OUT.mkdir(exist_ok=True)
    file = OUT / f"{str(run['at']).replace(':', '').split('+')[0]}.json"
    file.write_text(json.dumps(run, indent=1) + "\n")
    return file


def earlier_of(about: Figures) -> Earlier:
    """CPU a call is compared with runs that did the same; the names of figures tell what was."""
    loaded: list[dict[str, Any]] = [json.loads(f.read_text()) for f in sorted(OUT.glob("*.json"))]
    runs = [run for run in loaded if run["machine"] == machine()]
    totals = {
        (one["system"], one["rate"]): one["total_ms_per_call"]
        for run in runs
        if about == {key: run.get(key) for key in about}
        for one in run["results"]
    }
    return Earlier(totals, {part: earlier_figures(runs, part) for part in TITLES})


def print_tables(console: Console, run: Run, earlier: Earlier) -> None:
    if run.results:
        console.print(_rates(run.results, earlier.totals))
        console.print(_freed(run.freed, "nothing else going on"))
        console.print(_freed(run.freed_busy, "beside other calls"))
        console.print(_memory(run.results))
    for part, figures in run.figures.items():
        console.print(table_of(TITLES[part], figures, earlier.figures[part]))


def _rates(results: Sequence[Result], earlier: Mapping[tuple[str, float], float]) -> Table:
    table = Table(title="CPU ms a call; times in ms as p50 / p99")
    for name in _COLUMNS:
        table.add_column(name, justify="left" if name == "system" else "right")
    base = {one.rate: one.total_ms_per_call for one in results if one.system == BASELINE}
    for number, one in enumerate(sorted(results, key=lambda result: result.rate)):
        following = sorted(results, key=lambda result: result.rate)[number + 1 : number + 2]
        table.add_row(
            f"{one.rate:g}", one.system, str(one.offered), str(one.failed),
            f"{one.asterisk_ms_per_call:.1f}", f"{one.app_ms_per_call:.1f}",
            f"{one.total_ms_per_call:.1f}", _ratio(one.total_ms_per_call, base.get(one.rate)),
            _ratio(one.total_ms_per_call, earlier.get((one.system, one.rate))),
            _times(one.first_audio_ms), _times(one.ring_to_pop_ms), str(one.leftovers),
            end_section=bool(following) and following[0].rate != one.rate,
        )  # fmt: skip
    return table


def _freed(freed: Freed, beside: str) -> Table:
    table = Table(title=f"Freed agent's hang-up to the next caller's ring, ms; {beside}")
    for name in ("system", "n", "p50", "p99", "max", "x Queue()"):
        table.add_column(name, justify="left" if name == "system" else "right")
    base = freed.get(BASELINE, {}).get("p50")
    for system, figures in freed.items():
        ratio = _ratio(figures.get("p50"), base)
        table.add_row(system, *(_text(figures.get(n)) for n in ("n", "p50", "p99", "max")), ratio)
    return table


def _memory(results: Sequence[Result]) -> Table:
    table = Table(title="Memory (RSS), MB at start -> end")
    for name in ("calls/s", "system", "Asterisk", "app"):
        table.add_column(name, justify="left" if name == "system" else "right")
    for one in results:
        asterisk, app = (
            f"{start:.0f} -> {end:.0f}" for start, end in (one.asterisk_rss_mb, one.app_rss_mb)
        )
        table.add_row(f"{one.rate:g}", one.system, asterisk, app if one.app_rss_mb[0] else "-")
    return table


def _times(figures: Figures) -> str:
    return f"{_text(figures.get('p50'))} / {_text(figures.get('p99'))}" if figures["n"] else "-"


def _text(value: object) -> str:
    return "-" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _ratio(value: object, base: object) -> str:
    if not isinstance(value, float) or not isinstance(base, float) or base <= 0:
        return "-"
    return f"{value / base:.2f}"
