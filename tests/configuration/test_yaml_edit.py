"""One entry changes; every other character of the text stays."""

from difflib import ndiff
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ari_app.settings import PROJECT_DIR
from ari_app.yaml_edit import CannotEdit, put_entry, remove_entry
from ivr.yaml_source import parse

SHIPPED = sorted(
    path
    for folder in ("config", "config/examples/big_city", "config/examples/county")
    for path in (PROJECT_DIR / folder).glob("*.yaml")
    if path.name != "hotline.yaml"
)


def data(text: str):
    found = parse(text, "")
    assert isinstance(found, tuple), found
    return found[0]


def changed_lines(before: str, after: str) -> list[str]:
    pairs = ndiff(before.splitlines(), after.splitlines())
    return [line.rstrip() for line in pairs if line[0] in "+-"]


AGENTS = """\
# 话务员
agents:
  "1001": {name: 王敏, skills: {zh: 5}}   # 早班
  "1002": {name: 李强, skills: {zh: 5, yue: 4}}
# 席位
seats:
  "3001": {phone: {register: true}}
"""


@pytest.mark.parametrize(
    ("path", "value", "lines"),
    [
        (
            ("agents", "1001"), {"name": "王敏", "skills": {"zh": 4}},
            ['-   "1001": {name: 王敏, skills: {zh: 5}}   # 早班',
             '+   "1001": {name: 王敏, skills: {zh: 4}}   # 早班'],
        ),
        (
            ("agents", "1003"), {"name": "张 慧", "skills": {}},
            ['+   "1003": {name: 张 慧, skills: {}}'],
        ),
        (("agents", "1002", "site"), "city", [
            '-   "1002": {name: 李强, skills: {zh: 5, yue: 4}}',
            '+   "1002": {name: 李强, skills: {zh: 5, yue: 4}, site: city}',
        ]),
        (("seats", "3002"), {"phone": {"register": True}},
         ['+   "3002": {phone: {register: true}}']),
        (("more", "deep"), [1, 2.5, None], ["+ more:", "+   deep: [1, 2.5, null]"]),
    ],
)  # fmt: skip
def test_one_entry_is_put_and_its_neighbours_and_comments_stay(path, value, lines):
    assert changed_lines(AGENTS, put_entry(AGENTS, path, value)) == lines


@pytest.mark.parametrize(
    ("path", "lines"),
    [
        (("agents", "1002"), ['-   "1002": {name: 李强, skills: {zh: 5, yue: 4}}']),
        (("seats", "3001"), ['-   "3001": {phone: {register: true}}', "+   {}"]),
        (("agents", "1002", "skills", "zh"), [
            '-   "1002": {name: 李强, skills: {zh: 5, yue: 4}}',
            '+   "1002": {name: 李强, skills: {yue: 4}}',
        ]),
    ],
)  # fmt: skip
def test_one_entry_is_removed(path, lines):
    assert changed_lines(AGENTS, remove_entry(AGENTS, path)) == lines


BLOCK = """\
queues:
  general:
    ring_s: 20        # as the city asks
    # the longest wrap-up that was agreed
    wrap_up_s: 30
    steps:
      - {after_s: 30, needs: {en: 1}}

  # people who may not wait
  urgent:
    ring_s: 15
"""


def test_comments_between_the_fields_of_a_changed_entry_stay():
    wanted = {"ring_s": 25, "wrap_up_s": 30, "steps": [], "music": "default"}
    text = put_entry(BLOCK, ("queues", "general"), wanted)
    assert "# as the city asks" in text
    assert "# the longest wrap-up that was agreed" in text
    assert "# people who may not wait" in text
    assert data(text)["queues"]["general"] == wanted


def test_a_new_entry_is_written_as_its_neighbours_are():
    text = put_entry(BLOCK, ("queues", "night"), {"ring_s": 15, "sites": ["city"]})
    assert text == BLOCK + "  night:\n    ring_s: 15\n    sites: [city]\n"


def test_an_empty_file_and_one_of_comments_alone_take_an_entry():
    entry = {"reason": "专线"}
    assert put_entry("", ("vip", "0571"), entry) == 'vip:\n  "0571": {reason: 专线}\n'
    text = put_entry("# 名单\n", ("vip", "0571"), entry)
    assert text == '# 名单\nvip:\n  "0571": {reason: 专线}\n'
    assert data(remove_entry(text, ("vip", "0571"))) == {"vip": {}}


def test_an_empty_mapping_takes_an_entry_where_it_stands():
    text = put_entry("vip: {}\n#  nobody\nnuisance:\n", ("vip", "0571"), {"reason": "x y"})
    assert text == 'vip: {"0571": {reason: x y}}\n#  nobody\nnuisance:\n'
    text = put_entry(text, ("nuisance", "1"), {"reason": "z"})
    assert text.endswith('nuisance: {"1": {reason: z}}\n')


def test_line_ends_and_the_byte_order_mark_stay():
    text = "\ufeff" + BLOCK.replace("\n", "\r\n")
    edited = put_entry(text, ("queues", "night"), {"ring_s": 15})
    assert edited == text + "  night:\r\n    ring_s: 15\r\n"


def test_what_is_not_there_cannot_be_removed():
    for path in (("agents", "9"), ("nobody", "1"), ("agents", "1001", "name", "x")):
        with pytest.raises(KeyError):
            remove_entry(AGENTS, path)


@pytest.mark.parametrize(
    "text",
    ["a: [", "- 1\n- 2\n", "just a text\n", "a: {b: 1}\na: {c: 2}\n", "a: &x 1\nb: *x\n"],
)
def test_a_file_that_cannot_be_read_is_not_edited(text):
    with pytest.raises(CannotEdit):
        put_entry(text, ("a", "b"), 1)


def test_what_stands_in_the_way_is_not_overwritten():
    with pytest.raises(CannotEdit):
        put_entry("agents: {\n  one: |\n    two\n  }\n", ("agents", "x"), 1)


texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
names = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=8)
plain = st.none() | st.booleans() | st.integers(-999, 999) | texts
values = st.recursive(
    plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3)
)


@given(names, values, st.sampled_from([AGENTS, BLOCK, "", "x: {}\n", BLOCK.replace("\n", "\r\n")]))
def test_whatever_is_put_is_read_again_as_it_was(name, value, text):
    path = ("queues", name) if "queues" in text else ("agents", name)
    edited = put_entry(text, path, value)
    assert data(edited)[path[0]][name] == value or value == {}
    if text:
        assert data(remove_entry(edited, path)).get("x", 0) == data(text).get("x", 0)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_each_entry_of_the_shipped_files_can_be_changed_removed_and_added(path: Path):
    text = path.read_text("utf-8")
    comments = text.count("#")
    for section, entries in data(text).items():
        if not isinstance(entries, dict):
            continue
        for name, value in entries.items():
            assert put_entry(text, (section, name), value) == text
            without = remove_entry(text, (section, name))
            assert comments - without.count("#") <= 3
            again = put_entry(without, (section, name), value)
            assert data(again) == data(text)
        longer = put_entry(text, (section, "brand_new"), {"a": 1, "b": {"c": "x"}})
        assert longer.count("#") == comments
