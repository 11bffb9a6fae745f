"""``hotline ivr check`` and ``hotline ivr prove``, as an admin and a CI run them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from ari_app.cli import app

Run = Callable[..., Result]


@pytest.fixture
def hotline(config: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.chdir(config.parent)
    return lambda *args: CliRunner().invoke(app, ["--config", str(config), "ivr", *args])


def broken(config: Path) -> Path:
    """The default tree, in which Thai callers are hung up on while nobody is free."""
    file = config / "flows" / "main.yaml"
    text = file.read_text(encoding="utf-8")
    desk = text[text.index("  thai_desk:") :]
    ended = desk.replace("on_timeout: no_speaker_free", "on_timeout: gone", 1)
    assert ended != desk
    file.write_text(
        text.replace(desk, ended) + "\n  gone: {type: hangup, prompts: [goodbye]}\n",
        encoding="utf-8",
    )
    return file


def test_the_shipped_tree_is_proved(hotline: Run) -> None:
    done = hotline("prove")
    assert done.exit_code == 0, done.output
    assert "Proved, no findings" in done.stdout


def test_a_proof_as_json_has_its_size_and_its_bounds(hotline: Run) -> None:
    found = json.loads(hotline("prove", "--json").stdout)
    trees = {tree["flow"]: tree for tree in found["trees"]}
    assert (trees.keys(), found["findings"]) == ({"duty", "main", "visit"}, [])
    tree = trees["main"]
    assert tree["proved"]
    assert tree["states"] > tree["nodes"] > 10
    assert tree["transitions"] > tree["states"]
    assert tree["bounds"].keys() == {"seconds", "announcements", "keys", "nodes"}


def test_a_broken_tree_shows_the_keys_that_break_it(hotline: Run, config: Path) -> None:
    line = broken(config).read_text(encoding="utf-8").splitlines().index("  thai_desk:") + 1
    done = hotline("prove")
    assert done.exit_code == 1
    assert f"config/flows/main.yaml:{line}:3: E607 nodes.thai_desk: when nobody is free" in (
        done.stderr
    )
    assert "To see it: welcome: press 6; thai_desk: nobody is free for 45 s." in done.stderr
    assert "无人接听时" in done.stderr


def test_a_saved_way_is_played_by_ivr_test_and_fails(hotline: Run, config: Path) -> None:
    broken(config)
    folder = config / "flows" / "tests"
    done = hotline("prove", "--save", str(folder))
    assert done.exit_code == 1
    assert "1 cases saved" in done.stdout
    played = hotline("test", str(folder / "proved.yaml"))
    assert played.exit_code == 1
    assert "ends: expected queued, was finished" in played.stderr


def test_too_strict_limits_are_findings(hotline: Run) -> None:
    done = hotline("prove", "--max-seconds", "5", "--json")
    assert done.exit_code == 1
    found = json.loads(done.stdout)["findings"]
    assert {(one["code"], one["level"]) for one in found} == {("E603", "error")}


def test_check_without_a_profile_finds_the_shipped_tree_well(hotline: Run) -> None:
    done = hotline("check")
    assert (done.exit_code, done.stdout) == (0, "All well.\n")


def test_the_profile_advises_and_strict_makes_an_error_of_it(hotline: Run) -> None:
    advised = hotline("check", "--profile", "gbt33358")
    assert advised.exit_code == 0
    assert "W703 nodes.welcome: a menu stands before the person" in advised.stderr
    assert "this is no certificate" in advised.stdout
    strict = hotline("check", "--profile", "gbt33358", "--strict", "--json")
    assert strict.exit_code == 1
    assert {(one["code"], one["level"]) for one in json.loads(strict.stdout)} == {("W703", "error")}


def test_files_are_checked_with_the_queues_of_the_configuration(
    hotline: Run, tmp_path: Path
) -> None:
    file = tmp_path / "try.yaml"
    text = "flow: main\nstart: a\nlast_resort: a\nnodes:\n  a: {type: queue, queue: genral}\n"
    file.write_text(text, encoding="utf-8")
    done = hotline("check", str(file))
    assert done.exit_code == 1
    assert "E302 nodes.a.queue: there is no queue 'genral'. Did you mean 'general'?" in done.stderr
    file.write_text(text.replace("genral", "general"), encoding="utf-8")
    assert hotline("check", str(file)).exit_code == 0


def test_wrong_usage_is_told_apart_from_findings(hotline: Run) -> None:
    assert hotline("check", "--profile", "gbt33385").exit_code == 2
    assert hotline("check", "nowhere.yaml").exit_code == 2
    assert hotline("prove", "nowhere").exit_code == 2
