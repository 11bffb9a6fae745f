"""Are these trees fit for service: readable, linked, proved, and what the regulation asks for.

Decides nothing itself: it asks ``ivr`` and puts the findings together. ``python -m
ari_app.flows.judging`` does it in a process of its own, so that no live call waits for the answer.
"""

import os
import pickle
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import ivr
from ari_app.flow_files import Files, load_flows
from ivr.problems import Problem

NICENESS: Final = 10


@dataclass(frozen=True, slots=True)
class Case:
    """What is judged: the files by name, the names they may use, what problems call the folder."""

    files: Files
    names: ivr.Names
    folder: Path


@dataclass(frozen=True, slots=True)
class Judgement:
    """``trees`` is None when they cannot be loaded at all; then force does not help."""

    problems: tuple[Problem, ...]
    trees: ivr.Trees | None

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if not problem.is_warning)

    @property
    def is_fit(self) -> bool:
        return self.trees is not None and not self.errors


def judge(case: Case) -> Judgement:
    trees = load_flows(case.files, case.names, case.folder)
    if isinstance(trees, list):
        return Judgement(tuple(trees), None)
    found = [problem for examine in EXAMINERS for problem in examine(trees)]
    return Judgement(tuple(sorted(found)), trees)


EXAMINERS: tuple[Callable[[ivr.Trees], list[Problem]], ...] = ()
"""What is asked of trees that can be loaded; an error of any of them keeps them out of service."""


def main() -> None:
    """A pickled ``Case`` comes in, a pickled ``Judgement`` goes out; both ends are this program."""
    os.nice(NICENESS)
    case: Case = pickle.loads(sys.stdin.buffer.read())
    sys.stdout.buffer.write(pickle.dumps(judge(case)))


if __name__ == "__main__":
    # Pickles name the module, which is not called __main__ where they are read.
    from ari_app.flows.judging import main as run

    run()
