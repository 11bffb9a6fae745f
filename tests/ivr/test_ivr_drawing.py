"""A tree as a picture: all of it is shown once, findings are marked, both texts are sound."""

import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ivr_playbook import ROOT, loaded

import ivr
from ivr.draw.drawing import Box, Drawing, draw, node_of, places_of
from ivr.draw.drawing_svg import styled
from ivr.draw.drawing_text import to_dot, to_mermaid
from ivr.problems import Problem

FOLDERS = [ROOT / "config" / "flows", *sorted((ROOT / "config" / "examples").glob("*/flows"))]
TREE = """\
flow: main
description: 演示 <demo> & "quotes"
start: welcome
last_resort: person
after_talk: ask
lines: {"12345": {}, "12315": {start: desk}}
nodes:
  welcome:
    type: menu
    prompts: [menu_zh]
    keys: {1: desk, 2: desk, 3: choose, 0: person, "*": repeat}
    on_no_key: {next: person}
    on_wrong_key: {say: [wrong_key], next: desk}
  choose: {type: branch, cases: [{if: {caller.is_vip: true}, next: desk}], otherwise: welcome}
  desk: {type: queue, queue: general, needs: {en: 3}, max_wait_s: 45, on_timeout: person}
  ask: {type: survey, prompts: [please_hold], next: bye}
  bye: {type: hangup}
  person: {type: queue, queue: general}
"""


FLOW = loaded(TREE)


def drawn(*findings: Problem) -> Drawing:
    return draw(FLOW, findings, {"menu_zh": "普通话请按数字一"})


def box(drawing: Drawing, name: str) -> Box:
    return next(one for one in drawing.boxes if one.id == name)


def arrows(drawing: Drawing, source: str) -> set[tuple[str, str, str]]:
    copies = {one.id: one.copy_of for one in drawing.boxes}
    return {
        (copies[one.target] or one.target, one.label, one.manner)
        for one in drawing.arrows
        if one.source == source
    }


def test_keys_silence_and_mistakes_are_told_apart_on_the_arrows() -> None:
    assert arrows(drawn(), "welcome") == {
        ("desk", "1, 2", "key"),
        ("desk", "wrong key", "late"),
        ("choose", "3", "key"),
        ("person", "0", "key"),
        ("person", "no key", "late"),
    }
    assert arrows(drawn(), "choose") == {
        ("desk", "caller.is_vip", "way"),
        ("welcome", "otherwise", "way"),
    }
    assert arrows(drawn(), "desk") == {("person", "after 45 s", "late")}


def test_the_last_resort_is_marked_and_no_long_arrow_leads_to_it_or_back() -> None:
    drawing = drawn()
    assert box(drawing, "person").is_resort
    targets = {one.target for one in drawing.arrows}
    assert "person" not in targets
    assert box(drawing, "welcome>person").copy_of == "person"
    assert box(drawing, "choose>welcome").copy_of == "welcome"


def test_each_number_has_its_way_in_and_so_has_the_end_of_a_talk() -> None:
    drawing = drawn()
    entries = {
        box(drawing, one.source).title: one.target
        for one in drawing.arrows
        if one.source.startswith("entry>")
    }
    assert entries == {"12345": "welcome", "12315": "desk", "after the talk": "ask"}


def test_a_box_says_what_it_does_and_what_is_heard() -> None:
    welcome, desk = box(drawn(), "welcome"), box(drawn(), "desk")
    assert welcome.lines == ("menu", "* says it again", "“普通话请按数字一”")
    assert "menu_zh: 普通话请按数字一" in welcome.tooltip
    assert desk.lines == ("queue general", "needs en 3")


def test_a_finding_marks_its_node_by_place_or_by_words() -> None:
    flow = loaded(TREE)
    by_words = Problem("x.yaml", 1, 1, "W701", "nodes.desk.prompts[0]: too long.")
    assert node_of(by_words, flow, {}) == "desk"
    by_place = Problem("x.yaml", 15, 9, "E601", "a dead end.")
    assert node_of(by_place, flow, {"choose": ("x.yaml", 14), "desk": ("x.yaml", 15)}) == "desk"
    assert node_of(Problem("x.yaml", 1, 1, "E306", "last_resort: gone."), flow, {}) is None
    drawing = drawn(by_words, Problem("x.yaml", 2, 1, "E601", "nodes.desk: a dead end."))
    assert box(drawing, "desk").codes == ("W701", "E601")
    assert box(drawing, "desk").has_error
    for text in (to_dot(drawing), to_mermaid(drawing)):
        assert "✖ W701 E601" in text
        assert "a dead end" in text


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_every_node_of_a_shipped_tree_is_drawn_once_and_every_arrow_ends_in_a_box(
    folder: Path,
) -> None:
    trees = ivr.load_trees({file.name: file.read_bytes() for file in folder.glob("*.yaml")})
    assert isinstance(trees, ivr.Trees)
    for flow in trees.flows.values():
        drawing = draw(flow, places=places_of(trees, flow))
        ids = [one.id for one in drawing.boxes]
        assert len(ids) == len(set(ids))
        assert {one.id for one in drawing.boxes if not one.copy_of} >= set(flow.nodes)
        assert {end for one in drawing.arrows for end in (one.source, one.target)} <= set(ids)
        crossing = [one for one in drawing.arrows if "person" in one.target.split(">")[:1]]
        assert len(crossing) <= len(drawing.arrows) // 10


def test_a_called_tree_is_a_group_of_its_own() -> None:
    folder = ROOT / "config" / "examples" / "big_city" / "flows"
    trees = ivr.load_trees({file.name: file.read_bytes() for file in folder.glob("*.yaml")})
    assert isinstance(trees, ivr.Trees)
    drawing = draw(trees.flows["main"])
    groups = {one.group for one in drawing.boxes}
    assert groups == {"", "district", "enterprise", "epidemic", "services", "urgent"} & groups
    assert len(groups) >= 4
    assert to_dot(drawing).count("subgraph cluster_") == len(groups) - 1
    assert to_mermaid(drawing).count("  subgraph ") == len(groups) - 1


def svg_of(drawing: Drawing) -> str:
    dot = shutil.which("dot")
    assert dot, "Graphviz is missing: apt-get install -y graphviz"
    done = subprocess.run(
        [dot, "-Tsvg"], input=to_dot(drawing),
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    return styled(done.stdout)


def test_graphviz_draws_it_without_a_word_and_the_picture_is_xml_with_both_looks() -> None:
    svg = svg_of(drawn(Problem("x.yaml", 1, 1, "E601", 'nodes.desk: a <dead> "end" & more.')))
    root = ET.fromstring(svg)
    words = "".join(root.itertext())
    for said in ("welcome", "普通话请按数字一", '演示 <demo> & "quotes"', "✖ E601", "✚"):
        assert said in words
    assert "prefers-color-scheme: dark" in words
    assert "graphviz version" not in svg
    classes = {one.get("class") for one in root.iter() if one.get("class")}
    assert {"node asks", "node queue error", "edge key", "edge late"} <= classes


def test_sixty_nodes_are_drawn_in_time_and_stay_within_reason() -> None:
    nodes = "".join(
        f"  m{n}: {{type: menu, prompts: [menu_zh], on_no_key: {{next: person}}, keys: {{"
        + ", ".join(f"{key}: q{n}_{key}" for key in range(1, 9))
        + f", 9: m{n + 1}, 0: m0}}}}\n"
        + "".join(f"  q{n}_{k}: {{type: queue, queue: general}}\n" for k in range(1, 9))
        for n in range(6)
    )
    text = f"flow: main\nstart: m0\nlast_resort: person\nnodes:\n{nodes}"
    drawing = draw(loaded(text + "  m6: {type: hangup}\n  person: {type: queue, queue: general}\n"))
    root = ET.fromstring(svg_of(drawing))
    width, height = (float(root.attrib[side].removesuffix("pt")) for side in ("width", "height"))
    assert width < 4000
    assert height < 4000


@settings(deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_breaks_out_of_its_quotes(title: str, message: str) -> None:
    found = Problem("x", 1, 1, "E601", f"nodes.desk: {message}")
    drawing = draw(FLOW, [found], {"menu_zh": title})
    for line in to_mermaid(drawing).splitlines():
        assert line.count('"') in (0, 2), line
    in_dot = re.sub(r"\\.|<TABLE.*</TABLE>", "", to_dot(drawing))
    assert all(line.count('"') % 2 == 0 for line in in_dot.splitlines())
