"""A folder's trees as drawings, also of trees that cannot be served; and Graphviz's SVG of them.

Decides how far a tree must be readable to be drawn and how long drawing may take. Must not know
who looks, nor how findings are found.
"""

import shutil
import subprocess
from collections.abc import Mapping
from typing import Final

from ari_app.flow_files import Files
from ivr.draw.drawing import places_of
from ivr.draw.drawing_svg import styled
from ivr.link import Source, Trees, link
from ivr.model import Flow
from ivr.problems import Problem
from ivr.yaml_source import parse, validate
from recordings.catalogue import Catalogue

NO_DOT = (
    "Graphviz is not installed, so there is no SVG. Run: apt-get install -y graphviz\n"
    "Or draw elsewhere: --format mermaid, --format dot."
)
DRAWING_LIMIT_S: Final = 120
TOO_LARGE = (
    f"Graphviz was not ready after {DRAWING_LIMIT_S} s. Draw a called tree by its name, or put\n"
    "parts of this one into trees that are called."
)


class CannotDraw(Exception):
    """What to tell who wanted an SVG."""


def readable(files: Files) -> Trees | list[Problem]:
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


def alone(trees: Trees, name: str) -> Flow | None:
    """A tree in which no call begins, as it is in its own file."""
    source = trees.sources.get(name)
    return source.flow if source else None


def here(found: list[Problem], trees: Trees, flow: Flow) -> list[Problem]:
    """Those that are about a file of this tree."""
    files = {file for file, _ in places_of(trees, flow).values()}
    return [one for one in found if one.file in files]


def prompt_words(catalogue: Catalogue, language: str) -> Mapping[str, str]:
    """What each prompt says, in the tree's language where it can."""
    words: dict[str, str] = {}
    for name, prompt in catalogue.prompts.items():
        order = (*catalogue.order(name, language), *prompt.wordings)
        texts = (prompt.wordings[one].text for one in order if one in prompt.wordings)
        words[name] = next(texts, "")
    return words


def svg_of(dot: str, limit_s: float = DRAWING_LIMIT_S, *, has_style: bool = True) -> str:
    """Drawn by Graphviz; without a style of its own for who has one already."""
    program = shutil.which("dot")
    if program is None:
        raise CannotDraw(NO_DOT)
    try:
        done = subprocess.run(
            [program, "-Tsvg"],
            input=dot, capture_output=True, text=True, timeout=limit_s, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise CannotDraw(TOO_LARGE) from None
    if done.returncode != 0:
        raise CannotDraw(f"Graphviz failed: {done.stderr.strip()}")
    return styled(done.stdout) if has_style else done.stdout[done.stdout.index("<svg") :]
