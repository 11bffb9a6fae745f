"""Whatever is wrong in a tree is said once, at its place, with what to write instead."""

import pytest
from ivr_playbook import problems
from wrong_values import NODE_TYPES, faults

from ivr import Names, load, render_problems
from ivr.yaml_source import parse


@pytest.mark.parametrize("name", ["tree", *NODE_TYPES])
def test_each_wrong_field_gives_one_problem_at_its_place_and_says_what_to_write(name: str) -> None:
    checked = 0
    for fault in faults(name):
        found = load(fault.text, "flow.yaml")
        assert isinstance(found, list), f"accepted: {fault.name}\n{fault.text}"
        assert len(found) == 1, f"{fault.name}\n{render_problems(found)}"
        parsed = parse(fault.text, "flow.yaml")
        assert isinstance(parsed, tuple)
        place = parsed[1].key(fault.path) if fault.is_key else parsed[1].value(fault.path)
        said = found[0]
        # A mapping that is wrong is told at the first wrong thing in it.
        assert (said.line, max(said.col, place.col)) == (place.line, said.col), fault.name
        assert (said.code[:2], bool(said.hint)) == ("E2", True), f"{fault.name}: {said}"
        assert str(fault.path[-1]).removesuffix("x") in said.message, f"{fault.name}: {said}"
        checked += 1
    # Every node has a next place and a type that can be wrong; a return has its type alone.
    assert checked >= (1 if name == "return" else 3)


TREE = """\
flow: main
start: welcome
last_resort: person
nodes:
  welcome: {type: menu, prompts: [menu_zh], keys: {1: person}, on_no_key: {next: person}}
  person: {type: queue, queue: general}
"""


@pytest.mark.parametrize(
    ("wrong", "right", "line"),
    [
        (
            "{1: persn}",
            "{1: person}",
            "flow.yaml:5:55: E301 nodes.welcome.keys.1: there is no node 'persn'."
            " Did you mean 'person'?",
        ),
        (
            "tpye: menu",
            "type: menu",
            "flow.yaml:5:13: E202 nodes.welcome.tpye: no such field. Did you mean 'type'?",
        ),
        (
            "prompts: [7]",
            "prompts: [menu_zh]",
            "flow.yaml:5:35: E203 nodes.welcome.prompts[0]: expected a mapping"
            " (key: value) or a text, found the number 7. Write its name alone, or {key: value}.",
        ),
        (
            "queue: 12345",
            "queue: general",
            "flow.yaml:6:32: E203 nodes.person.queue: expected a queue's name, found the number"
            " 12345. Use small letters, digits and _, a letter first, at most 64.",
        ),
        (
            "queue: ~",
            "queue: general",
            "flow.yaml:6:32: E203 nodes.person.queue: expected a queue's name, found nothing."
            " Write a value, or remove the line.",
        ),
    ],
)
def test_messages_read_well(wrong: str, right: str, line: str) -> None:
    assert render_problems(problems(TREE.replace(right, wrong), Names())) == line


def test_a_value_that_may_be_of_several_kinds_is_told_once() -> None:
    text = TREE.replace(
        "  person:",
        "  split:\n    type: branch\n    cases: [{if: {caller.region: [1.5]}, next: person}]\n"
        "    otherwise: person\n  person:",
    )
    assert render_problems(problems(text, Names())) == (
        "flow.yaml:8:35: E203 nodes.split.cases[0].if.caller.region[0]: expected true or false,"
        ' a whole number or text, found the number 1.5. Put it in quotes: "1.5".'
    )
