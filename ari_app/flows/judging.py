"""Are these trees fit for service: readable, linked, proved, and what the regulation asks for.

Decides nothing itself: it asks ``ivr`` and puts the findings together. ``python -m
ari_app.flows.judging`` does it in a process of its own, so that no live call waits for the answer.
"""

import gc
import os
import pickle
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import ivr
from ari_app.configuration import Groundwork
from ari_app.flow_files import Files, load_flows
from ivr.problems import Problem
from ivr.profiles import PROFILES, Spoken
from ivr.proof.judge import Finding, Judge
from ivr.proof.prove import prove_trees

NICENESS: Final = 10


@dataclass(frozen=True, slots=True)
class Case:
    """What is judged: the files by name, what they may use, what problems call the folder."""

    files: Files
    ground: Groundwork
    folder: Path

    def length_s(self, prompt: ivr.Prompt) -> float:
        return self.ground.prompts.duration_s(prompt.id, prompt.language)

    @property
    def spoken(self) -> Spoken:
        prompts = self.ground.prompts.catalogue.prompts
        texts = {
            name: "\n".join(wording.text for wording in prompt.wordings.values())
            for name, prompt in prompts.items()
        }
        return Spoken(texts, {name: one.number for name, one in self.ground.world.numbers.items()})


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
    trees = load_flows(case.files, case.ground.names, case.folder)
    if isinstance(trees, list):
        return Judgement(tuple(trees), None)
    spoken = case.spoken

    def rules(flow: ivr.Flow, judged: Judge) -> Iterator[Finding]:
        for profile in PROFILES.values():
            yield from profile(flow, judged, spoken)

    problems = prove_trees(trees, case.length_s, also=rules).problems
    # Who serves the trees needs no places in files, which are most of what would be handed over.
    return Judgement(problems, replace(trees, sources={}))


def main() -> None:
    """A pickled ``Case`` comes in, a pickled ``Judgement`` goes out; both ends are this program."""
    os.nice(NICENESS)
    gc.disable()  # nothing made here is garbage before the end
    case: Case = pickle.loads(sys.stdin.buffer.read())
    sys.stdout.buffer.write(pickle.dumps(judge(case)))


if __name__ == "__main__":
    # Pickles name the module, which is not called __main__ where they are read.
    from ari_app.flows.judging import main as run

    run()
