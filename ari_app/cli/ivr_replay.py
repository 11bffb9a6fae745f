"""``hotline ivr replay`` and ``hotline ivr diff``: a day's calls once more, in other trees.

Decides what is compared with what and how the differences are shown; which differences there are
is ``ivr.play.compare``'s.
"""

import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import Annotated, Optional

import typer
from rich.console import Console
from rich.table import Table

from ari_app.cli.ivr_journal import Day, read_file
from ari_app.cli.ivr_source import refused, shown_path
from ari_app.flows.stage import Stage, load_served, load_stage, prompt_seconds
from ivr.play.compare import (
    Change,
    Comparison,
    Group,
    by_keys,
    by_way,
    compare,
    destination,
    is_like_record,
)
from ivr.play.journal import Record
from ivr.play.replay import ASSUMPTION, replay, replay_like
from ivr.problems import Problem

_SHOWN_GROUPS = 15

File = Annotated[
    Optional[Path],  # noqa: UP045  (typer reads it at run time)
    typer.Argument(help="A file of hotline ivr journal. Default: --day from the database."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
Allow = Annotated[
    str, typer.Option(help="So many calls may go differently before the exit code is 1: 20 or 1%.")
]


def run_replay(
    file: File = None,
    day: Day = None,
    flow: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="A folder of trees. Default: those in service."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Make journaled calls once more, and count where they end. 重放通话轨迹。"""
    served, records = _served(as_json=as_json), _records(file, day, as_json=as_json)
    other = _stage(flow, as_json=as_json) if flow else None
    ends, unlike, missing = _run(records, served, other)
    if as_json:
        found = {
            "calls": len(records),
            "trees": (other or served).shown,
            "ends": dict(ends.most_common()),
            "unlike_record": unlike,
            "missing_facts": dict(missing.most_common()),
            "assumption": ASSUMPTION if other else "",
        }
        print(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        _print_ends(other or served, ends, len(records))
        _print_doubts(len(records), unlike, missing)
        print(ASSUMPTION if other else "Every key at its recorded second.")
    raise typer.Exit(1 if unlike and other is None else 0)


def _run(
    records: Sequence[Record], served: Stage, other: Stage | None
) -> tuple[Counter[str], list[str], Counter[str]]:
    """Where calls end; those that end elsewhere than recorded; facts that nobody knows."""
    ends: Counter[str] = Counter()
    missing: Counter[str] = Counter()
    unlike: list[str] = []
    first_s = prompt_seconds(served.prompts)
    other_s = prompt_seconds(other.prompts) if other else first_s
    for record in records:
        made = replay(record, served.trees.for_dialled(record.dialled), first_s)
        if not is_like_record(record, made.trace):
            unlike.append(record.call)
        if other is not None:
            made = replay_like(made, record, other.trees.for_dialled(record.dialled), other_s)
        ends[destination(made.trace)] += 1
        missing.update(made.missing)
    return ends, unlike, missing


def diff(
    against: Annotated[Path, typer.Option(help="The folder with the proposed trees.")],
    file: File = None,
    day: Day = None,
    base: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--from", help="The folder with the present trees. Default: in service."),
    ] = None,
    allow: Allow = "0",
    allow_wait_s: Annotated[
        float, typer.Option(min=0, help="A wait before a person may grow by so many seconds.")
    ] = 1.0,
    as_json: Json = False,
) -> None:
    """Which of a day's calls would go differently in proposed trees. 比较新旧流程。"""
    before = _stage(base, as_json=as_json) if base else _served(as_json=as_json)
    after, records = _stage(against, as_json=as_json), _records(file, day, as_json=as_json)
    allowed = _allowed(allow, len(records))
    begun = perf_counter()
    found = compare(
        records,
        before.trees,
        after.trees,
        prompt_seconds(before.prompts),
        prompt_seconds(after.prompts),
    )
    took_s = perf_counter() - begun
    slower = found.slower(allow_wait_s)
    worse = {change.call for change in (*found.moved(), *slower)}
    if as_json:
        print(json.dumps(_as_json(found, slower, before, after), ensure_ascii=False, indent=2))
    else:
        print(f"{before.shown} against {after.shown}, {len(records):,} calls, {took_s:.1f} s")
        _print_comparison(found, slower, allow_wait_s)
        _print_doubts(found.calls, found.unlike_record, found.missing)
        print(ASSUMPTION)
    raise typer.Exit(1 if len(worse) > allowed else 0)


# --- what is read ----------------------------------------------------------------------------


def _served(*, as_json: bool) -> Stage:
    from ari_app.cli import _settings

    return _fit(load_served(_settings()), as_json=as_json)


def _stage(folder: Path, *, as_json: bool) -> Stage:
    from ari_app.cli import _settings

    return _fit(load_stage(_settings().config_dir, folder), as_json=as_json)


def _fit(stage: Stage | list[Problem], *, as_json: bool) -> Stage:
    if isinstance(stage, list):
        raise typer.Exit(refused(stage, as_json=as_json))
    return stage


def _records(file: Path | None, day: datetime | None, *, as_json: bool) -> list[Record]:
    from ari_app.cli import _settings
    from ari_app.cli.ivr_day import read_day
    from ari_app.db.day_records import NotReadable

    if file is not None and day is not None:
        raise typer.BadParameter("name a file or a day, not both.", param_hint="--day")
    if file is None:
        try:
            return _some(read_day(_settings(), day), as_json=as_json)
        except NotReadable as error:
            said = f"The journal cannot be read: {error}"
            raise _nothing("not_readable", said, as_json=as_json) from None
    if not file.exists():
        raise typer.BadParameter(f"there is no {file}.")
    problems: list[Problem] = []
    records: list[Record] = []
    for one in read_file(file):
        if isinstance(one, Problem):
            problems.append(one)
        else:
            records.append(one)
    if problems:
        raise typer.Exit(refused(problems, as_json=as_json))
    return _some(records, as_json=as_json)


def _some(records: list[Record], *, as_json: bool) -> list[Record]:
    """Comparing nothing must not look like finding nothing."""
    if not records:
        said = "There is no journaled call. Name another --day or file."
        raise _nothing("no_calls", said, as_json=as_json)
    return records


def _nothing(code: str, said: str, *, as_json: bool) -> typer.Exit:
    print(said, file=sys.stderr)
    if as_json:
        print(json.dumps({"code": code, "detail": said}, ensure_ascii=False, indent=2))
    return typer.Exit(1)


def _allowed(text: str, calls: int) -> int:
    number = text.removesuffix("%")
    try:
        value = float(number)
    except ValueError:
        value = -1.0
    if value < 0:
        raise typer.BadParameter(f"'{text}': write a number or a percentage.", param_hint="--allow")
    return int(calls * value / 100) if text.endswith("%") else int(value)


# --- what is shown ---------------------------------------------------------------------------


def _as_json(
    found: Comparison, slower: list[Change], before: Stage, after: Stage
) -> dict[str, object]:
    moved = found.moved()
    return {
        "from": before.shown,
        "against": after.shown,
        "calls": found.calls,
        "moved": len(moved),
        "moved_by_keys": [asdict(group) for group in by_keys(moved)],
        "moved_by_way": [asdict(group) for group in by_way(moved)],
        "slower": len(slower),
        "slower_by_keys": [asdict(group) for group in by_keys(slower)],
        "unlike_record": found.unlike_record,
        "missing_facts": dict(found.missing.most_common()),
        "assumption": ASSUMPTION,
    }


def _print_comparison(found: Comparison, slower: list[Change], than_s: float) -> None:
    moved = found.moved()
    keys = by_keys(moved)
    affected = f"; key sequences affected: {_names(keys)}" if keys else ""
    print(f"{len(moved):,} of {found.calls:,} calls change destination{affected}")
    if moved:
        _print_groups("keys", keys)
        _print_groups("from -> to", by_way(moved))
    longer = f"wait more than {than_s:g} s longer before a person"
    print(f"{len(slower):,} of {found.calls:,} calls {longer}")
    if slower:
        _print_groups("keys", by_keys(slower), waits=True)


def _names(groups: Sequence[Group]) -> str:
    rest = f" and {len(groups) - 5} more" if len(groups) > 5 else ""
    return ", ".join(group.name for group in groups[:5]) + rest


def _print_groups(heading: str, groups: Sequence[Group], *, waits: bool = False) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("calls", justify="right")
    table.add_column(heading, overflow="fold")
    for name in ("mean +s", "most +s") if waits else ():
        table.add_column(name, justify="right")
    table.add_column("for example")
    for group in groups[:_SHOWN_GROUPS]:
        seconds = [f"{group.mean_s:.1f}", f"{group.max_s:.1f}"] if waits else []
        table.add_row(f"{group.calls:,}", group.name, *seconds, group.examples[0])
    Console(markup=False, highlight=False, soft_wrap=True).print(table)
    if len(groups) > _SHOWN_GROUPS:
        print(f"and {len(groups) - _SHOWN_GROUPS} more groups; see --json")


def _print_ends(stage: Stage, ends: Counter[str], calls: int) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("calls", justify="right")
    table.add_column("%", justify="right")
    table.add_column("end")
    for name, count in ends.most_common():
        table.add_row(f"{count:,}", f"{100 * count / calls:.1f}", name)
    print(f"{shown_path(stage.shown)}, {calls:,} calls")
    Console(markup=False, highlight=False, soft_wrap=True).print(table)


def _print_doubts(calls: int, unlike: Sequence[str], missing: Counter[str]) -> None:
    if unlike:
        print(
            f"{len(unlike):,} of {calls:,} calls end elsewhere than recorded, so they were made in "
            f"another version, or the call failed: {', '.join(unlike[:5])}"
        )
    for name, count in missing.most_common():
        print(f"{count:,} calls: the fact {name} is not in the journal and counts as unknown")
