"""Versions on disk: never changed, never half there, and nobody misses one that is lost."""

import subprocess
import sys
from pathlib import Path

import pytest

from ari_app.core.emergency import Emergency
from ari_app.flows.store import KEPT_VERSIONS, Damaged, State, Store, sha256_of
from ari_app.settings import PROJECT_DIR

FILES = {"main.yaml": "流程".encode(), "sub.yaml": b"\x00\xff"}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store(tmp_path / "flows")
    made.tidy()
    return made


def add(store: Store, text: bytes = b"x") -> int:
    files = {"main.yaml": text}
    return store.add(files, message="m", author="a", made_at=1.0, parent=None).number


def test_killed_before_any_line_it_serves_the_old_version_or_the_new_one(tmp_path: Path):
    died = subprocess.run(
        [sys.executable, "-m", "tests.flows.dying", str(tmp_path)],
        cwd=PROJECT_DIR, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert died.returncode == 0, died.stderr
    assert int(died.stdout) > 50, "a death at each line"


def test_what_was_kept_is_read_byte_for_byte(store: Store):
    meta = store.add(FILES, message="第一版", author="林", made_at=5.5, parent=3)
    assert store.files(meta.number) == FILES
    assert store.meta(meta.number) == meta
    assert (meta.number, meta.label) == (4, f"4-{sha256_of(FILES)[:8]}")


def test_numbers_go_up_and_the_newest_comes_first(store: Store):
    assert [add(store, b"a"), add(store, b"a"), add(store, b"b")] == [1, 2, 3]
    assert [one.number for one in store.history()] == [3, 2, 1]


def test_names_and_contents_both_count_for_the_checksum():
    sums = {
        sha256_of(files)
        for files in ({"a": b"bc"}, {"ab": b"c"}, {"a": b"b", "c": b""}, {"a": b"", "b": b"c"}, {})
    }
    assert len(sums) == 5
    assert sha256_of({"a": b"1", "b": b"2"}) == sha256_of({"b": b"2", "a": b"1"})


@pytest.mark.parametrize("damage", ["changed", "added", "removed", "meta", "no_meta"])
def test_a_version_that_is_not_as_written_is_not_served(store: Store, tmp_path: Path, damage: str):
    number = add(store)
    folder = tmp_path / "flows" / f"{number:06d}"
    match damage:
        case "changed":
            (folder / "main.yaml").write_bytes(b"y")
        case "added":
            (folder / "more.yaml").write_bytes(b"")
        case "removed":
            (folder / "main.yaml").unlink()
        case "meta":
            (folder / "version.json").write_text('{"number": 9}')
        case "no_meta":
            (folder / "version.json").unlink()
    with pytest.raises(Damaged):
        store.files(number)
    assert add(store) == 2


def test_there_is_no_version_zero(store: Store):
    with pytest.raises(KeyError):
        store.files(0)


def test_old_versions_are_forgotten_but_none_that_is_needed(store: Store):
    for _ in range(KEPT_VERSIONS + 5):
        add(store)
    store.forget_old({2, KEPT_VERSIONS + 5})
    assert store.numbers() == [2, *range(6, KEPT_VERSIONS + 6)]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"stable": "x"}', "\x00"])
def test_a_state_nobody_can_read_is_none(store: Store, tmp_path: Path, text: str):
    store.set_state(State(stable=1))
    (tmp_path / "flows" / "state.json").write_text(text)
    assert store.state() is None


def test_a_state_of_a_newer_program_can_be_read(store: Store, tmp_path: Path):
    (tmp_path / "flows" / "state.json").write_text('{"stable": 4, "invented_later": true}')
    assert store.state() == State(stable=4)


def test_the_emergency_outlives_the_service_and_is_gone_when_switched_off(store: Store):
    emergency = Emergency("typhoon", 50.0, 10.0, "周班长")
    store.set_emergency(emergency)
    assert store.emergency() == emergency
    for _ in range(2):
        store.set_emergency(None)
    assert store.emergency() is None
