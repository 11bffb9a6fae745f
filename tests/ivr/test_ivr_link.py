"""Several files as one set of trees: each fault between them, at its place in its own file."""

import pytest

from ivr import Names, load_trees, render_problems
from ivr.link import Trees
from ivr.problems import Problem

MAIN = """flow: main
start: a
last_resort: person
nodes:
  person: {type: queue, queue: general}
"""
SUB = """flow: sub
start: s
nodes:
"""
CALLS = "  a: {type: call, flow: sub, next: person}\n"
WAITS = "  a: {type: queue, queue: general}\n"
ENTRY = "lines: {'12315': {}}\nstart: s\n"
DESK = "nodes:\n  s: {type: queue, queue: general}\n"
KNOWN = Names(queues={"general"}, skills={"en"}, schedules={"office"}, numbers={"110"})


def loaded(*texts: str) -> Trees | list[Problem]:
    files = dict(zip(("main.yaml", "sub.yaml", "more.yaml"), texts, strict=False))
    return load_trees(files, KNOWN)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (
            [MAIN + "  a: {type: schedule, schedule: offic, open: person, closed: person}\n"],
            "main.yaml:6:33: E310 nodes.a.schedule: there is no schedule 'offic'. "
            "Did you mean 'office'?",
        ),
        (
            [MAIN + '  a: {type: transfer, to: "1100"}\n'],
            "main.yaml:6:27: E311 nodes.a.to: there is no number '1100'. Known numbers: 110.",
        ),
        (
            [MAIN + "  a: {type: branch, cases: [{if: {caller.is_vpi: true}, next: a}],"
             " otherwise: person}\n"],
            "main.yaml:6:35: E308 nodes.a.cases[0].if.caller.is_vpi: there is no fact "
            "'caller.is_vpi'. Did you mean 'caller.is_vip'?",
        ),
        (
            [MAIN + "  a: {type: branch, cases: [{if: {caller.is_vip: 3}, next: person}],"
             " otherwise: person}\n"],
            "main.yaml:6:29: E309 nodes.a.cases[0].if: caller.is_vip can never be that. "
            "It is true or false.",
        ),
        (
            [MAIN + CALLS.replace("sub", "sbu"), SUB + "  s: {type: return}\n"],
            "main.yaml:6:25: E312 nodes.a.flow: there is no tree 'sbu'. Did you mean 'sub'?",
        ),
        (
            [MAIN + CALLS, SUB + "  s: {type: goto, flow: main}\n"],
            "main.yaml:6:25: E313 nodes.a.flow: 'sub' comes back into 'main' without returning. "
            "Use goto there, or a third tree.",
        ),
        (
            [MAIN + WAITS, "flow: main\nstart: s\nlast_resort: s\n" + DESK],
            "sub.yaml:1:7: E314 flow: the tree 'main' is in main.yaml already. "
            "Give each tree a name of its own.",
        ),
        (
            [ENTRY.splitlines()[0] + "\n" + MAIN + WAITS,
             "flow: sub\nlast_resort: s\n" + ENTRY + DESK],
            "sub.yaml:3:9: E315 lines.12315: the tree 'main' has this number already. "
            "Leave it in one of them.",
        ),
        (
            [MAIN + CALLS, "language: en\n" + SUB + "  s: {type: return}\n"],
            "sub.yaml:1:11: E319 language: no call begins in this tree, so nobody would heed it. "
            "Write it in the tree where calls begin, or use a node of type language.",
        ),
        (
            ["flow: other\nlast_resort: s\n" + ENTRY + DESK],
            "main.yaml:1:1: E316 there is no tree 'main', which serves every number that no tree "
            "lists. Write 'flow: main' in one file.",
        ),
        (
            [MAIN + WAITS, "flow: sub\n" + ENTRY + DESK],
            "sub.yaml:1:1: E201 last_resort: this field is missing. "
            "Add 'last_resort: ...', a queue node.",
        ),
        (
            [MAIN + CALLS, SUB + "  s: {type: say, prompts: [x], next: t}\n"
             "  t: {type: say, prompts: [x], next: s}\n"],
            "sub.yaml:4:3: E402 nodes.s: without a key press this never ends: "
            "sub.s -> sub.t -> sub.s. Let one of them lead to a queue or hangup node.",
        ),
        (
            [MAIN + "  a: {type: call, flow: sub, next: b}\n"
             "  b: {type: say, prompts: [x], next: a}\n", SUB + "  s: {type: return}\n"],
            "main.yaml:6:3: E402 nodes.a: without a key press this never ends: a -> b -> a. "
            "Let one of them lead to a queue or hangup node.",
        ),
        (
            [MAIN + CALLS, SUB + "  s: {type: hangup}\n"],
            "main.yaml:2:8: E403 start: a caller who presses nothing ends at 'sub.s' and reaches "
            "no person. Let the way without a key press end at a node of type queue.",
        ),
    ],
)  # fmt: skip
def test_a_fault_between_trees_is_told_at_its_place(files: list[str], said: str) -> None:
    found = loaded(*files)
    assert not isinstance(found, Trees)
    assert render_problems(found) == said


@pytest.mark.parametrize(
    "files",
    [
        [MAIN + "  a: {type: call, flow: sub, next: b}\n"
         "  b: {type: call, flow: sub, next: person}\n",
         SUB + "  s: {type: return}\n"],
        # The deeper tree returns to the middle one, which never returns: nobody goes round.
        [MAIN + "  a: {type: call, flow: sub, next: a}\n",
         SUB + "  s: {type: call, flow: more, next: q}\n  q: {type: queue, queue: general}\n",
         "flow: more\nstart: s\nnodes:\n  s: {type: return}\n"],
    ],
    ids=["called by two", "a call that never returns"],
)  # fmt: skip
def test_trees_that_call_each_other_well_are_taken(files: list[str]) -> None:
    found = loaded(*files)
    assert isinstance(found, Trees), render_problems(found)


def test_a_node_of_a_called_tree_is_found_in_its_own_file() -> None:
    found = loaded(MAIN + CALLS, SUB + "  s: {type: return}\n")
    assert isinstance(found, Trees)
    file, place = found.place("main", "sub.s")
    assert (file, place.line, place.col) == ("sub.yaml", 4, 3)
