"""``hotline ivr check``: are these trees fit for service, and do they keep to the rules?

Decides which trees are looked at, with which rules, and what is an error. Exit codes: 0 fine, 1
findings that are errors, 2 wrong usage.
"""

import json
from functools import partial
from pathlib import Path
from typing import Annotated, Optional

import typer

from ari_app.cli.ivr_prove import Json, proved, rows, show_problems
from ari_app.cli.ivr_source import refused
from ari_app.configuration import load_groundwork
from ari_app.flow_files import load_flows
from ari_app.flows.findings import more_findings
from ari_app.flows.stage import Stage, load_stage
from ari_app.yaml_files import read_bytes
from ivr.problems import Problem, did_you_mean
from ivr.profiles import PROFILES


def check(
    files: Annotated[
        Optional[list[Path]],  # noqa: UP045  (typer reads it at run time)
        typer.Argument(help="Flow files, or one folder of them. Default: --config."),
    ] = None,
    profile: Annotated[str, typer.Option(help=f"Rules: {', '.join(PROFILES)}.")] = "",
    strict: Annotated[bool, typer.Option("--strict", help="Advice counts as error.")] = False,
    as_json: Json = False,
) -> None:
    """Check trees: form, names, prompts, ways, times; and a set of rules. 检查语音流程。"""
    if profile and profile not in PROFILES:
        raise typer.BadParameter(did_you_mean(profile, PROFILES), param_hint="--profile")
    stage = _stage(files or [], as_json=as_json)
    proofs = proved(stage, also=partial(more_findings, stage, PROFILES.get(profile)))
    found = list(proofs.problems)
    if as_json:
        print(json.dumps(rows(found, proofs, strict=strict), ensure_ascii=False, indent=2))
    else:
        show_problems(found, proofs)
        print(_summary(found, profile, strict=strict))
    raise typer.Exit(1 if any(strict or not one.is_warning for one in found) else 0)


def _summary(found: list[Problem], profile: str, *, strict: bool) -> str:
    warnings = 0 if strict else sum(one.is_warning for one in found)
    said = f"{len(found) - warnings} errors, {warnings} warnings" if found else "All well."
    if profile:
        said += f"\n{profile}: checked against published summaries; this is no certificate."
    return said


def _stage(files: list[Path], *, as_json: bool) -> Stage:
    from ari_app.cli import _settings

    for file in files:
        if not file.exists():
            raise typer.BadParameter(f"there is no {file}.")
    config_dir = _settings().config_dir
    folder = files[0] if len(files) == 1 and files[0].is_dir() else None
    is_whole = not files or folder is not None
    stage = load_stage(config_dir, folder) if is_whole else _of_files(config_dir, files)
    if isinstance(stage, list):
        raise typer.Exit(refused(stage, as_json=as_json))
    return stage


def _of_files(config_dir: Path, files: list[Path]) -> Stage | list[Problem]:
    """These files alone, with the queues, numbers and prompts of the configuration."""
    ground = load_groundwork(config_dir)
    if isinstance(ground, list):
        return ground
    texts: dict[str, bytes] = {}
    for file in files:
        raw = read_bytes(file)
        if isinstance(raw, list):
            return raw
        texts[str(file)] = raw
    trees = load_flows(texts, ground.names, Path())
    shown = ", ".join(map(str, files))
    return trees if isinstance(trees, list) else Stage(trees, ground, shown)
