"""Nothing from a call can leave the folder of recordings."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordings.names import BadName, file_name, path_in


def test_a_call_id_becomes_a_file_name() -> None:
    assert file_name("c-01J9Z.leg2") == "c-01J9Z.leg2.wav"
    assert path_in(Path("store"), "1795449600.42") == Path("store/1795449600.42.wav")


@pytest.mark.parametrize(
    "hostile",
    ["", ".", "..", "../x", "a/b", "a\\b", "a\0b", "a..b", "-rf", ".hidden", "a.", "a b", "呼叫",
     "ａ", "%2e%2e", "a\n", "x" * 101],
)  # fmt: skip
def test_a_hostile_id_is_refused(hostile: str) -> None:
    with pytest.raises(BadName, match="cannot name a recording"):
        file_name(hostile)


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    store = tmp_path / "store"
    store.mkdir()
    (store / "c1.wav").symlink_to(tmp_path / "secret.wav")
    with pytest.raises(BadName, match="leads out of"):
        path_in(store, "c1")


@given(st.text(max_size=40))
def test_whatever_is_accepted_stays_in_the_folder(name: str) -> None:
    try:
        path = path_in(Path("/store"), name)
    except BadName:
        return
    assert path.resolve().parent == Path("/store").resolve()
