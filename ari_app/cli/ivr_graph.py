"""``hotline ivr graph``: a picture of a tree, with what is wrong in it marked.

Decides which trees are drawn and which findings are shown. Also draws a tree that cannot be served
as long as its nodes can be read: then a picture is needed most. Drawing itself is Graphviz's.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, Optional

import typer

from ari_app.cli.ivr_check import more_findings
from ari_app.cli.ivr_prove import proved
from ari_app.cli.ivr_source import load_stage
from ari_app.flow_files import FLOWS, Files, read_flows
from ivr.draw.drawing import Drawing, draw, places_of
from ivr.draw.drawing_svg import styled
from ivr.draw.drawing_text import to_dot, to_mermaid
from ivr.link import Source, Trees, link
from ivr.model import Flow
from ivr.problems import Problem, did_you_mean, render_problems
from ivr.profiles import PROFILES
from ivr.yaml_source import parse, validate
from recordings.catalogue import Catalogue
from recordings.prompts import load_prompts

NO_DOT = (
    "Graphviz is not installed, so there is no SVG. Run: apt-get install -y graphviz\n"
    "Or draw elsewhere: --format mermaid, --format dot."
)
DRAWING_LIMIT_S = 120
TOO_LARGE = (
    f"Graphviz was not ready after {DRAWING_LIMIT_S} s. Draw a called tree by its name, or put\n"
    "parts of this one into trees that are called."
)


class CannotDraw(Exception):
    """What to tell who wanted an SVG."""


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
    trees = _readable(read)
    if isinstance(trees, list):
        return trees
    flow = trees.flows.get(name) or _alone(trees, name)
    if flow is None:
        return f"There is no tree '{name}'. Trees: {', '.join(sorted(trees.sources))}."
    prompts = load_prompts(config_dir)
    words = {} if isinstance(prompts, list) else _words(prompts.catalogue, str(flow.language))
    return draw(flow, _here(find(config_dir), trees, flow), words, places_of(trees, flow))


def _readable(files: Files) -> Trees | list[Problem]:
    """The trees as far as their files can be read; what their nodes name may not exist."""
    sources: dict[str, Source] = {}
    problems: list[Problem] = []
    for filename, text in files.items():
        parsed = parse(text, filename)
        made = parsed if isinstance(parsed, list) else validate(Flow, *parsed, filename)
        if isinstance(made, list) or isinstance(parsed, list):
            problems += made if isinstance(made, list) else []
        else:
            sources[str(made.flow)] = Source(made, filename, parsed[1])
    return problems or link(sources)


def _alone(trees: Trees, name: str) -> Flow | None:
    """A tree in which no call begins, as it is in its own file."""
    source = trees.sources.get(name)
    return source.flow if source else None


def _findings(config_dir: Path, *, profile: str) -> list[Problem]:
    """What keeps the trees from service, else what the proof and the rules say."""
    stage = load_stage(config_dir)
    if isinstance(stage, list):
        return stage
    also = partial(more_findings, stage, PROFILES.get(profile))
    return list(proved(stage, also=also).problems)


def _nothing(config_dir: Path) -> list[Problem]:
    return []


def _here(found: list[Problem], trees: Trees, flow: Flow) -> list[Problem]:
    """Those that are about a file of this tree."""
    files = {file for file, _ in places_of(trees, flow).values()}
    return [one for one in found if one.file in files]


def _words(catalogue: Catalogue, language: str) -> Mapping[str, str]:
    """What each prompt says, in the tree's language where it can."""
    words: dict[str, str] = {}
    for name, prompt in catalogue.prompts.items():
        order = (*catalogue.order(name, language), *prompt.wordings)
        texts = (prompt.wordings[one].text for one in order if one in prompt.wordings)
        words[name] = next(texts, "")
    return words


def _text(drawing: Drawing, form: Form) -> str:
    if form is Form.mermaid:
        return to_mermaid(drawing)
    dot = to_dot(drawing)
    return dot if form is Form.dot else svg_of(dot)


def svg_of(dot: str) -> str:
    """Drawn by Graphviz."""
    program = shutil.which("dot")
    if program is None:
        raise CannotDraw(NO_DOT)
    try:
        done = subprocess.run(
            [program, "-Tsvg"],
            input=dot, capture_output=True, text=True, timeout=DRAWING_LIMIT_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise CannotDraw(TOO_LARGE) from None
    if done.returncode != 0:
        raise CannotDraw(f"Graphviz failed: {done.stderr.strip()}")
    return styled(done.stdout)
