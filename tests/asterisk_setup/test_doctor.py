"""`hotline doctor` finds what would stop calls and says what to do."""

import json
import socket
from pathlib import Path

import pytest

from ari_app.cli.doctor import doctor
from ari_app.settings import PROJECT_DIR, Settings, load_settings
from tests.ports import free_offset


@pytest.fixture
def shipped(tmp_path: Path) -> Settings:
    """The shipped configuration, never started."""
    env = {"HOTLINE_RUN_DIR": str(tmp_path / "var"), "HOTLINE_PORT_OFFSET": str(free_offset())}
    return load_settings(PROJECT_DIR / "config", env)


def _look(settings: Settings, capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, str]]:
    code = doctor(settings, as_json=True)
    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"] is (code == 0)
    worst = {"ok": 0, "warning": 1, "failure": 2}
    ordered = sorted(answer["checks"], key=lambda one: worst[one["state"]])
    return {one["check"]: one for one in ordered}


def test_it_looks_at_everything_and_changes_nothing(
    shipped: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    found = _look(shipped, capsys)
    assert set(found) == {
        "asterisk", "modules", "prompts", "ports", "disk", "database", "clock", "open_files",
        "browser_phones",
    }  # fmt: skip
    assert found["asterisk"]["state"] == found["modules"]["state"] == "ok"
    assert found["database"]["state"] == "failure"
    assert not shipped.run_dir.exists()


def test_every_failure_says_what_to_do(
    shipped: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(shipped.web):
        found = _look(shipped, capsys)
    assert found["ports"]["state"] == "failure"
    assert "HOTLINE_WEB_PORT" in found["ports"]["remedy"]
    assert all(one["remedy"] for one in found.values() if one["state"] == "failure")


def test_a_missing_asterisk_is_a_failure_not_a_traceback(
    shipped: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = _look(shipped.model_copy(update={"asterisk_root": tmp_path}), capsys)
    assert found["asterisk"]["state"] == "failure"
    assert "make setup" in found["asterisk"]["remedy"]


def test_a_remote_asterisk_that_is_away_is_a_failure(
    shipped: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    away = shipped.model_copy(update={"asterisk": "http://127.0.0.1:1/ari"})
    found = _look(away, capsys)
    assert found["asterisk"]["detail"] == "nobody answers at http://127.0.0.1:1"


def test_the_table_is_for_people(shipped: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    doctor(shipped, as_json=False)
    assert "what to do" in capsys.readouterr().out
