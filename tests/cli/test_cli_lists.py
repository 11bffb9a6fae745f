"""``hotline calls``, ``hotline tickets``, and wrong usage."""

import asyncio
import json
from pathlib import Path

import pytest

from ari_app.core.records import CloseCall, OpenCall, Record, SaveTicket
from ari_app.db.engine import open_engine
from ari_app.db.recorder import Recorder
from ari_app.db.schema import upgrade
from tests.cli.conftest import Run

COMMANDS = ("up", "serve", "check", "doctor", "demo", "calls", "tickets", "prompts", "db")


@pytest.fixture
def database(tmp_path: Path) -> str:
    url = f"sqlite+aiosqlite:///{tmp_path}/run/hotline.sqlite3"
    asyncio.run(upgrade(url))
    return url


def write(url: str, *records: Record) -> None:
    async def run() -> None:
        engine = open_engine(url)
        recorder = Recorder(
            engine, Path(url.removeprefix("sqlite+aiosqlite:///") + ".j"), lambda: 9.0
        )
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(recorder.run())
            for record in records:
                await recorder.write(record)
            await recorder.close()
        await engine.dispose()

    asyncio.run(run())


def two_calls(url: str) -> None:
    write(
        url,
        OpenCall("c1", 1_700_000_000.0, "13800138000", "张三", "北京市", "12345"),
        OpenCall("c2", 1_700_000_060.0, "", "", "", "[/red]\x1b[2J"),
        CloseCall("c1", 1_700_000_030.0, "answered", {"wait_s": 2.25, "agent_id": "1001"}),
        SaveTicket(
            "c1", {"recording_ref": [{"file": "c1.wav", "duration_s": 12.0, "problem": None}]}
        ),
    )


def test_calls_are_listed_newest_first(hotline: Run, database: str):
    two_calls(database)
    done = hotline("calls")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.index("c2") < done.stdout.index("c1")
    assert "13800138000" in done.stdout
    assert "2 shown, the newest first" in done.stdout


def test_what_a_caller_sent_is_shown_as_text_and_moves_no_cursor(hotline: Run, database: str):
    two_calls(database)
    done = hotline("calls")
    assert "[/red]" in done.stdout
    assert "\x1b" not in done.stdout


def test_calls_as_json_are_for_machines(hotline: Run, database: str):
    two_calls(database)
    rows = json.loads(hotline("calls", "--json", "-n", "1").stdout)
    assert [row["call_id"] for row in rows] == ["c2"]
    assert rows[0]["outcome"] is None


def test_tickets_show_the_agent_the_wait_and_the_recording(hotline: Run, database: str):
    two_calls(database)
    done = hotline("tickets")
    assert done.returncode == 0
    assert all(part in done.stdout for part in ("1001", "2.2", "12 s", "answered"))
    first, second = json.loads(hotline("tickets", "--json").stdout)
    assert (first["call_id"], second["call_id"]) == ("c2", "c1")
    assert second["recording_ref"][0]["file"] == "c1.wav"


@pytest.mark.parametrize("what", ["calls", "tickets"])
def test_an_empty_database_is_an_empty_list(hotline: Run, database: str, what: str):
    assert "0 shown" in hotline(what).stdout
    assert json.loads(hotline(what, "--json").stdout) == []


@pytest.mark.parametrize("what", ["calls", "tickets"])
def test_a_missing_database_is_told_with_its_remedy(hotline: Run, tmp_path: Path, what: str):
    done = hotline(what)
    assert done.returncode == 1
    assert "There is no database" in done.stderr
    assert "hotline db upgrade" in done.stderr
    assert not list(tmp_path.rglob("*.sqlite3")), "looking makes no file"


def test_a_database_that_is_none_is_told(hotline: Run, tmp_path: Path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "hotline.sqlite3").write_bytes(b"this is no database" * 100)
    done = hotline("calls")
    assert done.returncode == 1
    assert "cannot be used" in done.stderr
    assert "Traceback" not in done.stderr


def test_db_upgrade_makes_the_database_and_may_be_repeated(hotline: Run):
    for _ in range(2):
        done = hotline("db", "upgrade")
        assert (done.returncode, done.stdout) == (0, "The database is up to date.\n")
    assert hotline("calls").returncode == 0


def test_help_lists_every_command(hotline: Run):
    done = hotline("--help")
    assert done.returncode == 0
    assert all(f" {command} " in done.stdout for command in COMMANDS)


@pytest.mark.parametrize(
    "args",
    [
        ("clals",), ("calls", "--limit", "0"), ("calls", "--limit", "many"), ("check", "--jsn"),
        ("db", "downgrade"), ("tickets", "extra"),
    ],
)  # fmt: skip
def test_wrong_usage_is_exit_code_2_and_names_the_wrong_word(hotline: Run, args: tuple[str, ...]):
    done = hotline(*args)
    assert done.returncode == 2
    assert any(word.lstrip("-") in done.stderr for word in args[-2:])
    assert "Traceback" not in done.stderr
