"""Trees proved: everything that can happen to a caller is played, and what must hold is looked at.

Decides what a proof is, for one flow and for all trees of a folder. Uses the interpreter that
serves calls and nothing else; what cannot be walked completely is never called proved.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from ivr.link import Trees
from ivr.model import Flow
from ivr.play.cases import Case
from ivr.play.trace import PromptSeconds
from ivr.positions import Place
from ivr.problems import Problem
from ivr.proof.counterexample import case_of
from ivr.proof.judge import Bounds, Finding, Judge, Limits
from ivr.proof.properties import findings
from ivr.proof.walk_all import Graph, TooLarge, walk_all

Walked = Callable[[Flow, Judge], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found out about one flow, with all that it calls.

    ``unreached``: nodes at which no caller ever was; ``excluded`` maps those of them that would
    be reached if facts that cannot change did change. ``is_complete`` is false if there was too
    much to walk: then nothing is proved.
    """

    flow: str
    nodes: int
    states: int
    transitions: int
    bounds: Bounds
    findings: tuple[Finding, ...]
    unreached: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()
    is_complete: bool = True


@dataclass(frozen=True, slots=True)
class Proofs:
    """One proof for each flow in which calls begin, and everything to be mended, with its place."""

    proofs: tuple[Proof, ...]
    problems: tuple[Problem, ...]
    in_chinese: Mapping[Problem, str]
    cases: Mapping[str, Case] = field(default_factory=dict)


_NOT_PROVED = Bounds(None, None, 0, None)


def prove(
    flow: Flow,
    lengths: PromptSeconds,
    limits: Limits | None = None,
    also: Walked = lambda flow, judge: (),
) -> Proof:
    """Walk the flow and judge it. ``also`` looks for more in the same graph."""
    graph, is_exact = _walked(flow, lengths)
    if graph is None:
        return _too_large(flow)
    judge = Judge(graph, limits or Limits())
    found = [*findings(judge), *also(flow, judge)]
    if found and not is_exact:
        found.append(_perhaps(flow))
    unreached = _unreached(graph)
    excluded: frozenset[str] = frozenset()
    if unreached and is_exact:
        excluded = unreached - _unreached(walk_all(flow, lengths, pinned=False))
    return Proof(
        flow=flow.flow,
        nodes=len(flow.nodes),
        states=len(graph.states),
        transitions=graph.transitions,
        bounds=judge.bounds,
        findings=tuple(found),
        unreached=unreached,
        excluded=excluded,
    )


def _walked(flow: Flow, lengths: PromptSeconds) -> tuple[Graph | None, bool]:
    """The graph, and whether facts that cannot change during a call do not change in it.

    If they may, there is less to tell apart and more can happen: what holds then holds always.
    """
    for pinned in (True, False):
        try:
            return walk_all(flow, lengths, pinned=pinned), pinned
        except TooLarge:
            continue
    return None, False


def _perhaps(flow: Flow) -> Finding:
    return Finding(
        "W606",
        str(flow.start),
        "this tree asks so many facts together that it was walked as if each could change during "
        "a call; a way that is shown may need answers that exclude each other.",
        "Ask fewer facts one after another, or ask them again nowhere.",
        "条件组合过多，按每项条件可随时变化来验证；所示路径可能包含互斥的条件。",
    )


def _unreached(graph: Graph) -> frozenset[str]:
    return frozenset(map(str, graph.flow.nodes)) - {str(state.node) for state in graph.states}


def _too_large(flow: Flow) -> Proof:
    finding = Finding(
        "E610",
        str(flow.start),
        "this tree is not proved: it asks so many facts together that not every case can be "
        "played.",
        "Ask fewer facts one after another, or put parts of it into trees that are called.",
        "流程组合过多，无法穷举证明。",
    )
    return Proof(flow.flow, len(flow.nodes), 0, 0, _NOT_PROVED, (finding,), is_complete=False)


def prove_trees(
    trees: Trees,
    lengths: PromptSeconds,
    limits: Limits | None = None,
    also: Walked = lambda flow, judge: (),
) -> Proofs:
    """Every flow of a folder. What several flows share is told once."""
    proofs = tuple(prove(flow, lengths, limits, also) for flow in trees.flows.values())
    in_chinese: dict[Problem, str] = {}
    cases: dict[str, Case] = {}
    told: dict[tuple[str, int, str], str] = {}
    for proof in proofs:
        for finding in proof.findings:
            problem = _problem(trees, proof.flow, finding)
            spot = (problem.file, problem.line, problem.code)
            if told.setdefault(spot, proof.flow) != proof.flow:
                continue
            in_chinese[problem] = finding.message_zh
            if finding.way is not None and finding.expect is not None:
                case = case_of(finding.way, finding.message, proof.flow, finding.expect)
                cases[f"{finding.code} at {finding.node} of {proof.flow}"] = case
    for problem in _nowhere_reached(trees, proofs):
        in_chinese[problem] = "任何情况下都不会走到这个节点。"
    return Proofs(proofs, tuple(sorted(in_chinese)), in_chinese, cases)


def _problem(trees: Trees, flow: str, finding: Finding) -> Problem:
    file, place = trees.place(flow, finding.node)
    return Problem(file, place.line, place.col, finding.code, finding.said(), finding.hint)


def _nowhere_reached(trees: Trees, proofs: Iterable[Proof]) -> list[Problem]:
    """Nodes to which an arrow leads, but never a caller, in no flow."""
    reached: set[tuple[str, Place]] = set()
    missed: dict[tuple[str, Place], tuple[str, bool]] = {}
    for proof in proofs:
        if not proof.is_complete:
            return []
        for name in trees.flows[proof.flow].nodes:
            spot = trees.place(proof.flow, name)
            if name in proof.unreached:
                missed[spot] = (name.rpartition(".")[2], name in proof.excluded)
            else:
                reached.add(spot)
    return [
        _unreached_problem(file, place, *missed[file, place])
        for file, place in missed
        if (file, place) not in reached
    ]


def _unreached_problem(file: str, place: Place, name: str, excluded: bool) -> Problem:
    if excluded:
        code, why = "W602", "only answers that exclude each other lead here."
    else:
        code, why = "W601", "an arrow leads here, but no caller ever comes this way."
    hint = "Remove it, or mend the condition before it."
    return Problem(file, place.line, place.col, code, f"nodes.{name}: {why}", hint)
