"""The examples of the manual: each loads with the shipped configuration, and is walked."""

import random
from pathlib import Path

import pytest
from fuzz_trees import AnyFacts, any_event
from wrong_values import EXAMPLES, NODE_TYPES

import ivr
from ari_app.configuration import load_groundwork
from ari_app.settings import PROJECT_DIR

WALKS = 1000
FILES = sorted(EXAMPLES.glob("*.yaml"))
CALLED = EXAMPLES / "return.yaml"
"""The tree that the examples of call and goto lead to."""


def trees_of(file: Path) -> ivr.Trees:
    ground = load_groundwork(PROJECT_DIR / "config")
    assert not isinstance(ground, list), ivr.render_problems(ground)
    files = [EXAMPLES / "call.yaml" if file == CALLED else file, CALLED]
    trees = ivr.load_trees({one.name: one.read_bytes() for one in files}, ground.names)
    assert isinstance(trees, ivr.Trees), ivr.render_problems(trees)
    return trees


def walked(flow: ivr.Flow, seed: int) -> set[str]:
    """The nodes at which somebody came by who did anything."""
    chance = random.Random(seed)
    facts, now = AnyFacts(chance), 0.0
    state = ivr.start(flow, chance.choice([*flow.lines, ""]))
    state, _ = ivr.step(flow, state, ivr.Entered(), now, facts)
    for _ in range(25):
        now += 200.0
        state, _ = ivr.step(flow, state, any_event(chance), now, facts)
    return {node for node, _ in state.path}


def test_there_is_an_example_of_each_node_type_and_no_other() -> None:
    assert {file.stem for file in FILES} == {*NODE_TYPES, "tree"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_an_example_loads_and_callers_come_to_every_node_of_it(file: Path) -> None:
    flow = trees_of(file).flows["main"]
    visited: set[str] = set()
    for seed in range(WALKS):
        visited |= walked(flow, seed)
        if visited >= set(flow.nodes):
            break
    assert visited == set(flow.nodes)
    assert file.stem == "tree" or file.stem in {node.type for node in flow.nodes.values()}
