"""Files of scripted calls: what they may say, what is wrong with them, what a difference says."""

import json
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_ivr_simulate import HOTLINE, main_flow, two_seconds

import ivr
from ivr.play.case_names import unknown_in_cases
from ivr.play.cases import Case, Cases, load_cases, write_case
from ivr.play.trial import Result, run_case
from ivr.yaml_source import parse

SHIPPED = Path(__file__).resolve().parents[2] / "config"
NAMES = ivr.Names(
    queues={"general", "enterprise", "urgent"},
    skills={"zh", "yue", "en", "ja", "ko", "th", "enterprise"},
    prompts={"zh_CN": {one.id for one in ivr.needed_prompts(main_flow())}},
)


def cases(text: str) -> Cases:
    found = load_cases(text, "cases.yaml")
    assert isinstance(found, Cases), found
    return found


def result(text: str) -> Result:
    ((name, case),) = cases(text).cases.items()
    return run_case(name, case, main_flow(), two_seconds)


def faults(text: str) -> list[tuple[int, int, str, str]]:
    found = load_cases(text, "cases.yaml")
    if isinstance(found, Cases):
        trees = ivr.load_trees({"main.yaml": HOTLINE.read_bytes()})
        assert isinstance(trees, ivr.Trees)
        found = unknown_in_cases(found, trees, NAMES)
    return [(one.line, one.col, one.code, f"{one.message} {one.hint}".strip()) for one in found]


def test_a_case_that_goes_as_expected_has_no_difference() -> None:
    text = """
cases:
  英语:
    steps: [{wait_s: 1}, {press: 3}, {queue: {answers_after_s: 2}}]
    expect: {ends: connected, needs: {en: 1}, heard: [notice_greeting, connecting@en], keys: 3}
"""
    assert result(text).differences == ()


@pytest.mark.parametrize(
    ("expect", "difference"),
    [
        ("ends: finished", "ends: expected finished, was queued"),
        ("queue: urgent", "queue: expected urgent, was general"),
        ("needs: {zh: 1}", "needs: expected {zh: 1}, was {en: 1}"),
        ("priority: 9", "priority: expected 9, was 0"),
        ("transfer: '110'", "transfer: expected 110, was none"),
        ("callback: 138", "callback: expected 138, was none"),
        ("language: zh_CN", "language: expected zh_CN, was en"),
        ("keys: 33", "keys: expected 33, was 3"),
        ("fields: {matter: x}", "fields.matter: expected 'x', was not set"),
        ("within_s: 0.5", "within_s: expected at most 0.5 s, was 1.0 s"),
        (
            "heard: [connecting]",
            "heard: expected connecting\n            was notice_greeting, connecting",
        ),
        (
            "heard: {contains: [connecting, notice_greeting]}",
            "heard: expected notice_greeting in its place, was notice_greeting, connecting",
        ),
        (
            "heard: {without: [connecting@en]}",
            "heard: expected no connecting@en, was notice_greeting, connecting",
        ),
        (
            "path: [welcome, english]",
            "path: expected welcome, english\n           was welcome, english, english_desk",
        ),
    ],
)
def test_a_difference_says_what_was_expected_and_what_was(expect: str, difference: str) -> None:
    text = "cases:\n  c:\n    steps: [{wait_s: 1}, {press: 3}]\n    expect:\n"
    assert result(f"{text}      {expect}\n").differences == (difference,)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            "cases:\n  c:\n    stepps: []\n    expect: {}\n",
            (3, 5, "E202", "cases.c.stepps: no such field. Did you mean 'steps'?"),
        ),
        (
            "cases:\n  c:\n    steps: [{press: 3, wait_s: 1}]\n    expect: {}\n",
            (
                3, 13, "E204",
                "cases.c.steps[0]: a step is one thing, here is press, wait_s. "
                "Begin each with its own '-'.",
            ),
        ),
        (
            "cases:\n  c:\n    steps: [{press: x}]\n    expect: {}\n",
            (
                3, 21, "E206",
                "cases.c.steps[0].press: 'x' is not a key. "
                'Use one of 0 to 9, "*" or "#" (these two in quotes).',
            ),
        ),
        ("cases: {}\n", (1, 1, "E204", "cases: too few. Write at least 1.")),
        (
            "cases:\n  c:\n    expect: {}\n  c:\n    expect: {}\n",
            (4, 3, "E106", "'c' is here twice, first in line 2, column 3. Keep one of the two."),
        ),
        (
            "cases:\n  c:\n    flow: mian\n    expect: {}\n",
            (3, 11, "E312", "flow: there is no tree 'mian'. Did you mean 'main'?"),
        ),
        (
            "cases:\n  c:\n    facts: {caller.is_vip2: true}\n    expect: {}\n",
            (
                3, 29, "E308",
                "facts.caller.is_vip2: there is no fact 'caller.is_vip2'. "
                "Did you mean 'caller.is_vip'?",
            ),
        ),
        (
            "cases:\n  c:\n    expect: {path: [welcom]}\n",
            (3, 21, "E301", "expect.path[0]: there is no node 'welcom'. Did you mean 'welcome'?"),
        ),
        (
            "cases:\n  c:\n    expect: {heard: {without: [conecting@en]}}\n",
            (
                3, 32, "E304",
                "expect.heard.without[0]: there is no prompt 'conecting'. "
                "Did you mean 'connecting'?",
            ),
        ),
        (
            "cases:\n  c:\n    expect: {queue: genral}\n",
            (3, 21, "E302", "expect.queue: there is no queue 'genral'. Did you mean 'general'?"),
        ),
    ],
)  # fmt: skip
def test_a_fault_names_its_place_and_the_nearest_name(
    text: str, fault: tuple[int, int, str, str]
) -> None:
    assert faults(text) == [fault]


def test_the_tree_of_a_file_is_that_of_every_case_that_names_none_and_dials_nothing() -> None:
    found = cases(
        "flow: county\ncases:\n  a: {expect: {}}\n  b: {flow: main, expect: {}}\n"
        "  c: {dialled: 12345, expect: {}}\n"
    )
    assert [case.flow for case in found.cases.values()] == ["county", "main", None]


STEPS = st.one_of(
    st.builds(lambda s: {"wait_s": s}, st.floats(0, 100).map(lambda s: round(s, 2))),
    st.builds(lambda d: {"press": d}, st.sampled_from("0123456789*#")),
    st.builds(lambda k: {"keys": k}, st.text("0123456789*#", min_size=1, max_size=6)),
    st.sampled_from(
        [
            {"hang_up": True},
            {"wait_for": "prompt_end"},
            {"queue": {"fails": "full", "only": "urgent"}},
            {"queue": {"answers_after_s": 3.0}},
            {"transfer": "busy"},
            {"message": {"seconds": 3.0}},
            {"prompt_fails": True},
            {"prompt_fails": "menu_zh"},
            {"facts": {"caller.is_vip": True, "caller.region": "浙江: 杭州"}},
        ]
    ),
)
EXPECTS = st.sampled_from(
    [
        {"ends": "queued", "needs": {"zh": 1}, "within_s": 3.0},
        {"heard": ["menu_zh@zh_CN"], "path": {"contains": ["welcome"]}, "keys": "3*"},
        {"fields": {"matter": "no", "other": '# "x"\n'}},
    ]
)


@given(st.lists(st.tuples(st.text(min_size=1, max_size=20), st.lists(STEPS), EXPECTS), max_size=4))
def test_what_is_written_is_read_as_the_same_case(
    made: list[tuple[str, list[object], object]],
) -> None:
    text, wanted = "", {}
    for name, steps, expect in made:
        if name not in wanted:
            wanted[name] = Case.model_validate(
                {"dialled": "12345", "steps": steps, "expect": expect}
            )
            text = write_case(name, wanted[name], into=text)
    if wanted:
        assert dict(cases(text).cases) == wanted


def test_a_written_case_is_pleasant_to_read() -> None:
    case = Case.model_validate(
        {
            "flow": "main",
            "facts": {"schedule.office": "closed"},
            "steps": [{"press": 3}, {"queue": {"fails": "full"}}, {"transfer": "busy"}],
            "expect": {"ends": "queued", "path": ["welcome", "english"]},
        }
    )
    assert write_case("no_person_by_3", case, into="# kept\ncases:\n  a: {expect: {}}\n") == (
        "# kept\n"
        "cases:\n"
        "  a: {expect: {}}\n"
        "  no_person_by_3:\n"
        "    flow: main\n"
        "    facts: {schedule.office: closed}\n"
        "    steps:\n"
        '      - {press: "3"}\n'
        "      - {queue: {fails: full}}\n"
        "      - {transfer: busy}\n"
        "    expect:\n"
        "      ends: queued\n"
        "      path: [welcome, english]\n"
    )


def test_the_editors_schema_accepts_the_shipped_cases_and_refuses_a_step_of_two_things() -> None:
    schema = json.loads((SHIPPED / "cases.schema.json").read_text(encoding="utf-8"))
    shipped = (SHIPPED / "flows" / "tests" / "main.yaml").read_text(encoding="utf-8")
    parsed = parse(shipped, "main.yaml")
    assert isinstance(parsed, tuple)
    jsonschema.validate(parsed[0], schema)
    two = {"cases": {"c": {"steps": [{"press": "3", "wait_s": 1}], "expect": {}}}}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(two, schema)


def test_the_example_in_the_manual_is_a_case_that_passes() -> None:
    manual = (SHIPPED.parent / "docs" / "ivr.md").read_text(encoding="utf-8")
    blocks = [one.split("```")[0] for one in manual.split("```yaml\n")[1:]]
    (example,) = (one for one in blocks if "\ncases:" in one)
    assert result(example).differences == ()
