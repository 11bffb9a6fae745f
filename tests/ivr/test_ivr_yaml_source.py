"""The YAML reader that every configuration file goes through."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from ivr_playbook import CORPUS, MAIN, NAMES
from pydantic import BaseModel, ConfigDict

from ivr import Flow, load, render_problems
from ivr.yaml_source import parse, validate


def read(text: str) -> object:
    source = parse(text, "f.yaml")
    assert isinstance(source, tuple), source
    return source[0]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("18:00", "18:00"),
        ("no", "no"),
        ("on", "on"),
        ("010", "010"),
        ("0x1F", "0x1F"),
        ("+8610", "+8610"),
        ("1_000", "1_000"),
        ("1e5", "1e5"),
        (".inf", ".inf"),
        ("2026-01-01", "2026-01-01"),
        ("9" * 5000, "9" * 5000),
        ("13800138000", 13800138000),
        ("-5", -5),
        ("2.50", 2.5),
        ("true", True),
        ("null", None),
        ("", None),
        ('"5"', "5"),
        ("'true'", "true"),
        ("一二三", "一二三"),
        ("|\n  two\n  lines\n", "two\nlines\n"),
    ],
)
def test_a_value_means_what_it_looks_like(written: str, value: object) -> None:
    assert read(f"a: {written}") == {"a": value}


def test_keys_are_always_texts() -> None:
    assert read('{1: a, "*": b, no: c, 010: d}') == {"1": "a", "*": "b", "no": "c", "010": "d"}


def test_positions_name_the_value_or_the_key_of_a_block() -> None:
    source = parse("agents:\n  wang:\n    number: 8001\n    skills: [zh, en]\n", "f.yaml")
    assert isinstance(source, tuple)
    positions = source[1]
    assert (positions.value(("agents", "wang", "number")).line, positions.values[()].col) == (3, 1)
    assert positions.value(("agents", "wang", "number")).text == "8001"
    assert positions.value(("agents", "wang")).col == 3
    assert positions.value(("agents", "wang", "skills", 1)).col == 18
    assert positions.value(("agents", "wang", "missing", "deeper")).line == 2


def test_a_file_over_the_limit_is_refused() -> None:
    source = parse("a: " + "汉" * 90_000, "f.yaml")
    assert isinstance(source, list)
    assert source[0].code == "E102"


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "{a: " * 60_000,
        "- " * 100_000,
        "? " * 100_000,
        "a: &a [*a]",
        "\ud800",
        "a: !",
    ],
)
def test_hostile_text_is_a_problem_and_nothing_worse(text: str) -> None:
    assert isinstance(parse(text, "f.yaml"), list)


class Agent(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    extension: str
    levels: dict[str, int] = {}


class Agents(BaseModel):
    model_config = ConfigDict(extra="forbid")
    agents: list[Agent]
    note: str | None = None


def test_another_files_model_gets_the_same_messages() -> None:
    text = (
        "agents:\n- {nmae: Wang, extension: 8001}\n- {name: Li, extension: '2', levels: {en: x}}\n"
    )
    source = parse(text, "agents.yaml")
    assert isinstance(source, tuple)
    found = validate(Agents, source[0], source[1], "agents.yaml")
    assert isinstance(found, list)
    assert render_problems(found).splitlines() == [
        "agents.yaml:2:4: E202 agents[0].nmae: no such field. Did you mean 'name'?",
        "agents.yaml:2:27: E203 agents[0].extension: expected text, found the number 8001."
        ' Put it in quotes: "8001".',
        "agents.yaml:3:43: E203 agents[1].levels.en: expected a whole number, found the text 'x'."
        " Write digits alone, such as 3.",
    ]


SEEDS = [MAIN, *sorted(CORPUS.glob("*/*.yaml"))]
TEXTS = [file.read_text(encoding="utf-8") for file in SEEDS]
SCRAPS = [
    "\n",
    "  ",
    "\t",
    ":",
    "- ",
    "[",
    "]",
    "{",
    "}",
    "*",
    "&a",
    "!",
    '"',
    "#",
    "999",
    "~",
    "\0",
]


@st.composite
def spoilt(draw: st.DrawFn) -> str:
    text = draw(st.sampled_from(TEXTS))
    for _ in range(draw(st.integers(1, 4))):
        at, cut = draw(st.integers(0, len(text))), draw(st.integers(0, 12))
        scrap = draw(st.sampled_from(SCRAPS) | st.text(max_size=4))
        text = text[:at] + scrap + text[at + cut :]
    return text


@given(spoilt() | st.text())
@example("a: \ud800")
def test_any_text_is_a_tree_or_a_list_of_problems_with_places(text: str) -> None:
    found = load(text, "f.yaml", NAMES)
    if isinstance(found, Flow):
        return
    assert found
    lines = text.count("\n") + text.count("\r") + text.count("\x85") + 2
    for problem in found:
        assert 1 <= problem.line <= lines + text.count("\u2028") + text.count("\u2029")
        assert problem.col >= 1
        assert problem.code[0] == "E"
    render_problems(found, "json")
