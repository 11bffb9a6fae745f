"""``hotline ivr graph``: a picture of a tree, with what is wrong in it marked.

Decides which trees are drawn and which findings are shown. Also draws a tree that cannot be served
as long as its nodes can be read: then a picture is needed most. Drawing itself is Graphviz's.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, Optional

import typer

from ari_app.cli.ivr_prove import proved
from ari_app.flow_files import FLOWS, read_flows
from ari_app.flows.findings import more_findings
from ari_app.flows.picture import CannotDraw, alone, here, prompt_words, readable, svg_of
from ari_app.flows.stage import load_stage
from ivr.draw.drawing import Drawing, draw, places_of
from ivr.draw.drawing_text import to_dot, to_mermaid
from ivr.problems import Problem, did_you_mean, render_problems
from ivr.profiles import PROFILES
from recordings.prompts import load_prompts


class Form(StrEnum):
    """What ``--format`` may be."""

    svg = "svg"
    mermaid = "mermaid"
    dot = "dot"


def graph(
    flow: Annotated[str, typer.Argument(help="The tree's name.")] = "main",
    form: Annotated[Form, typer.Option("--format", help="What to make.")] = Form.svg,
    out: Annotated[
        Optional[Path],  # noqa: UP045  (typer reads it at run time)
        typer.Option("--out", "-o", help="The file to write. Default: print it."),
    ] = None,
    findings: Annotated[
        bool, typer.Option("--findings/--no-findings", help="Mark what is wrong.")
    ] = True,
    profile: Annotated[
        str, typer.Option(help=f"Rules whose findings are marked too: {', '.join(PROFILES)}.")
    ] = "",
    as_json: Annotated[
        bool, typer.Option("--json", help="Print boxes and arrows as JSON instead.")
    ] = False,
) -> None:
    """Draw a tree: SVG, Mermaid or Graphviz's DOT; findings are marked. 画出语音流程图。"""
    from ari_app.cli import _settings

    if profile and profile not in PROFILES:
        raise typer.BadParameter(did_you_mean(profile, PROFILES), param_hint="--profile")
    find = partial(_findings, profile=profile) if findings else _nothing
    drawn = drawing_of(_settings().config_dir, flow, find)
    if isinstance(drawn, list):
        print(render_problems(drawn), file=sys.stderr)
        raise typer.Exit(1)
    if isinstance(drawn, str):
        print(drawn, file=sys.stderr)
        raise typer.Exit(2)
    try:
        text = json.dumps(asdict(drawn), ensure_ascii=False) if as_json else _text(drawn, form)
    except CannotDraw as error:
        print(error, file=sys.stderr)
        raise typer.Exit(1) from None
    if out is None:
        sys.stdout.write(text)
    else:
        out.write_text(text, encoding="utf-8")
        print(f"{out}: {len(drawn.boxes)} boxes, {len(drawn.findings)} findings marked")
    raise typer.Exit(1 if any(not found.is_warning for found in drawn.findings) else 0)


def drawing_of(
    config_dir: Path, name: str, find: Callable[[Path], list[Problem]]
) -> Drawing | list[Problem] | str:
    """The drawing; or the problems that leave nothing to draw; or that there is no such tree."""
    files = read_flows(config_dir)
    if isinstance(files, list):
        return files
    folder = config_dir / FLOWS
    read = {str(folder / file): text for file, text in files.items()}
    trees = readable(read)
    if isinstance(trees, list):
        return trees
    flow = trees.flows.get(name) or alone(trees, name)
    if flow is None:
        return f"There is no tree '{name}'. Trees: {', '.join(sorted(trees.sources))}."
    prompts = load_prompts(config_dir)
    catalogue = None if isinstance(prompts, list) else prompts.catalogue
    words = prompt_words(catalogue, str(flow.language)) if catalogue else {}
    return draw(flow, here(find(config_dir), trees, flow), words, places_of(trees, flow))


def _findings(config_dir: Path, *, profile: str) -> list[Problem]:
    """What keeps the trees from service, else what the proof and the rules say."""
    stage = load_stage(config_dir)
    if isinstance(stage, list):
        return stage
    also = partial(more_findings, stage, PROFILES.get(profile))
    return list(proved(stage, also=also).problems)


def _nothing(config_dir: Path) -> list[Problem]:
    return []


def _text(drawing: Drawing, form: Form) -> str:
    if form is Form.mermaid:
        return to_mermaid(drawing)
    dot = to_dot(drawing)
    return dot if form is Form.dot else svg_of(dot)
