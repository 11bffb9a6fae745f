"""The prover: what it finds, how it shows it, and that it walks where callers can go."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from ivr_playbook import CORPUS, MAIN, ROOT

import ivr.proof.walk_all
from bench.trees import big_trees
from ivr import Flow, Prompt, load_trees, start, step
from ivr.events import Event, Key, TimedOut
from ivr.link import Trees
from ivr.play.cases import load_cases, write_case
from ivr.play.trial import run_case
from ivr.problems import render_problems
from ivr.proof.judge import Limits
from ivr.proof.prove import Proofs, prove_trees
from ivr.proof.questions import Answer, Answers, Questions
from ivr.proof.situations import Situations, alike
from ivr.proof.walk_all import EVENTS, KEYS, walk_all
from ivr.state import State

HEAD = (
    "flow: main\nstart: a\nlast_resort: person\nnodes:\n  person: {type: queue, queue: general}\n"
)
PROVED = Path(__file__).parent / "proved"
EXAMPLES = ROOT / "config" / "examples"


def seconds(prompt: Prompt) -> float:
    return 3.0


def trees_of(nodes: str) -> Trees:
    trees = load_trees({"t.yaml": HEAD + nodes})
    assert isinstance(trees, Trees), render_problems(trees)
    return trees


def proofs_of(nodes: str, limits: Limits | None = None) -> Proofs:
    return prove_trees(trees_of(nodes), seconds, limits)


def said(proofs: Proofs) -> str:
    return render_problems(proofs.problems)


def shipped() -> Iterator[tuple[str, Trees]]:
    """Every tree that the project shows to anybody."""
    folders = [MAIN.parent, *(path / "flows" for path in sorted(EXAMPLES.iterdir()))]
    for folder in folders:
        texts = {path.name: path.read_bytes() for path in folder.glob("*.yaml")}
        if texts:
            trees = load_trees(texts)
            assert isinstance(trees, Trees), render_problems(trees)
            yield folder.parent.name, trees
    for file in sorted((CORPUS / "good").glob("*.yaml")):
        trees = load_trees({file.name: file.read_text(encoding="utf-8")})
        if isinstance(trees, Trees):
            yield file.stem, trees


def made_for_this() -> Iterator[tuple[str, Trees]]:
    for names in (("city",), ("lines", "topics"), ("digits",)):
        texts = {name: (PROVED / f"{name}.yaml").read_bytes() for name in names}
        trees = load_trees(texts)
        assert isinstance(trees, Trees), render_problems(trees)
        yield names[0], trees


SHIPPED = [*shipped(), *made_for_this()]
shipped_trees = pytest.mark.parametrize(
    "trees", [t for _, t in SHIPPED], ids=[n for n, _ in SHIPPED]
)

# --- what it finds ---------------------------------------------------------------------------

CIRCLE = """
  a: {type: say, prompts: [one], next: b, on_failure: b}
  b: {type: say, prompts: [two], next: person, on_failure: a}
"""
WAITS = """
  a: {type: queue, queue: general, max_wait_s: 30, on_timeout: b}
  b: {type: say, prompts: [hold], next: a}
"""
LONG = """
  a: {type: say, prompts: [one], next: b}
  b: {type: menu, prompts: [two], keys: {1: person}, first_key_s: 115, on_no_key: {next: person}}
"""
LOUD = "".join(
    f"  {here}: {{type: say, prompts: [p_{here}], next: {there}}}\n"
    for here, there in zip("abcdefghijklm", [*"bcdefghijklm", "person"], strict=True)
)
IN_A_ROW = "  a: {type: goto, next: n0}\n" + "".join(
    f"  n{number}: {{type: set, field: x, value: y, next: n{number + 1}}}\n" for number in range(55)
)
DEEP = """
  a: {type: menu, prompts: [one], keys: {1: b}, on_no_key: {next: person}}
  b: {type: branch, cases: [{if: {caller.is_vip: true}, next: person}], otherwise: c}
  c: {type: survey, prompts: [two], on_no_key: {next: d}, next: d}
  d: {type: hangup}
"""
FAILS = """
  a: {type: menu, prompts: [one], keys: {1: b}, on_no_key: {next: person}}
  b: {type: say, prompts: [two], next: desk, on_failure: bye}
  desk: {type: queue, queue: general, needs: {en: 1}, max_wait_s: 30, on_timeout: bye}
  bye: {type: hangup}
"""
BUSY = """
  a: {type: menu, prompts: [one], keys: {1: police}, on_no_key: {next: person}}
  police: {type: transfer, to: "110", on_busy: bye}
  bye: {type: hangup, prompts: [sorry]}
"""
EMPTY = """
  a: {type: menu, prompts: [one], keys: {1: desk, 2: line}, on_no_key: {next: person}}
  desk: {type: branch, cases: [{if: {agents.en: {at_least: 1}}, next: person}], otherwise: bye}
  line: {type: branch, cases: [{if: {queue.general.waiting: {at_least: 9}}, next: bye}],
         otherwise: person}
  bye: {type: hangup, prompts: [sorry]}
"""
SHUT = """
  a: {type: schedule, schedule: office, open: bye, closed: person}
  bye: {type: hangup, prompts: [goodbye]}
"""
ALONE = """
  a: {type: menu, prompts: [one], keys: {1: desk}, on_no_key: {next: person}}
  desk: {type: queue, queue: general, needs: {en: 1}, announce: {prompts: [hold]}}
"""


@pytest.mark.parametrize(
    ("nodes", "line", "expected"),
    [
        (CIRCLE, 7, "E602 nodes.a: without a key press this never ends: a -> b -> a."
         " To see it: a: listen; b: the prompt fails."),
        (LONG, 8, "E603 nodes.b: who presses nothing may need 121 s until a person is asked for, "
         "120 s are allowed; here it takes longest. To see it: a: listen; b: listen, wait 115 s."),
        (LOUD, 18, "E604 nodes.m: who presses nothing may hear 13 announcements until a person is "
         "asked for, 12 are allowed; this is one too many. To see it: a to m: listen."),
        (FAILS, 8, "E607 nodes.b: when the prompt fails the caller is left with nobody: the way "
         "from there only hangs up. To see it: a: press 1; b: the prompt fails."),
        (FAILS, 9, "E607 nodes.desk: when nobody is free the caller is left with nobody: the way "
         "from there only hangs up. To see it: a: press 1; b: listen; desk: nobody is free for "
         "30 s."),
        (EMPTY, 8, "E607 nodes.desk: when nobody is free the caller is left with nobody: the way "
         "from there only hangs up. To see it: a: press 1. "),
        (EMPTY, 9, "E607 nodes.line: when nobody is free the caller is left with nobody: the way "
         "from there only hangs up. To see it: a: press 2; line: queue.general.waiting is 9. "),
        (BUSY, 8, "E607 nodes.police: when the number is not reached the caller is left with "
         "nobody: the way from there only hangs up. To see it: a: press 1; police: the number is "
         "busy."),
        (SHUT, 8, "E608 nodes.bye: a caller of whom nothing is known and who presses nothing is "
         "hung up on here, and no person was asked for. To see it: bye: listen."),
        (ALONE, 8, "E609 nodes.desk: who waits here waits for ever while nobody with the skill en "
         "is signed in. To see it: a: press 1."),
        (WAITS, 7, "W603 nodes.a: who waits here is sent in a circle: a -> b -> a. After 50 nodes "
         "it ends at the last resort. To see it: a: nobody is free for 30 s; b: listen."),
    ],
)  # fmt: skip
def test_a_breach_is_named_with_its_place_and_the_shortest_way_to_it(
    nodes: str, line: int, expected: str
) -> None:
    assert f"t.yaml:{line}:3: {expected}" in said(proofs_of(nodes))


def test_more_nodes_in_a_row_than_the_interpreter_walks_are_found() -> None:
    nodes = IN_A_ROW + "  n55: {type: goto, next: person}\n"
    problems = proofs_of(nodes).problems
    assert [one.code for one in problems] == ["E606"]
    assert problems[0].line == 7 + 50
    assert "57 nodes follow one another" in problems[0].message or "58" in problems[0].message


def test_a_person_behind_too_many_keys_is_found() -> None:
    nodes = """
  a: {type: branch, cases: [{if: {caller.is_vip: true}, next: person}], otherwise: b}
  b:
    {type: menu, prompts: [one], keys: {1: c}, on_no_key: {next: bye}, on_wrong_key: {next: bye}}
  c:
    {type: menu, prompts: [two], keys: {1: person}, on_no_key: {next: bye},
     on_wrong_key: {next: bye}}
  bye: {type: hangup}
"""
    assert "E605" not in said(proofs_of(nodes))
    assert (
        "t.yaml:8:3: E605 nodes.b: from here a person needs 2 key presses at least, 1 are allowed."
        " To see it: just call."
    ) in said(proofs_of(nodes, Limits(keys=1)))


def test_nodes_that_no_caller_comes_to_are_told_apart() -> None:
    nodes = """
  a:
    type: branch
    cases:
      - {if: {caller.is_vip: true}, next: b}
      - {if: {queue.general.waiting: {at_least: 5}, caller.is_vip: true}, next: never}
    otherwise: person
  b: {type: branch, cases: [{if: {caller.is_vip: false}, next: excluded}], otherwise: person}
  never: {type: queue, queue: general}
  excluded: {type: queue, queue: general}
"""
    found = [(one.code, one.line) for one in proofs_of(nodes).problems]
    assert found == [("W601", 14), ("W602", 15)]


def test_the_bounds_are_those_of_the_worst_caller_who_does_nothing() -> None:
    nodes = """
  a: {type: schedule, schedule: office, open: b, closed: c}
  b: {type: menu, prompts: [one, two], keys: {1: person}, on_no_key: {say: [again], next: person}}
  c: {type: say, prompts: [three], next: person}
"""
    bounds = proofs_of(nodes).proofs[0].bounds
    # Three offers, the first of two prompts and the others of three, five seconds after each.
    assert bounds.seconds == (6 + 5) + (9 + 5) + (9 + 5)
    assert (bounds.announcements, bounds.keys, bounds.nodes) == (3, 0, 2)


# --- how it shows it -------------------------------------------------------------------------


@pytest.mark.parametrize("nodes", [CIRCLE, LONG, LOUD, FAILS, BUSY, EMPTY, SHUT, ALONE, IN_A_ROW])
def test_a_saved_way_is_a_case_that_fails_until_the_tree_is_mended(nodes: str) -> None:
    if nodes is IN_A_ROW:
        nodes += "  n55: {type: goto, next: person}\n"
    trees = trees_of(nodes)
    proofs = prove_trees(trees, seconds)
    text = ""
    for name, case in proofs.cases.items():
        text = write_case(name, case, into=text)
    read = load_cases(text, "proved.yaml")
    assert not isinstance(read, list), render_problems(read)
    assert read.cases
    for name, case in read.cases.items():
        assert run_case(name, case, trees.flows["main"], seconds).differences, name


def test_a_way_that_only_one_dialled_number_goes_begins_with_dialling_it() -> None:
    lines = 'lines: {"12315": {greeting: [one]}, "12333": {start: short}}\n'
    nodes = """  a: {type: greeting, prompts: [two], next: person}
  short: {type: branch, cases: [{if: {dialled: "12333"}, next: bye}], otherwise: person}
  bye: {type: hangup}
"""
    trees = load_trees({"t.yaml": lines + HEAD + nodes})
    assert isinstance(trees, Trees), render_problems(trees)
    proofs = prove_trees(trees, seconds)
    assert [one.code for one in proofs.problems] == ["E608"]
    assert "To see it: dial 12333. " in said(proofs)
    case = next(iter(proofs.cases.values()))
    assert (case.dialled, case.flow) == ("12333", None)
    assert run_case("", case, trees.flows["main"], seconds).differences


def test_a_number_that_only_a_branch_names_is_dialled_in_the_saved_way() -> None:
    trees = trees_of("""
  a: {type: branch, cases: [{if: {dialled: "12333"}, next: bye}], otherwise: person}
  bye: {type: hangup}
""")
    case = next(iter(prove_trees(trees, seconds).cases.values()))
    assert (case.dialled, case.flow) == ("12333", None)
    assert run_case("", case, trees.flows["main"], seconds).differences


def test_a_saved_way_passes_once_the_tree_is_mended() -> None:
    bad, good = (
        trees_of(FAILS),
        trees_of(FAILS.replace("bye: {type: hangup}", "bye: {type: queue, queue: general}")),
    )
    for name, case in prove_trees(bad, seconds).cases.items():
        assert not run_case(name, case, good.flows["main"], seconds).differences


# --- that it walks where callers can go --------------------------------------------------------


@shipped_trees
def test_every_shipped_tree_is_proved(trees: Trees) -> None:
    problems = [one for one in prove_trees(trees, seconds).problems if not one.is_warning]
    assert not problems, render_problems(problems)


@shipped_trees
def test_a_caller_who_does_anything_is_always_where_the_walk_has_been(trees: Trees) -> None:
    for flow in trees.flows.values():
        graph = walk_all(flow, seconds)
        known = set(zip((one._replace(path=()) for one in graph.states), graph.pins, strict=True))
        for seed in range(25):
            for state, pins in wanderer(flow, random.Random(seed)):
                assert (state, pins) in known, f"{flow.flow}, {seed}: {state} {pins}"


class Whim:
    """Facts answered at random; what cannot change during a call does not."""

    def __init__(self, questions: Questions, chance: random.Random, dialled: Answer) -> None:
        self.questions = questions
        self.chance = chance
        self.node = ""
        self.steady: dict[str, Answer] = {"dialled": dialled}
        self.now: dict[str, Answer] = {}

    def value(self, name: str) -> Answer:
        if name not in self.steady and name not in self.now:
            options = self.questions.options(self.node, name)
            form = ivr.facts.form_of(name)
            kept = self.steady if form and form[0].steady else self.now
            kept[name] = self.chance.choice(options)
        return self.steady.get(name, self.now.get(name))


def wanderer(flow: Flow, chance: random.Random) -> Iterator[tuple[State, Answers]]:
    """Every situation of one caller to whom anything happens, in the real interpreter."""
    questions = Questions(flow)
    situations = Situations(questions, pinned=True)
    dialled = chance.choice(("", *flow.lines))
    others = [one for one in questions.options("", "dialled") if one not in flow.lines]
    facts = Whim(questions, chance, dialled or chance.choice(others))
    state, event, now = start(flow, dialled), ivr.Entered(), 0.0
    for _ in range(60):
        facts.now = {}
        facts.node = state.node
        state, _ = step(flow, state, event, now, facts)
        # Counting hops, the interpreter would in the end take the caller out of a tree that ends.
        state = state._replace(hops=0)
        yield situations.of(state, (*facts.steady.items(),), now)
        options: list[Event] = [*EVENTS[state.phase], *KEYS]
        if not EVENTS[state.phase]:
            return
        event = chance.choice(options)
        if isinstance(event, TimedOut):
            now = state.deadline if state.deadline is not None else now


@shipped_trees
def test_keys_that_a_node_does_not_name_do_the_same(trees: Trees) -> None:
    for flow in trees.flows.values():
        graph = walk_all(flow, seconds)
        questions = Questions(flow)
        situations = Situations(questions, pinned=True)
        for state in graph.states:
            if state.phase in ("new", "ended"):
                continue
            tried = questions.keys(state.node)
            for kind in ("0123456789", "*#A"):
                spared = {_after(flow, situations, state, key) for key in kind if key not in tried}
                assert len(spared) <= 1
                assert spared <= {_after(flow, situations, state, key) for key in tried}


def _after(flow: Flow, situations: Situations, state: State, key: str) -> object:
    return situations.of(step(flow, state, Key(key), 0.0)[0], (), 0.0)


def test_typed_digits_are_alike_as_long_as_no_test_tells_them_apart() -> None:
    assert alike("4711", ()) == alike("9999", ()) == "0000"
    assert alike("0532", ("0532",)) == "0532"
    assert alike("0533", ("0532",)) == alike("0539", ("0532",)) == "0530"
    assert alike("05", ("0532",)) == "05"
    assert len(alike("053211", ("0532",))) == 6
    assert alike("053211", ("0532",)).startswith("0532")


def test_a_tree_that_is_too_large_is_never_called_proved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ivr.proof.walk_all, "TOO_MANY", 5)
    proofs = proofs_of(FAILS)
    assert [one.code for one in proofs.problems] == ["E610"]
    assert not proofs.proofs[0].is_complete


def test_five_hundred_nodes_are_proved() -> None:
    trees = load_trees(big_trees(500))
    assert isinstance(trees, Trees)
    proofs = prove_trees(trees, seconds)
    assert not proofs.problems
    assert proofs.proofs[0].nodes > 400


def test_facts_that_follow_one_another_do_not_multiply() -> None:
    """Twelve questions in a row have half a million answers, and a few situations."""
    nodes = "  a: {type: goto, next: n0}\n" + "".join(
        f"""  n{number}:
    type: branch
    cases: [{{if: {{queue.general.waiting: {{at_least: {number + 1}}}}}, next: n{number + 1}}}]
    otherwise: n{number + 1}
"""
        for number in range(12)
    )
    proofs = proofs_of(nodes + "  n12: {type: goto, next: person}\n")
    assert not proofs.problems
    assert proofs.proofs[0].transitions < 200


def test_facts_that_all_matter_for_ever_are_proved_as_if_they_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each of eight steady facts is asked again and again: the product is not walked."""
    names = ["is_vip", "is_repeat", "is_nuisance", "has_number"]
    facts = [f"caller.{name}" for name in names]
    facts += [f"schedule.s{number}" for number in range(5)]
    nodes = "  a: {type: menu, prompts: [one], keys: {1: n0}, on_no_key: {next: person}}\n"
    for number, fact in enumerate(facts):
        value = "open" if fact.startswith("s") else "true"
        onward = f"n{number + 1}" if number + 1 < len(facts) else "a"
        nodes += f"""  n{number}:
    type: branch
    cases: [{{if: {{{fact}: {value}}}, next: x{number}}}]
    otherwise: x{number}
  x{number}: {{type: say, prompts: [two], next: {onward}}}
"""
    monkeypatch.setattr(ivr.proof.walk_all, "TOO_MANY", 1000)
    proofs = proofs_of(nodes)
    assert not proofs.problems
    assert proofs.proofs[0].is_complete
