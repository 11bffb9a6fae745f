"""How the tools that play calls show paths and refusals in a terminal.

Decides the wording only. What calls are played in is ``flows.stage``'s.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

from ivr.problems import Problem, render_problems


def shown_path(path: str) -> str:
    """As somebody in this folder would write it."""
    try:
        return str(Path(path).resolve().relative_to(Path.cwd()))
    except ValueError:
        return path


def refused(problems: Iterable[Problem], *, as_json: bool) -> int:
    """Print what is wrong; the exit code."""
    text = render_problems(problems, "json" if as_json else "text")
    print(text, file=sys.stdout if as_json else sys.stderr)
    return 1
