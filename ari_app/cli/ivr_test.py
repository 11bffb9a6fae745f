"""``hotline ivr test`` and ``hotline ivr cover``: the scripted calls of config/flows/tests.

Decides which files are read and how results are shown. Playing and judging is ``ivr.play.trial``'s.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Annotated, Optional

import typer
from rich.console import Console
from rich.table import Table

from ari_app.cli.ivr_source import refused, shown_path
from ari_app.flow_files import FLOWS
from ari_app.flows.stage import Stage, load_stage, prompt_seconds
from ari_app.yaml_files import read_bytes
from ivr.model import Flow
from ivr.play.case_names import unknown_in_cases
from ivr.play.cases import Case, Cases, load_cases
from ivr.play.cover import KINDS, Coverage, Item, Kind, coverage
from ivr.play.telling import told
from ivr.play.trial import Result, run_case
from ivr.problems import Problem

TESTS = "tests"
_SHOWN_MISSING = 30

Files = Annotated[
    Optional[list[Path]],  # noqa: UP045  (typer reads it at run time)
    typer.Argument(help="Files of cases. Default: every one in flows/tests."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


@dataclass(frozen=True, slots=True)
class Played:
    """One case with its place and its outcome."""

    file: str
    line: int
    flow: str
    result: Result


def run_tests(
    files: Files = None,
    only: Annotated[str, typer.Option(help="Only cases whose name contains this.")] = "",
    as_json: Json = False,
) -> None:
    """Play the scripted calls; exit code 1 when one goes differently. 运行流程用例。"""
    stage, cases = _load(files, as_json=as_json)
    begun = perf_counter()
    played = [one for one in play_all(stage, cases) if only in one.result.name]
    took_s = perf_counter() - begun
    failed = [one for one in played if one.result.differences]
    if as_json:
        print(json.dumps(_results(played), ensure_ascii=False, indent=2))
    else:
        for one in failed:
            print("\n".join(_failure(one)), file=sys.stderr)
        print(f"{len(played) - len(failed)} passed, {len(failed)} failed, {took_s:.2f} s")
    raise typer.Exit(1 if failed or not played else 0)


def cover(
    files: Files = None,
    fail_under: Annotated[
        float, typer.Option(min=0, max=100, help="Exit code 1 below this percentage.")
    ] = 0.0,
    as_json: Json = False,
) -> None:
    """Nodes, ways, keys and prompts that no scripted call has exercised. 用例覆盖率。"""
    stage, cases = _load(files, as_json=as_json)
    played = [(one.flow, one.result.trace) for one in play_all(stage, cases)]
    found = coverage(stage.trees.flows, played)
    if as_json:
        print(json.dumps(_coverage(found), ensure_ascii=False, indent=2))
    else:
        _print_coverage(stage, found)
    raise typer.Exit(1 if found.percent < fail_under else 0)


def play_all(stage: Stage, cases: Sequence[Cases]) -> Iterator[Played]:
    """Every case of every file."""
    seconds = prompt_seconds(stage.prompts)
    for file in cases:
        for name, case in file.cases.items():
            flow = flow_of(stage, case)
            result = run_case(name, case, flow, seconds)
            yield Played(file.file, file.line(name), flow.flow, result)


def flow_of(stage: Stage, case: Case) -> Flow:
    return stage.trees.flows[case.flow] if case.flow else stage.trees.for_dialled(case.dialled)


def read_cases(stage: Stage, paths: Sequence[Path]) -> list[Cases] | list[Problem]:
    """The cases of these files, or everything that is wrong with them."""
    found: list[Cases] = []
    problems: list[Problem] = []
    for path in paths:
        raw = read_bytes(path)
        read = raw if isinstance(raw, list) else load_cases(raw, str(path))
        if isinstance(read, list):
            problems += read
        else:
            problems += unknown_in_cases(read, stage.trees, stage.ground.names)
            found.append(read)
    return sorted(problems) or found


def _load(files: list[Path] | None, *, as_json: bool) -> tuple[Stage, list[Cases]]:
    from ari_app.cli import _settings

    for file in files or ():
        if not file.exists():
            raise typer.BadParameter(f"there is no {file}.")
    config_dir = _settings().config_dir
    stage = load_stage(config_dir)
    if isinstance(stage, list):
        raise typer.Exit(refused(stage, as_json=as_json))
    folder = config_dir / FLOWS / TESTS
    paths = files or sorted(folder.glob("*.yaml"))
    if not paths:
        hint = "Write one, for example main.yaml; docs/ivr.md shows how."
        problem = Problem(str(folder), 1, 1, "E100", "there is no file of cases.", hint)
        raise typer.Exit(refused([problem], as_json=as_json))
    cases: list[Cases] = []
    problems: list[Problem] = []
    for one in read_cases(stage, paths):
        if isinstance(one, Problem):
            problems.append(one)
        else:
            cases.append(one)
    if problems:
        raise typer.Exit(refused(problems, as_json=as_json))
    return stage, cases


def _failure(one: Played) -> Iterator[str]:
    yield f"{shown_path(one.file)}:{one.line}: {one.result.name}"
    for difference in one.result.differences:
        yield from (f"    {line}" for line in difference.splitlines())
    yield "  the call was:"
    yield from (f"    {line}" for line in told(one.result.trace))


def _results(played: Sequence[Played]) -> list[dict[str, object]]:
    return [
        {
            "file": one.file,
            "line": one.line,
            "name": one.result.name,
            "flow": one.flow,
            "passed": not one.result.differences,
            "differences": one.result.differences,
            "ends": one.result.trace.end,
            "path": one.result.trace.nodes,
            "keys": one.result.trace.keys,
            "person_s": one.result.trace.person_s,
        }
        for one in played
    ]


# --- coverage --------------------------------------------------------------------------------

_PLURAL: dict[Kind, str] = {"node": "nodes", "edge": "ways", "key": "keys", "prompt": "prompts"}


def _coverage(found: Coverage) -> dict[str, object]:
    counts = {kind: found.count(kind) for kind in KINDS}
    return {
        "percent": round(found.percent, 1),
        **{_PLURAL[kind]: {"done": done, "all": every} for kind, (done, every) in counts.items()},
        "missing": [
            {"kind": item.kind, "flow": item.flow, "node": item.node, "name": item.name}
            | ({"to": item.to} if item.to else {})
            for kind in KINDS
            for item in found.missing(kind)
        ],
    }


def _print_coverage(stage: Stage, found: Coverage) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("", "exercised", "of", "%"):
        table.add_column(heading, justify="left" if not heading else "right")
    for kind in KINDS:
        done, every = found.count(kind)
        share = 100.0 * done / every if every else 100.0
        table.add_row(_PLURAL[kind], str(done), str(every), f"{share:.0f}")
    console = Console(markup=False, highlight=False, soft_wrap=True)
    console.print(table)
    for kind in KINDS:
        missing = found.missing(kind)
        for item in missing[:_SHOWN_MISSING]:
            console.print(f"  {_place(stage, item)}{_named(item)}")
        if len(missing) > _SHOWN_MISSING:
            console.print(f"  and {len(missing) - _SHOWN_MISSING} more {_PLURAL[kind]}; see --json")
    console.print(f"{found.percent:.1f} % exercised")


def _place(stage: Stage, item: Item) -> str:
    source = stage.trees.sources.get(item.flow)
    if source is None:
        return ""
    line = source.positions.key(("nodes", item.node)).line
    return f"{shown_path(source.filename)}:{line}: "


def _named(item: Item) -> str:
    match item.kind:
        case "node":
            return f"node {item.node} is never entered"
        case "edge":
            return f"way {item.node}.{item.name} -> {item.to} is never taken"
        case "key":
            return f"key {item.name} of {item.node} is never pressed"
        case "prompt":
            return f"prompt {item.name} is never heard"
