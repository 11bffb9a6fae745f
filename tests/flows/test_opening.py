"""What a start serves, whatever happened to the folder and to the versions meanwhile."""

import os
import shutil

import pytest

from ari_app.core.rollout import Canary
from ari_app.flows.opening import WHILE_STOPPED, clean_stop, open_versions
from ari_app.flows.store import KeptCanary, sha256_of
from tests.flows.conftest import BROKEN, GOOD, OTHER, Desk


def test_the_first_start_makes_version_one_of_the_folder(desk: Desk):
    desk.write(GOOD)
    opened = desk.start()
    assert (opened.state.stable, opened.failure) == (1, None)
    assert desk.served(opened) == GOOD


def test_a_first_start_with_a_broken_folder_serves_nobody_and_says_why(desk: Desk):
    desk.write(BROKEN)
    found = open_versions(desk.place, 1.0)
    assert isinstance(found, list)
    assert [one.code for one in found] == ["E304"]


def test_without_any_flow_file_the_first_start_names_what_is_missing(desk: Desk):
    found = open_versions(desk.place, 1.0)
    assert isinstance(found, list)
    assert found[0].file.endswith("flows/main.yaml")


def test_an_unchanged_folder_makes_no_new_version(desk: Desk):
    desk.write(GOOD)
    desk.start()
    assert desk.start().state.stable == 1
    assert desk.store.numbers() == [1]


def test_what_was_edited_while_the_service_was_stopped_becomes_a_version(desk: Desk):
    desk.write(GOOD)
    desk.start()
    desk.write(OTHER)
    opened = desk.start()
    assert (opened.state.stable, opened.state.before) == (2, (1,))
    assert desk.served(opened) == OTHER
    assert desk.store.meta(2).message == WHILE_STOPPED
    assert desk.store.meta(2).parent == 1


def test_a_broken_edit_leaves_the_old_version_in_service_and_is_told_at_each_start(desk: Desk):
    desk.write(GOOD)
    desk.start()
    desk.write(BROKEN)
    for _ in range(2):
        opened = desk.start()
        assert desk.served(opened) == GOOD
        assert opened.failure is not None
        assert "no_such_prompt" in opened.failure.first
    assert desk.store.numbers() == [1]


def test_a_folder_that_is_gone_leaves_the_old_version_in_service(desk: Desk):
    desk.write(GOOD)
    desk.start()
    shutil.rmtree(desk.place.folder)
    opened = desk.start()
    assert desk.served(opened) == GOOD
    assert opened.failure is not None


def test_after_a_rollback_a_start_does_not_bring_the_bad_version_back(desk: Desk):
    desk.write(GOOD)
    desk.start()
    desk.write(OTHER)
    state = desk.start().state
    desk.store.set_state(state.model_copy(update={"stable": 1, "before": ()}))
    assert desk.served(desk.start()) == GOOD


def test_a_crash_does_not_bring_an_edit_into_service_but_a_stop_on_purpose_does(desk: Desk):
    desk.write(GOOD)
    state = desk.start().state
    desk.write(OTHER)
    seen = desk.place.store.add(
        {"main.yaml": OTHER.encode()}, message="", author="", made_at=1.0, parent=1
    ).sha256
    desk.store.set_state(state.model_copy(update={"seen_sha256": seen}))
    assert desk.served(desk.start()) == GOOD
    clean_stop(desk.store)
    assert desk.served(desk.start()) == OTHER


def test_a_damaged_version_in_service_gives_way_to_the_one_before_it(desk: Desk):
    desk.write(GOOD)
    desk.start()
    desk.write(OTHER)
    opened = desk.start()
    folder = desk.place.store._of(opened.state.stable)
    (folder / "main.yaml").write_text("x")
    again = desk.start()
    assert desk.served(again) == GOOD
    assert again.failure is not None


def test_a_lost_state_leaves_the_newest_version_in_service(desk: Desk):
    desk.write(GOOD)
    desk.start()
    (desk.store._of(1).parent / "state.json").unlink()
    assert desk.served(desk.start()) == GOOD
    assert desk.store.numbers() == [1]


def test_a_disk_that_takes_nothing_keeps_nobody_from_being_served(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    def full(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    desk.write(GOOD)
    monkeypatch.setattr("ari_app.flows.store.write_folder", full)
    monkeypatch.setattr("ari_app.flows.store.write_file", full)
    assert desk.start().shelf.served.number == 1


def test_a_trial_goes_on_after_a_start(desk: Desk):
    desk.write(GOOD)
    state = desk.start().state
    desk.store.add({"main.yaml": OTHER.encode()}, message="", author="", made_at=1.0, parent=1)
    canary = Canary(2, 7.5, frozenset({"12315"}))
    kept = KeptCanary.of(canary, "boss", 5.0)
    desk.store.set_state(state.model_copy(update={"canary": kept}))
    shelf = desk.start().shelf
    assert shelf.rollout.canary == canary
    assert shelf.numbers == {1, 2}


@pytest.mark.parametrize("name", [b"\xc1\xf7\xb3\xcc.yaml", b"a\nb.yaml"])
def test_a_file_whose_name_is_no_text_leaves_the_old_version_in_service(desk: Desk, name: bytes):
    desk.write(GOOD)
    desk.start()
    desk.write(OTHER, os.fsdecode(name))
    opened = desk.start()
    assert desk.served(opened) == GOOD
    assert opened.failure is not None
    opened.failure.first.encode()


def test_after_a_crash_an_edit_that_nobody_applied_is_not_proved(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    desk.write(GOOD)
    state = desk.start().state
    monkeypatch.setattr("ari_app.flows.opening.judge", lambda case: pytest.fail("callers wait"))
    for text in (BROKEN, OTHER):
        desk.write(text)
        seen = sha256_of({"main.yaml": text.encode()})
        desk.store.set_state(state.model_copy(update={"seen_sha256": seen}))
        opened = desk.start()
        assert desk.served(opened) == GOOD
        assert (opened.failure is not None) is (text == BROKEN)


def test_no_version_gets_the_number_of_one_that_a_full_disk_did_not_keep(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    def full(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    desk.write(GOOD)
    with monkeypatch.context() as patch:
        patch.setattr("ari_app.flows.store.write_folder", full)
        patch.setattr("ari_app.flows.store.write_file", full)
        served = desk.start().state.stable
    files = {"main.yaml": OTHER.encode()}
    again = desk.store.add(files, message="", author="", made_at=1.0, parent=served)
    assert again.number > served


def test_neither_a_pipe_nor_a_huge_file_among_the_trees_stops_a_start(desk: Desk):
    desk.write(GOOD)
    desk.start()
    os.mkfifo(desk.place.folder / "pipe.yaml")
    with (desk.place.folder / "huge.yaml").open("wb") as stream:
        stream.truncate(1 << 40)
    opened = desk.start()
    assert desk.served(opened) == GOOD
    assert opened.failure is not None
