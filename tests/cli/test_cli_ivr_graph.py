"""``hotline ivr graph`` as a user runs it: three forms, findings, trees that are broken, no dot."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path

from tests.cli.conftest import Run


def test_the_default_tree_is_an_svg_with_what_callers_hear(hotline: Run, tmp_path: Path) -> None:
    out = tmp_path / "main.svg"
    done = hotline("ivr", "graph", "--out", str(out))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{out}: ")
    assert "welcome" in "".join(ET.parse(out).getroot().itertext())
    assert "menu_zh: 普通话请按数字一，或稍候。" in out.read_text(encoding="utf-8")


def test_mermaid_and_dot_are_printed_and_json_has_boxes_and_arrows(hotline: Run) -> None:
    plain = ("ivr", "graph", "main", "--no-findings", "--format")
    assert "flowchart LR" in hotline(*plain, "mermaid").stdout
    assert hotline(*plain, "dot").stdout.startswith("digraph tree {")
    drawing = json.loads(hotline("ivr", "graph", "--json").stdout)
    assert {"welcome", "any_person"} <= {box["id"] for box in drawing["boxes"]}
    assert drawing["arrows"]


def test_the_findings_of_a_profile_are_marked_unless_nobody_wants_them(hotline: Run) -> None:
    wanted = ("ivr", "graph", "--format", "dot", "--profile", "gbt33358")
    assert "W703" in hotline(*wanted).stdout
    assert "W703" not in hotline(*wanted, "--no-findings").stdout


def test_a_tree_that_cannot_be_served_is_drawn_with_its_fault(config: Path, hotline: Run) -> None:
    file = config / "flows" / "main.yaml"
    file.write_text(file.read_text().replace("next: english_desk", "next: english_dsk"))
    done = hotline("ivr", "graph", "--format", "mermaid")
    assert done.returncode == 1
    assert "✖ E301" in done.stdout
    assert "there is no node 'english_dsk'" in done.stdout


def test_a_file_that_cannot_be_read_is_told_and_not_drawn(config: Path, hotline: Run) -> None:
    (config / "flows" / "main.yaml").write_text("flow: [")
    done = hotline("ivr", "graph")
    assert (done.returncode, done.stdout) == (1, "")
    assert "main.yaml:2:1: E101" in done.stderr


def test_an_unknown_tree_and_an_unknown_profile_are_wrong_usage(hotline: Run) -> None:
    done = hotline("ivr", "graph", "mian")
    assert (done.returncode, done.stdout) == (2, "")
    assert "There is no tree 'mian'. Trees: duty, main, visit." in done.stderr
    assert hotline("ivr", "graph", "--profile", "gb").returncode == 2


def test_without_graphviz_it_says_the_line_to_run(hotline: Run, tmp_path: Path) -> None:
    done = hotline("ivr", "graph", "--no-findings", PATH=str(tmp_path))
    assert (done.returncode, done.stdout) == (1, "")
    assert "apt-get install -y graphviz" in done.stderr
