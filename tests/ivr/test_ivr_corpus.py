"""Every file of the corpus: the good ones load, the bad ones say exactly what is expected."""

import json
from pathlib import Path

import pytest
from ivr_playbook import CORPUS, NAMES

from ivr import Flow, load, render_problems

GOOD = sorted((CORPUS / "good").glob("*.yaml"))
BAD = sorted((CORPUS / "bad").glob("*.yaml"))


@pytest.mark.parametrize("file", GOOD, ids=lambda file: file.stem)
def test_a_good_tree_loads(file: Path) -> None:
    flow = load(file.read_text(encoding="utf-8"), file.name, NAMES)
    assert isinstance(flow, Flow), render_problems(flow)


@pytest.mark.parametrize("file", BAD, ids=lambda file: file.stem)
def test_a_bad_tree_says_what_is_wrong_where_and_what_to_write(file: Path) -> None:
    found = load(file.read_text(encoding="utf-8"), file.name, NAMES)
    assert isinstance(found, list)
    expected = file.with_suffix(".expect").read_text(encoding="utf-8")
    assert render_problems(found) + "\n" == expected
    assert {problem.code for problem in found} == {file.stem[:4]}


def test_every_bad_file_has_its_expected_text_and_the_other_way_round() -> None:
    expected = {file.stem for file in (CORPUS / "bad").glob("*.expect")}
    assert expected == {file.stem for file in BAD}
    assert len(GOOD) >= 5


def test_problems_as_json_hold_the_same_fields() -> None:
    file = CORPUS / "bad" / "E302-unknown-queue.yaml"
    found = load(file.read_text(encoding="utf-8"), file.name, NAMES)
    assert isinstance(found, list)
    assert json.loads(render_problems(found, "json")) == [
        {
            "file": "E302-unknown-queue.yaml",
            "line": 5,
            "col": 33,
            "code": "E302",
            "message": "nodes.welcome.queue: there is no queue 'genral'.",
            "hint": "Did you mean 'general'?",
        }
    ]


def test_names_that_are_not_known_are_not_checked() -> None:
    text = (CORPUS / "bad" / "E302-unknown-queue.yaml").read_text(encoding="utf-8")
    assert isinstance(load(text, "flow.yaml"), Flow)
