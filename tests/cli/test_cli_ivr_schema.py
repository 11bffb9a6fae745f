"""The schemas for editors: fresh, right about every file that is shipped, and no rubber stamp."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from ari_app.cli import app
from ari_app.cli.ivr_schema import SCHEMAS, file_of, text_of
from ari_app.settings import PROJECT_DIR

CONFIG = PROJECT_DIR / "config"
CORPUS = PROJECT_DIR / "tests" / "corpus"
FIRST_LINE = re.compile(r"# yaml-language-server: \$schema=(\S+)\n")
GOOD = sorted((CORPUS / "good").glob("*.yaml"))
TREES = sorted(file for file in CONFIG.rglob("flows/*.yaml"))
CASES = sorted(CONFIG.rglob("flows/tests/*.yaml"))
OTHERS = [
    (file, name)
    for name in (
        "agents",
        "queues",
        "hours",
        "holidays",
        "numbers",
        "lists",
        "units",
        "sla",
        "prompts",
    )
    for file in sorted(CONFIG.rglob(f"{name}.yaml"))
]
BAD_SHAPES = sorted((CORPUS / "bad").glob("E20*.yaml"))
SEEN_ONLY_BY_THE_CHECK = ("without", "min-more-than-max", "nothing-certain", "two-ways", "both")
"""In the names of bad files: rules between fields, which the schema does not know."""


class Editor(yaml.SafeLoader):
    """YAML 1.2 as yaml-language-server reads it: no is a text, 18:00 too, keys are texts."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012  (PyYAML's own way)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        return {str(key): value for key, value in super().construct_mapping(node, deep).items()}


for tag, pattern, first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
):
    Editor.add_implicit_resolver(
        f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), list(first)
    )


def seen(file: Path) -> Any:
    return yaml.load(file.read_text(encoding="utf-8"), Editor)


def wrong(name: str, data: Any) -> list[str]:
    validator = Draft202012Validator(json.loads((CONFIG / file_of(name)).read_text()))
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(data)]


@pytest.mark.parametrize("name", SCHEMAS)
def test_each_schema_is_fresh_and_a_schema(name: str) -> None:
    kept = (CONFIG / file_of(name)).read_text(encoding="utf-8")
    assert kept == text_of(name), "run: hotline ivr schema --out config"
    Draft202012Validator.check_schema(json.loads(kept))


@pytest.mark.parametrize("file", [*GOOD, *TREES], ids=lambda file: f"{file.parts[-3]}-{file.stem}")
def test_an_editor_finds_nothing_wrong_in_a_good_tree(file: Path) -> None:
    assert wrong("flow", seen(file)) == []


@pytest.mark.parametrize("file", CASES, ids=lambda file: f"{file.parts[-4]}-{file.stem}")
def test_an_editor_finds_nothing_wrong_in_scripted_calls(file: Path) -> None:
    assert wrong("cases", seen(file)) == []


@pytest.mark.parametrize(("file", "name"), OTHERS, ids=lambda one: str(one)[-40:])
def test_an_editor_finds_nothing_wrong_in_the_other_files(file: Path, name: str) -> None:
    assert wrong(name, seen(file)) == []


@pytest.mark.parametrize("file", BAD_SHAPES, ids=lambda file: file.stem)
def test_an_editor_sees_a_wrong_shape(file: Path) -> None:
    only_the_check = any(words in file.stem for words in SEEN_ONLY_BY_THE_CHECK)
    assert bool(wrong("flow", seen(file))) != only_the_check


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("agents", "agents: {'1001': {name: 王, role: boss, queues: [], skills: {}, phone: {}}}"),
        ("queues", "queues: {general: {ring_s: soon}}\nskills: {}"),
        ("hours", "schedules: {office: {mondays: 24h}}"),
        ("holidays", "years: {26: {}}"),
        ("numbers", "numbers: {police: {number: '110', label: 报警, kind: friend}}"),
        ("lists", "vip: {'13800138000': {}}"),
        ("sla", "profiles: {a: {label: A, source: B, due: [{urgency: [很急], days: 1}]}}"),
        ("units", "units: {housing: {label: 住建局, duty_phones: [{number: 8111}]}}"),
        ("cases", "cases: [{name: x, steps: [{pres: 1}]}]"),
        ("prompts", "languages: zh_CN\nprompts: {}"),
    ],
)
def test_an_editor_sees_a_wrong_shape_in_the_other_files(name: str, text: str) -> None:
    assert wrong(name, yaml.load(text, Editor))


def test_node_types_are_told_apart_and_every_field_is_explained() -> None:
    flow = json.loads(text_of("flow"))
    nodes = flow["properties"]["nodes"]["patternProperties"].popitem()[1]
    assert nodes["discriminator"]["propertyName"] == "type"
    assert len(nodes["oneOf"]) == len(nodes["discriminator"]["mapping"]) >= 17
    for name, model in flow["$defs"].items():
        long = model.get("anyOf", [model])[-1]
        for field, form in long.get("properties", {}).items():
            assert field == "type" or form.get("description"), f"{name}.{field}"


def test_a_default_is_offered_and_a_key_may_be_written_without_quotes() -> None:
    menu = json.loads(text_of("flow"))["$defs"]["MenuNode"]["properties"]
    assert menu["first_key_s"]["default"] == 5.0
    tree = yaml.load(
        "{flow: a, start: b, last_resort: c, nodes: {b: {type: menu, prompts: [p], keys: {1: c}},"
        " c: {type: queue, queue: q}}}",
        Editor,
    )
    assert wrong("flow", tree) == []
    tree["nodes"]["b"]["keys"] = {"12": "c"}
    assert wrong("flow", tree)


@pytest.mark.parametrize("file", [*TREES, *CASES], ids=lambda file: f"{file.parts[-3]}-{file.stem}")
def test_each_shipped_tree_names_its_schema_in_its_first_line(file: Path) -> None:
    found = FIRST_LINE.match(file.read_text(encoding="utf-8"))
    assert found, f"{file} begins otherwise"
    wanted = "cases" if file.parent.name == "tests" else "flow"
    assert (file.parent / found[1]).resolve() == CONFIG / file_of(wanted)


def test_the_command_prints_one_schema_or_writes_all(tmp_path: Path) -> None:
    shown = CliRunner().invoke(app, ["ivr", "schema", "hours"])
    assert (shown.exit_code, shown.output) == (0, text_of("hours"))
    done = CliRunner().invoke(app, ["ivr", "schema", "--out", str(tmp_path)])
    assert done.exit_code == 0
    assert {file.name for file in tmp_path.iterdir()} == {file_of(name) for name in SCHEMAS}
    assert CliRunner().invoke(app, ["ivr", "schema", "flows"]).exit_code == 2
