"""What is wrong in an unsaved text, said as one types: form, names, ways, proof, rules, cases.

Decides which checks run and how a finding is shown to a page. Each check is ``ivr``'s own.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from ari_app.core.records import Json
from ari_app.flows.findings import more_findings
from ari_app.flows.stage import Stage, prompt_seconds
from ari_app.studio.stage import Changed, Draft, draft_of
from ivr.link import Source
from ivr.model import Flow
from ivr.play.case_names import unknown_in_cases
from ivr.play.cases import Cases, load_cases
from ivr.play.trial import run_case
from ivr.problems import Problem
from ivr.profiles import PROFILES
from ivr.proof.prove import Proofs, prove_trees
from ivr.yaml_source import parse, validate

Row = dict[str, Json]


@dataclass(frozen=True, slots=True)
class Checked:
    """``problems`` with what each is in Chinese, where that is known."""

    draft: Draft
    problems: tuple[Problem, ...]
    in_chinese: dict[Problem, str]
    stage: Stage | None = None
    proofs: Proofs | None = None


def checked(config_dir: Path, changed: Changed, profile: str) -> Checked:
    draft = draft_of(config_dir, changed)
    stage = draft.stage()
    if isinstance(stage, list):
        return Checked(draft, tuple(stage), {})
    also = partial(more_findings, stage, PROFILES.get(profile))
    proofs = prove_trees(stage.trees, prompt_seconds(stage.prompts), also=also)
    return Checked(draft, proofs.problems, dict(proofs.in_chinese), stage, proofs)


def shown(found: Checked) -> Row:
    cases, wrong_cases = _cases(found)
    return {
        "is_fit": found.stage is not None and not any(not one.is_warning for one in found.problems),
        "problems": rows([*found.problems, *wrong_cases], found.in_chinese),
        "trees": list(outline(found.draft)),
        "proofs": list(_bounds(found.proofs)) if found.proofs else [],
        "cases": cases,
    }


def rows(problems: Iterable[Problem], in_chinese: dict[Problem, str]) -> list[Json]:
    """Worst first."""
    ordered = sorted(problems, key=lambda one: (one.is_warning, one))
    return [
        {
            **asdict(one),
            "message_zh": in_chinese.get(one, ""),
            "level": "warning" if one.is_warning else "error",
        }
        for one in ordered
    ]


def outline(draft: Draft) -> Iterator[Json]:
    """Each tree that can be read with its nodes' places, however wrong the others are."""
    for source in sources_of(draft):
        flow = source.flow
        lines: list[Json] = [*flow.lines]
        yield {
            "flow": str(flow.flow),
            "file": source.filename,
            "description": flow.description,
            "language": str(flow.language),
            "lines": lines,
            "placed": flow.placed,
            "nodes": [
                {"name": str(name), "type": node.type, **_span(source, str(name))}
                for name, node in flow.nodes.items()
            ],
        }


def sources_of(draft: Draft) -> Iterator[Source]:
    for filename, raw in draft.flows.items():
        parsed = parse(raw, filename)
        if isinstance(parsed, list):
            continue
        made = validate(Flow, *parsed, filename)
        if not isinstance(made, list):
            yield Source(made, filename, parsed[1])


def _span(source: Source, name: str) -> Row:
    """The node's lines: to the last in which one of its own values begins."""
    places = source.positions
    begin = places.key(("nodes", name)).line
    own = [at.line for path, at in places.values.items() if path[:2] == ("nodes", name)]
    return {"line": begin, "last_line": max([begin, *own])}


def _bounds(proofs: Proofs) -> Iterator[Json]:
    for proof in proofs.proofs:
        bounds = proof.bounds
        yield {
            "flow": proof.flow,
            "proved": proof.is_complete and not proof.findings,
            "nodes": proof.nodes,
            "states": proof.states,
            "transitions": proof.transitions,
            "seconds": bounds.seconds,
            "announcements": bounds.announcements,
            "keys": bounds.keys,
            "in_a_row": bounds.nodes,
        }


def _cases(found: Checked) -> tuple[list[Json], list[Problem]]:
    """Every scripted call played, as far as the files can be read."""
    played: list[Json] = []
    problems: list[Problem] = []
    for name, raw in found.draft.tests.items():
        read = load_cases(raw, name)
        if isinstance(read, list):
            problems += read
        elif found.stage is not None:
            unknown = unknown_in_cases(read, found.stage.trees, found.stage.ground.names)
            problems += unknown
            played += [] if unknown else _played(found.stage, read)
    return played, problems


def _played(stage: Stage, cases: Cases) -> Iterator[Json]:
    seconds = prompt_seconds(stage.prompts)
    for name, case in cases.cases.items():
        trees = stage.trees
        flow = trees.flows[case.flow] if case.flow else trees.for_dialled(case.dialled)
        result = run_case(name, case, flow, seconds)
        wrong: list[Json] = [*result.differences]
        yield {
            "file": cases.file,
            "line": cases.line(name),
            "name": name,
            "flow": str(flow.flow),
            "passed": not wrong,
            "differences": wrong,
        }
