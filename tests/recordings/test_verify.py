"""A recording is judged by what is in the file, whatever its header says."""

import os
import struct
import wave
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordings.verify import verify
from recordings.wav import NotWav, parse_header, read_header

from .wavs import tell_size, tone, write_wav


@pytest.fixture
def ten_seconds(tmp_path: Path) -> Path:
    return write_wav(tmp_path / "c-1.wav", tone(10))


def test_a_whole_recording_is_complete(ten_seconds: Path) -> None:
    verdict = verify(ten_seconds, talk_s=10)
    assert (verdict.ok, verdict.duration_s, verdict.reason) == (True, 10.0, "complete")


@pytest.mark.parametrize(("talk_s", "ok"), [(11.2, True), (11.3, False), (60.0, False)])
def test_two_percent_and_a_second_may_be_missing(
    ten_seconds: Path, talk_s: float, ok: bool
) -> None:
    verdict = verify(ten_seconds, talk_s)
    assert verdict.ok is ok
    assert verdict.reason == ("complete" if ok else "truncated")


@pytest.mark.parametrize("told", [0, 4000, 159_000, 160_001, 0x7FFFFFFF, 0xFFFFFFFF])
def test_an_unfinished_header_is_filled_in_from_the_file_size(ten_seconds: Path, told: int) -> None:
    tell_size(ten_seconds, told)
    assert verify(ten_seconds, 10).reason == "repaired"
    with wave.open(str(ten_seconds)) as file:
        assert file.getnframes() == 80_000
    assert verify(ten_seconds, 10).reason == "complete"


def test_sound_cut_off_with_an_open_header_is_truncated(ten_seconds: Path) -> None:
    os.truncate(ten_seconds, 44 + 16_000 * 3)
    verdict = verify(ten_seconds, 10)
    assert (verdict.ok, verdict.duration_s, verdict.reason) == (False, 3.0, "truncated")


def test_a_chunk_after_the_sound_is_not_taken_for_sound(ten_seconds: Path) -> None:
    with ten_seconds.open("ab") as file:
        file.write(b"LIST" + struct.pack("<I", 4000) + bytes(4000))
    verdict = verify(ten_seconds, 10)
    assert (verdict.duration_s, verdict.reason) == (10.0, "complete")


def test_missing_empty_and_foreign_files_have_a_verdict(tmp_path: Path) -> None:
    (tmp_path / "empty.wav").touch()
    (tmp_path / "text.wav").write_text("RIFF is not enough")
    (tmp_path / "head.wav").write_bytes(write_wav(tmp_path / "x.wav", tone(1)).read_bytes()[:30])
    silent = write_wav(tmp_path / "none.wav", b"")
    os.mkfifo(tmp_path / "pipe.wav")
    assert verify(tmp_path / "no.wav", 5).reason == "missing"
    assert verify(tmp_path / "empty.wav", 5).reason == "empty"
    assert verify(silent, 5).reason == "empty"
    assert verify(silent, 0).reason == "complete"
    assert verify(tmp_path / "text.wav", 5).reason == "not_a_wav"
    assert verify(tmp_path / "head.wav", 5).reason == "not_a_wav"
    assert not verify(tmp_path / "pipe.wav", 5).ok
    assert not verify(tmp_path, 5).ok
    assert not verify(Path("nul\0byte.wav"), 5).ok


_FIELD = st.integers(0, 0xFFFFFFFF)


@given(
    head=st.one_of(
        st.binary(max_size=300),
        st.builds(
            lambda size, a, b, c, told, rest: (
                b"RIFF\0\0\0\0WAVEfmt " + struct.pack("<IIIII", size, a, b, c, c)
                + b"data" + struct.pack("<I", told) + rest
            ),
            st.sampled_from([0, 16, 18, 40, 0xFFFFFFFF]), _FIELD, _FIELD, _FIELD, _FIELD,
            st.binary(max_size=60),
        ),
    )
)  # fmt: skip
def test_any_bytes_give_a_header_or_are_no_wav(
    tmp_path_factory: pytest.TempPathFactory, head: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzz.wav"
    path.write_bytes(head)
    verdict = verify(path, 5)
    assert not verdict.ok or verdict.duration_s >= 3.9
    try:
        header = read_header(path)
    except NotWav:
        return
    assert header.data_at + header.data_bytes <= len(head)


def test_a_header_is_read_from_an_open_file(ten_seconds: Path) -> None:
    with ten_seconds.open("rb") as file:
        header = parse_header(file, ten_seconds.stat().st_size)
    assert (header.rate_hz, header.channels, header.is_open) == (8000, 1, False)
