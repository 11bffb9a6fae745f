"""``hotline ivr prove``: everything that can happen to a caller, played; what does not hold, shown.

Decides which trees are proved, how that is shown and what is saved. Proving is ``ivr.proof``'s.
Exit codes: 0 proved, 1 findings, 2 wrong usage.
"""

import gc
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from time import perf_counter
from typing import Annotated, Optional

import typer
from rich.console import Console
from rich.table import Table

from ari_app.cli.ivr_source import refused, shown_path
from ari_app.flows.stage import Stage, load_stage, prompt_seconds
from ivr.play.cases import Case, write_case
from ivr.problems import Problem, render_problems
from ivr.proof.judge import Limits
from ivr.proof.prove import Proofs, Walked, prove_trees

SAVED = "proved.yaml"
DEFAULT = Limits()

Folder = Annotated[
    Optional[Path],  # noqa: UP045  (typer reads it at run time)
    typer.Argument(help="A folder of flow files, or a whole configuration. Default: --config."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Seconds = Annotated[
    float, typer.Option(min=1, help="Seconds at most until a person, without a key press.")
]
Announcements = Annotated[int, typer.Option(min=0, help="Announcements at most until a person.")]
Keys = Annotated[int, typer.Option(min=0, help="Key presses at most that a person may need.")]


def prove(
    folder: Folder = None,
    max_seconds: Seconds = DEFAULT.seconds,
    max_announcements: Announcements = DEFAULT.announcements,
    max_keys: Keys = DEFAULT.keys,
    save: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="Folder for the ways that show findings, as cases for `ivr test`."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Prove that no caller is ever stuck, or show the keys that do it. 穷举证明语音流程。"""
    limits = Limits(max_seconds, max_announcements, max_keys)
    stage = stage_of(folder, as_json=as_json)
    begun = perf_counter()
    proofs = proved(stage, limits)
    took_s = perf_counter() - begun
    saved = _save(save, proofs.cases) if save is not None and proofs.cases else None
    if as_json:
        print(json.dumps(_as_data(proofs, took_s), ensure_ascii=False, indent=2))
    else:
        _show(proofs, took_s)
        if saved is not None:
            print(f"{len(proofs.cases)} cases saved: {saved}")
    raise typer.Exit(1 if any(not one.is_warning for one in proofs.problems) else 0)


def stage_of(folder: Path | None, *, as_json: bool) -> Stage:
    """The trees and all that they name; ends the command if they cannot be served."""
    from ari_app.cli import _settings

    if folder is not None and not folder.is_dir():
        raise typer.BadParameter(f"{folder} is no folder.")
    stage = load_stage(_settings().config_dir, folder)
    if isinstance(stage, list):
        raise typer.Exit(refused(stage, as_json=as_json))
    return stage


def proved(
    stage: Stage, limits: Limits | None = None, also: Walked = lambda flow, judge: ()
) -> Proofs:
    with _no_collecting():
        return prove_trees(stage.trees, prompt_seconds(stage.prompts), limits, also)


@contextmanager
def _no_collecting() -> Iterator[None]:
    """The graph has no circles of references, but very many parts to look through for some."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _save(folder: Path, cases: Mapping[str, Case]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / SAVED
    text = ""
    for name, case in cases.items():
        text = write_case(name, case, into=text)
    file.write_text(text, encoding="utf-8")
    return file


def rows(problems: Iterable[Problem], proofs: Proofs, *, strict: bool = False) -> list[object]:
    """Problems for programs: with their level and what they are in Chinese."""
    return [
        {
            **asdict(problem),
            "message_zh": proofs.in_chinese.get(problem, ""),
            "level": "warning" if problem.is_warning and not strict else "error",
        }
        for problem in problems
    ]


def show_problems(problems: Iterable[Problem], proofs: Proofs) -> None:
    for problem in problems:
        shown = replace(problem, file=shown_path(problem.file))
        print(render_problems([shown]), file=sys.stderr)
        if chinese := proofs.in_chinese.get(problem):
            print(f"    {chinese}", file=sys.stderr)


def _as_data(proofs: Proofs, took_s: float) -> dict[str, object]:
    trees = [
        {
            "flow": proof.flow,
            "proved": proof.is_complete and not proof.findings,
            "nodes": proof.nodes,
            "states": proof.states,
            "transitions": proof.transitions,
            "bounds": asdict(proof.bounds),
        }
        for proof in proofs.proofs
    ]
    found = rows(proofs.problems, proofs)
    return {"seconds": round(took_s, 3), "trees": trees, "findings": found}


def _show(proofs: Proofs, took_s: float) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("tree")
    for heading in ("nodes", "states", "transitions", "seconds", "announced", "keys", "in a row"):
        table.add_column(heading, justify="right")
    for proof in proofs.proofs:
        bounds = proof.bounds
        values = (bounds.seconds, bounds.announcements, bounds.keys, bounds.nodes)
        counts = (proof.nodes, proof.states, proof.transitions)
        shown = ["no bound" if value is None else f"{value:g}" for value in values]
        table.add_row(proof.flow, *map(str, counts), *shown)
    Console(markup=False, highlight=False, soft_wrap=True).print(table)
    print(
        "seconds, announced: at most, until a person is asked for, if nothing is pressed; "
        "keys: at most, that a person needs;\nin a row: most nodes without a key press."
    )
    show_problems(proofs.problems, proofs)
    is_proved = all(one.is_warning for one in proofs.problems)
    count = f"{len(proofs.problems)} findings" if proofs.problems else "no findings"
    print(f"{'Proved' if is_proved else 'Not proved'}, {count}, {took_s:.2f} s")
