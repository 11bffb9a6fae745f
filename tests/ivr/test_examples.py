"""The example configurations: each fit for service, its scripted calls as promised."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ari_app.configuration import Configuration, load_configuration
from ari_app.db.fields import ticket_values
from ivr import Flow
from ivr.nodes import CollectNode, SetNode, SurveyNode
from ivr.play.cases import Cases, load_cases
from ivr.play.cover import coverage
from ivr.play.trace import PromptSeconds
from ivr.play.trial import run_case
from ivr.problems import render_problems
from ivr.profiles import PROFILES, Spoken
from ivr.proof.prove import prove_trees

EXAMPLES = Path(__file__).resolve().parents[2] / "config" / "examples"
NAMES = ("big_city", "county", "province")
# The whole of what a new admin reads first.
COUNTY_NODES = 24


@pytest.fixture(scope="module", params=NAMES)
def example(request: pytest.FixtureRequest) -> Path:
    return EXAMPLES / str(request.param)


@pytest.fixture(scope="module")
def loaded(example: Path) -> Configuration:
    found = load_configuration(example)
    assert isinstance(found, Configuration), render_problems(found)
    return found


def seconds_of(loaded: Configuration) -> PromptSeconds:
    return lambda prompt: loaded.prompts.duration_s(prompt.id, prompt.language)


def scripts(example: Path) -> list[Cases]:
    read = [load_cases(file.read_bytes(), str(file)) for file in example.glob("flows/tests/*.yaml")]
    cases = [one for one in read if isinstance(one, Cases)]
    assert cases, f"{example} has no scripted calls"
    assert len(cases) == len(read), read
    return cases


def test_there_are_no_other_examples() -> None:
    assert {path.parent.name for path in EXAMPLES.glob("*/flows")} == set(NAMES)


def test_an_example_is_fit_for_service_but_for_studio_languages(loaded: Configuration) -> None:
    assert {problem.code for problem in loaded.warnings} <= {"W502"}


def test_an_example_is_proved_and_keeps_to_the_regulation(
    example: Path, loaded: Configuration
) -> None:
    numbers = {name: entry.number for name, entry in loaded.world.numbers.items()}
    texts = {
        name: " ".join(wording.text for wording in prompt.wordings.values())
        for name, prompt in loaded.prompts.catalogue.prompts.items()
    }
    spoken = Spoken(texts, numbers)
    proofs = prove_trees(
        loaded.trees,
        seconds_of(loaded),
        also=lambda flow, judge: PROFILES["gbt33358"](flow, judge, spoken),
    )
    assert all(proof.is_complete for proof in proofs.proofs)
    # Advised against, and what many cities want: a menu before the person. The county has none.
    expected = set() if example.name == "county" else {"W703"}
    assert {one.code for one in proofs.problems} == expected, render_problems([*proofs.problems])


def test_every_scripted_call_comes_out_as_promised_and_no_node_is_left_out(
    example: Path, loaded: Configuration
) -> None:
    played = []
    for cases in scripts(example):
        for name, case in cases.cases.items():
            flow = loaded.trees.for_dialled(case.dialled)
            result = run_case(name, case, flow, seconds_of(loaded))
            assert not result.differences, f"{cases.file}:{cases.line(name)} {result.differences}"
            played.append((flow.flow, result.trace))
    assert not coverage(loaded.trees.flows, played).missing("node")


def test_every_field_that_an_example_sets_is_one_that_a_ticket_keeps(loaded: Configuration) -> None:
    for flow in loaded.trees.flows.values():
        for name, value in _written(flow):
            assert name in ticket_values("c", {name: value}), f"{flow.flow}: {name}: {value}"
    assert ticket_values("c", {"confidential": "true"}) == {"confidential": True}


def _written(flow: Flow) -> Iterator[tuple[str, str]]:
    for line in flow.lines.values():
        yield from line.fields.items()
    for node in flow.nodes.values():
        match node:
            case SetNode():
                yield node.field, node.value
            case SurveyNode():
                yield from ((node.field, label) for label in node.keys.values())
            case CollectNode():
                yield node.field, "20261123"


def test_the_county_stays_short() -> None:
    found = load_configuration(EXAMPLES / "county")
    assert isinstance(found, Configuration)
    assert len(found.trees.for_dialled("").nodes) <= COUNTY_NODES


def test_the_province_serves_thirty_merged_lines_with_fields_of_their_own() -> None:
    found = load_configuration(EXAMPLES / "province")
    assert isinstance(found, Configuration)
    lines = found.trees.for_dialled("12315").lines
    assert len(lines) == 30
    assert len({line.fields["category_code"] for line in lines.values()}) == len(lines)
    assert all(line.greeting for line in lines.values())
