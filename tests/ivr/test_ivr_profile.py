"""The profile gbt33358: a bad tree for each rule, and exactly what is said about it."""

import pytest

from ivr import Prompt, load_trees
from ivr.link import Trees
from ivr.model import Flow
from ivr.problems import Problem, render_problems
from ivr.profiles import PROFILES, Spoken
from ivr.proof.judge import Judge
from ivr.proof.lint import odd_times, unheard
from ivr.proof.prove import prove_trees

HEAD = """flow: main
start: a
last_resort: person
nodes:
  person: {type: queue, queue: general, priority: 9}
"""
DISCLAIMER = "checked against a published summary."
TEXTS = Spoken({"offer": "本周特价优惠，立即抢购", "policy": "惠企优惠政策请按一"})


def found(nodes: str, head: str = HEAD, spoken: Spoken = TEXTS) -> list[Problem]:
    """What the profile says, without what is said of every tree."""

    def rules(flow: Flow, judge: Judge) -> list[object]:
        return [*PROFILES["gbt33358"](flow, judge, spoken)]

    trees = load_trees({"t.yaml": head + nodes})
    assert isinstance(trees, Trees), render_problems(trees)
    proofs = prove_trees(trees, lambda prompt: 20.0, also=rules)  # type: ignore[arg-type]
    return [one for one in proofs.problems if one.code.startswith("W7")]


RULES = [
    (
        "W701",
        """
  a: {type: branch, cases: [{if: {caller.is_vip: true}, next: person}], otherwise: b}
  b: {type: message, prompts: [leave], next: c}
  c: {type: hangup}
""",
        "t.yaml:8:3: W701 nodes.b: who presses nothing ends here and reaches no person. "
        "(国办发〔2020〕53号，人工服务; checked against a published summary.) "
        "To see it: b: listen.",
    ),
    (
        "W702",
        """
  a: {type: say, prompts: [one], next: b}
  b: {type: say, prompts: [one, two, three], next: person}
""",
        "t.yaml:8:3: W702 nodes.b: who presses nothing may wait 80 s from the answer until a "
        "person is looked for, more than 60 s. The 15 s of the standard are for answering, which "
        "the program does at once; this is the time in the tree. (GB/T 33358-2016，接听时限; "
        "checked against a published summary.) To see it: a, b: listen.",
    ),
    (
        "W703",
        """
  a: {type: say, prompts: [one], next: b}
  b: {type: menu, prompts: [two], keys: {1: person}, on_no_key: {next: person}}
""",
        "t.yaml:8:3: W703 nodes.b: a menu stands before the person; 1 in all on the way without a "
        "key press. Menus are advised against. (GB/T 33358-2016，不宜设置交互式语音应答菜单; "
        "checked against a published summary.)",
    ),
    (
        "W704",
        """
  a: {type: say, prompts: [policy], next: b}
  b: {type: say, prompts: [offer], next: person}
""",
        "t.yaml:8:3: W704 nodes.b: the prompt 'offer' says '特价', which sounds like advertising. "
        "(GB/T 33358-2016，不应出现商业广告; checked against a published summary.)",
    ),
    (
        "W705",
        """
  a: {type: branch, cases: [{if: {caller.is_vip: true}, next: b}], otherwise: low}
  b: {type: transfer, to: "110", on_busy: low}
  low: {type: queue, queue: general}
""",
        "t.yaml:7:3: W705 nodes.a: no key leads to 119, 120, 122, nor to a queue of priority 9. "
        "(国办函〔2025〕66号，紧急诉求即转110、119、120、122; checked against a "
        "published summary.)",
    ),
    (
        "W706",
        """
  a: {type: branch, cases: [{if: {caller.is_vip: true}, next: b}], otherwise: person}
  b: {type: queue, queue: general, needs: {ko: 1}, max_wait_s: 30, on_timeout: c, on_failure: c}
  c: {type: hangup}
""",
        "t.yaml:8:3: W706 nodes.b: the desk for ko has no fallback: while nobody there is free, "
        "no other queue follows. (GB/T 33358-2016，可设方言、少数民族语言、外语座席; checked "
        "against a published summary.) To see it: a: caller.is_vip is yes.",
    ),
    (
        "W707",
        """
  a: {type: schedule, schedule: office, open: person, closed: b}
  b: {type: hangup, prompts: [closed]}
""",
        "t.yaml:7:3: W707 nodes.a: with every schedule closed no person is reached from here. "
        "(GB/T 33358-2016与国办发〔2020〕53号，7×24小时; checked against a published summary.)",
    ),
    (
        "W708",
        """
  a: {type: transfer, to: "110", on_busy: b, on_no_answer: b, on_failure: b}
  b: {type: hangup}
""",
        "t.yaml:7:3: W708 nodes.a: nobody can ask for confidence: no agent is reached, and no node "
        "sets the field 'confidential'. (GB/T 33358-2016，保密要求; checked against a published "
        "summary.)",
    ),
]


@pytest.mark.parametrize(("code", "nodes", "expected"), RULES, ids=[rule[0] for rule in RULES])
def test_each_rule_names_the_node_its_line_and_the_clause(
    code: str, nodes: str, expected: str
) -> None:
    head = HEAD.replace(", priority: 9", "") if code == "W705" else HEAD
    problems = [one for one in found(nodes, head) if one.code == code]
    assert len(problems) == 1
    assert render_problems(problems).startswith(expected)


@pytest.mark.parametrize("nodes", [rule[1] for rule in RULES], ids=[rule[0] for rule in RULES])
def test_every_finding_is_advice_and_says_that_it_rests_on_a_summary(nodes: str) -> None:
    problems = found(nodes)
    assert all(one.is_warning and DISCLAIMER in one.message for one in problems)


GOOD = """
  a: {type: say, prompts: [hello], next: hours}
  hours: {type: schedule, schedule: office, open: desk, closed: night}
  night: {type: say, prompts: [hello], next: person}
  desk: {type: queue, queue: general, needs: {zh: 1}, max_wait_s: 45, on_timeout: person}
"""


def test_a_tree_that_leads_to_people_day_and_night_has_nothing_said_of_it() -> None:
    assert found(GOOD) == []


def test_all_four_emergency_numbers_are_enough_under_any_name() -> None:
    nodes = "\n  a: {type: menu, prompts: [one], keys: {"
    names = {"police": "110", "fire": "119", "doctor": "120", "road": "122"}
    nodes += ", ".join(f"{key}: {name}" for key, name in enumerate(names))
    nodes += "}, on_no_key: {next: person}}\n"
    nodes += "".join(f"  {name}: {{type: transfer, to: {name}}}\n" for name in names)
    head = HEAD.replace(", priority: 9", "")
    with_numbers = found(nodes, head, Spoken(numbers=names))
    assert "W705" not in {one.code for one in with_numbers}
    assert "W705" in {one.code for one in found(nodes, head)}


def test_a_set_field_or_an_agent_is_a_way_to_confidence() -> None:
    nodes = """
  a: {type: set, field: confidential, value: "true", next: b}
  b: {type: transfer, to: "110", on_busy: c, on_no_answer: c, on_failure: c}
  c: {type: hangup}
"""
    assert "W708" not in {one.code for one in found(nodes)}


def test_prompts_that_nobody_recorded_and_odd_times_are_told() -> None:
    nodes = """
  a: {type: language, language: en, next: b}
  b: {type: menu, prompts: [one, {id: two, language: zh_CN}], first_key_s: 90, keys: {1: person}}
"""

    def look(flow: Flow, judge: Judge) -> list[object]:
        recorded = {Prompt("one", "zh_CN")}
        return [*unheard(flow, judge, recorded.__contains__), *odd_times(flow)]

    trees = load_trees({"t.yaml": HEAD + nodes})
    assert isinstance(trees, Trees)
    proofs = prove_trees(trees, lambda prompt: 3.0, also=look)  # type: ignore[arg-type]
    said = [f"{one.line} {one.code} {one.message}" for one in proofs.problems]
    assert said == [
        "8 W604 nodes.b: callers in en hear nothing of the prompt 'one'.",
        "8 W604 nodes.b: callers in zh_CN hear nothing of the prompt 'two'.",
        "8 W605 nodes.b: first_key_s is 90; callers need time to think, and silence must lead on.",
    ]
