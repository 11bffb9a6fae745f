"""``hotline ivr sim|test|cover|journal|replay|diff``, as an admin runs them."""

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ari_app.cli import app
from ari_app.core.records import CloseCall, OpenCall
from ari_app.db.engine import open_engine
from ari_app.db.recorder import Recorder
from ari_app.db.schema import upgrade
from tests.cli.conftest import ROOT

Run = Callable[..., "Done"]

DAY = "2026-11-22"
NOON = datetime(2026, 11, 22, 12).timestamp()  # noqa: DTZ001 - a day is this machine's


@dataclass
class Done:
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def hotline(config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Done]:
    """The command within this process: it is run dozens of times here."""
    monkeypatch.setenv("HOTLINE_RUN_DIR", str(tmp_path / "run"))
    monkeypatch.setenv("COLUMNS", "300")

    def run(*args: str) -> Done:
        result = CliRunner().invoke(app, ["--config", str(config), *args])
        assert result.exception is None or isinstance(result.exception, SystemExit), result
        return Done(result.exit_code, result.stdout, result.stderr)

    return run


def swapped(config: Path) -> str:
    """A folder in which 2 is English and 3 Cantonese, and the greeting is longer."""
    folder = config.parent / "proposed"
    folder.mkdir()
    text = (config / "flows" / "main.yaml").read_text(encoding="utf-8")
    text = text.replace("2: cantonese", "2: english").replace("3: english", "3: cantonese")
    text = text.replace("intro: [notice_greeting]", "intro: [notice_greeting, please_hold]")
    (folder / "main.yaml").write_text(text, encoding="utf-8")
    return str(folder)


# --- sim -------------------------------------------------------------------------------------


def test_a_call_is_played_without_a_terminal(hotline: Run) -> None:
    done = hotline("ivr", "sim", "--keys", "8,3")
    assert (done.returncode, done.stderr) == (0, "")
    assert "english_desk  queue  " in done.stdout
    assert "flows/main.yaml:" in done.stdout
    assert "=> queue general, needs en: 1" in done.stdout
    assert "path welcome [8] > welcome [3] > english > english_desk" in done.stdout


def test_a_played_call_as_json_has_all_that_was_heard(hotline: Run) -> None:
    call = json.loads(hotline("ivr", "sim", "--json", "--dialled", "12345").stdout)
    assert (call["ends"], call["queue"]["needs"], call["keys"]) == ("queued", {"zh": 1}, "")
    assert call["heard"][0]["prompt"] == "notice_greeting"
    assert call["heard"][0]["heard_s"] == call["heard"][0]["full_s"] > 1


def test_in_the_terminal_time_runs_by_enter_and_keys_are_typed(config: Path) -> None:
    typed = "\n\nw 3\n3\n?\nw 50\ncaller.is_vip = perhaps\na\n\nh\n"
    done = subprocess.run(
        [sys.executable, "-m", "ari_app", "--config", str(config), "ivr", "sim"],
        input=typed, capture_output=True, text=True, timeout=60, check=False, cwd=ROOT,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    for part in (
        "您好，一二三四五热线，通话将录音。",
        "(silence until ",
        "mandarin_desk  queue",
        "key 3, means nothing",
        "w 10   wait 10 seconds",
        "hold_for_anybody  queue",
        "caller.is_vip is true or false.",
        "answered by general",
        "the other side hangs up",
        "hung_up after ",
    ):
        assert part in done.stdout, part


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (("--fact", "caller.is_vp=true"), "Did you mean 'caller.is_vip'?"),
        (("--fact", "caller.is_vip"), "write name=value"),
        (("--flow", "mian"), "Did you mean 'main'?"),
        (("--keys", "x"), "is no key"),
    ],
)
def test_wrong_usage_of_sim_is_told_and_exits_2(
    hotline: Run, option: tuple[str, str], said: str
) -> None:
    done = hotline("ivr", "sim", *option)
    assert done.returncode == 2
    assert said in done.stderr


# --- test and cover --------------------------------------------------------------------------


def test_the_shipped_cases_pass_and_exercise_the_shipped_trees(hotline: Run) -> None:
    done = hotline("ivr", "test")
    assert (done.returncode, done.stderr) == (0, "")
    assert "0 failed" in done.stdout
    # The digits of a ticket's number are said in real calls only.
    covered = hotline("ivr", "cover", "--fail-under", "94")
    assert covered.returncode == 0, covered.stdout


def test_a_failed_case_says_where_what_and_how_the_call_went(hotline: Run, config: Path) -> None:
    file = config / "flows" / "tests" / "more.yaml"
    file.write_text(
        "cases:\n  wrong:\n    steps: [{press: 3}]\n    expect: {queue: urgent}\n", "utf-8"
    )
    done = hotline("ivr", "test")
    assert done.returncode == 1
    assert f"{file}:2: wrong\n    queue: expected urgent, was general" in done.stderr
    assert "english_desk         queue general, needs en: 1" in done.stderr
    rows = json.loads(hotline("ivr", "test", "--json", str(file)).stdout)
    assert [(row["name"], row["passed"]) for row in rows] == [("wrong", False)]


def test_a_case_with_a_wrong_name_is_a_fault_with_its_place(hotline: Run, config: Path) -> None:
    file = config / "flows" / "tests" / "more.yaml"
    file.write_text("cases:\n  wrong:\n    expect: {queue: urgnt}\n", "utf-8")
    done = hotline("ivr", "test")
    assert done.returncode == 1
    assert f"{file}:3:21: E302 expect.queue: there is no queue 'urgnt'." in done.stderr


def test_what_is_not_exercised_is_named_with_its_place(hotline: Run, config: Path) -> None:
    for other in (config / "flows" / "tests").glob("*.yaml"):
        other.unlink()
    file = config / "flows" / "tests" / "main.yaml"
    file.write_text("cases:\n  one:\n    steps: [{press: 3}]\n    expect: {}\n", "utf-8")
    done = hotline("ivr", "cover", "--fail-under", "50")
    assert done.returncode == 1
    way = r"flows/main\.yaml:\d+: way english_desk\.on_timeout -> no_speaker_free is never taken"
    assert re.search(way, done.stdout)
    assert "key 9 of welcome is never pressed" in done.stdout
    found = json.loads(hotline("ivr", "cover", "--json").stdout)
    assert found["nodes"]["done"] == 3 < found["nodes"]["all"]


# --- journal, replay, diff -------------------------------------------------------------------


@pytest.fixture
def database(tmp_path: Path) -> str:
    url = f"sqlite+aiosqlite:///{tmp_path}/run/hotline.sqlite3"
    asyncio.run(upgrade(url))
    asyncio.run(_fill(url, tmp_path / "recorder"))
    return url


async def _fill(url: str, journal: Path) -> None:
    """Three calls of the day, one of the day after."""
    engine = open_engine(url)
    recorder = Recorder(engine, journal, lambda: 9.0)
    calls = (
        ("main-1700000000.1", 0.0, "13800138000", [[1.0, "key", "3"], [1.0, "queued", "general"],
                                    [9.0, "connected"], [60.0, "left"]]),
        ("c2", 60.0, "13800138000", [[20.0, "queued", "general"], [30.0, "left"]]),
        ("c3", 120.0, "", [[2.0, "left"]]),
        ("c4", 86400.0, "01066668888", [[2.0, "left"]]),
    )  # fmt: skip
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(recorder.run())
        for call, after_s, caller, rows in calls:
            at = NOON + after_s
            await recorder.write(OpenCall(call, at, caller, "", "北京市", "12345"))
            await recorder.write(CloseCall(call, at + 90, "answered", {}, rows))  # type: ignore[arg-type]
        await recorder.close()
    await engine.dispose()


@pytest.mark.usefixtures("database")
def test_an_exported_day_keeps_no_number_but_who_called_twice(hotline: Run, tmp_path: Path) -> None:
    out = tmp_path / "day.jsonl"
    done = hotline("ivr", "journal", "--day", DAY, "--out", str(out))
    assert (done.returncode, done.stderr) == (0, f"3 calls exported to {out}\n")
    text = out.read_text(encoding="utf-8")
    assert "13800138000" not in text
    assert "main-1700000000.1" not in text
    first, second, third = (json.loads(line) for line in text.splitlines())
    assert first["caller"]["who"] == second["caller"]["who"] != ""
    assert first["caller"] == first["caller"] | {"number": "138********", "region": "北京市"}
    assert (third["caller"]["who"], third["queue"], first["queue"]) == ("", "", "general")


@pytest.mark.usefixtures("database")
def test_callers_are_the_same_in_two_exports_only_with_the_same_key(
    hotline: Run, tmp_path: Path
) -> None:
    key = tmp_path / "key"
    key.write_bytes(b"a secret of at least some length")
    lines = [hotline("ivr", "journal", "--day", DAY, *more).stdout for more in _twice(key)]
    who = [json.loads(text.splitlines()[0])["caller"]["who"] for text in lines]
    assert who[0] == who[1]
    assert len(set(who)) == 3


def _twice(key: Path) -> list[tuple[str, ...]]:
    return [("--key", str(key)), ("--key", str(key)), (), ()]


@pytest.mark.usefixtures("database")
def test_a_day_is_replayed_and_compared_from_the_database(hotline: Run, config: Path) -> None:
    done = hotline("ivr", "replay", "--day", DAY)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "queue general, needs en: 1" in done.stdout
    changed = hotline("ivr", "diff", "--day", DAY, "--against", swapped(config))
    assert changed.returncode == 1, changed.stderr
    assert "1 of 3 calls change destination; key sequences affected: 3" in changed.stdout
    assert "queue general, needs en: 1 -> queue general, needs yue: 1" in changed.stdout
    assert "1 of 3 calls wait more than 1 s longer before a person" in changed.stdout
    assert "Assumed: a caller answers what is said." in changed.stdout


@pytest.mark.usefixtures("database")
def test_allowed_changes_do_not_fail_and_the_same_trees_change_nothing(
    hotline: Run, config: Path, tmp_path: Path
) -> None:
    out = str(tmp_path / "day.jsonl")
    hotline("ivr", "journal", "--day", DAY, "--out", out)
    proposed = swapped(config)
    assert hotline("ivr", "diff", out, "--against", proposed, "--allow", "2").returncode == 0
    assert hotline("ivr", "diff", out, "--against", proposed, "--allow", "50%").returncode == 1
    same = hotline("ivr", "diff", out, "--against", str(config), "--json")
    assert same.returncode == 0
    found = json.loads(same.stdout)
    assert (found["calls"], found["moved"], found["slower"]) == (3, 0, 0)


def test_a_journal_that_is_none_and_a_day_without_a_database_are_told(
    hotline: Run, tmp_path: Path
) -> None:
    file = tmp_path / "day.jsonl"
    file.write_text("{}\n", "utf-8")
    done = hotline("ivr", "replay", str(file))
    assert done.returncode == 1
    assert f"{file}:1:1: E109 this is not a journaled call" in done.stderr
    assert hotline("ivr", "replay", "--day", DAY).returncode == 1
    as_json = hotline("ivr", "replay", "--day", DAY, "--json")
    assert json.loads(as_json.stdout)["code"] == "not_readable"


@pytest.mark.parametrize("command", ["replay", "test", "cover"])
def test_a_file_that_is_not_there_is_wrong_usage(hotline: Run, command: str) -> None:
    done = hotline("ivr", command, "no/such.file")
    assert done.returncode == 2
    assert "there is no no/such.file." in done.stderr


def test_a_file_and_a_day_are_wrong_usage(hotline: Run, tmp_path: Path) -> None:
    (tmp_path / "day.jsonl").touch()
    done = hotline("ivr", "replay", str(tmp_path / "day.jsonl"), "--day", DAY)
    assert done.returncode == 2


@pytest.mark.usefixtures("database")
def test_a_day_without_calls_proves_nothing(hotline: Run, config: Path) -> None:
    done = hotline("ivr", "diff", "--day", "2026-11-01", "--against", str(config))
    assert done.returncode == 1
    assert "There is no journaled call." in done.stderr
