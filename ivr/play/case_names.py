"""Names in scripted calls against the trees: flows, nodes, queues, prompts, numbers, facts.

Decides where such a fault is shown. Must not play anything. A case that names what does not exist
would otherwise pass or fail for the wrong reason.
"""

from collections.abc import Collection, Iterable, Iterator

from ivr.facts import EMERGENCY_PROMPT, FORMS, form_of
from ivr.link import Trees
from ivr.names import Names
from ivr.play.cases import Case, Cases, HeardOf, PathOf, Step
from ivr.positions import Path, dotted
from ivr.problems import Problem, did_you_mean

Named = tuple[Path, str, str, str, Collection[str]]
"""Where, code, what, the name, what is known."""


def unknown_in_cases(cases: Cases, trees: Trees, names: Names) -> list[Problem]:
    return sorted(_problems(cases, trees, names))


def _problems(cases: Cases, trees: Trees, names: Names) -> Iterator[Problem]:
    for name, case in cases.cases.items():
        at: Path = ("cases", name)
        for path, code, what, word, known in _named(case, trees, names):
            if word not in known:
                place = cases.positions.value((*at, *path))
                hint = did_you_mean(word, known, what=f"Known {what}s")
                message = f"{dotted(path)}: there is no {what} '{word}'."
                yield Problem(cases.file, place.line, place.col, code, message, hint)


def _named(case: Case, trees: Trees, names: Names) -> Iterator[Named]:
    if case.flow is not None:
        yield ("flow",), "E312", "tree", case.flow, trees.flows
    yield from _facts(("facts",), case.facts)
    for index, step in enumerate(case.steps):
        yield from _in_step(("steps", index), step, names)
    expect = case.expect
    if expect.queue not in (None, "none") and names.queues is not None:
        yield ("expect", "queue"), "E302", "queue", str(expect.queue), names.queues
    if expect.transfer not in (None, "none") and names.numbers is not None:
        yield ("expect", "transfer"), "E311", "number", str(expect.transfer), names.numbers
    for skill in expect.needs or ():
        if names.skills is not None:
            yield ("expect", "needs", skill), "E303", "skill", skill, names.skills
    flow = trees.flows.get(case.flow) if case.flow else trees.for_dialled(case.dialled)
    if expect.path is not None and flow is not None:
        yield from _listed(("expect", "path"), "E301", "node", expect.path, list(flow.nodes))
    if expect.heard is not None and names.prompts is not None:
        known = {prompt for some in names.prompts.values() for prompt in some}
        yield from _listed(("expect", "heard"), "E304", "prompt", expect.heard, known)


def _in_step(path: Path, step: Step, names: Names) -> Iterator[Named]:
    if step.facts is not None:
        yield from _facts((*path, "facts"), step.facts)
    if step.queue is not None and step.queue.only and names.queues is not None:
        yield (*path, "queue", "only"), "E302", "queue", step.queue.only, names.queues


def _facts(path: Path, facts: Iterable[str]) -> Iterator[Named]:
    known = [form.pattern for form in FORMS]
    for name in facts:
        if name != EMERGENCY_PROMPT and form_of(name) is None:
            yield (*path, name), "E308", "fact", name, known


def _listed(
    path: Path, code: str, what: str, wanted: HeardOf | PathOf, known: Collection[str]
) -> Iterator[Named]:
    alone = wanted.exactly is not None and not wanted.contains and not wanted.without
    for part in ("exactly", "contains", "without"):
        for index, word in enumerate(getattr(wanted, part) or ()):
            within = (index,) if alone else (part, index)
            yield (*path, *within), code, what, word.partition("@")[0], known
