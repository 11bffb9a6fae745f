"""Gaps in a recording: found where they are, and made silent where they are not."""

import struct
from pathlib import Path

import pytest

from recordings.gaps import SLACK_S, Checked, check_gaps

RATE = 8000


def wav(path: Path, *parts: tuple[float, int]) -> Path:
    """Seconds of one sample each."""
    sound = b"".join(struct.pack("<h", sample) * round(s * RATE) for s, sample in parts)
    head = struct.pack(
        "<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(sound), b"WAVE", b"fmt ", 16, 1, 1, RATE,
        2 * RATE, 2, 16, b"data", len(sound),
    )  # fmt: skip
    path.write_bytes(head + sound)
    return path


def samples(path: Path, from_s: float, to_s: float) -> set[int]:
    sound = path.read_bytes()[44:][round(from_s * RATE) * 2 : round(to_s * RATE) * 2]
    return {value for (value,) in struct.iter_unpack("<h", sound)}


def test_a_muted_span_is_found_where_it_is_in_the_file(tmp_path: Path) -> None:
    file = wav(tmp_path / "a.wav", (10, 99), (20, 0), (5, 99))
    before = file.read_bytes()
    assert check_gaps(file, [(10.3, 30.4)]) == [Checked(10.0, 30.0, "silent")]
    assert file.read_bytes() == before


def test_several_gaps_are_judged_one_by_one(tmp_path: Path) -> None:
    file = wav(tmp_path / "a.wav", (5, 9), (6, 0), (5, 9), (7, 0), (5, 9))
    first, second = check_gaps(file, [(5.1, 11.0), (16.2, 23.1)])
    assert (first, second) == (Checked(5.0, 11.0, "silent"), Checked(16.0, 23.0, "silent"))


def test_what_was_recorded_in_spite_of_a_pause_is_erased(tmp_path: Path) -> None:
    file = wav(tmp_path / "a.wav", (40, 99))
    assert check_gaps(file, [(10.0, 30.0)]) == [Checked(10.0, 30.0, "erased")]
    assert samples(file, 10, 30) == {0}
    assert samples(file, 0, 10) == samples(file, 30, 40) == {99}
    assert check_gaps(file, [(10.0, 30.0)]) == [Checked(10.0, 30.0, "silent")]


def test_a_pause_that_began_late_in_the_file_is_not_silent(tmp_path: Path) -> None:
    file = wav(tmp_path / "a.wav", (20, 99), (10, 0), (5, 99))
    (found,) = check_gaps(file, [(10.0, 30.0)])
    assert found.check == "erased"
    assert samples(file, 10, 30) == {0}


def test_a_short_sound_in_a_gap_is_found(tmp_path: Path) -> None:
    file = wav(tmp_path / "a.wav", (10, 9), (10, 0), (0.02, 9), (10, 0), (5, 9))
    (found,) = check_gaps(file, [(10.0, 30.0)])
    assert found.check == "erased"
    assert samples(file, 10, 30) == {0}


def test_in_a_long_call_the_gap_may_lie_earlier_in_the_file(tmp_path: Path) -> None:
    file = wav(tmp_path / "a.wav", (590, 9), (30, 0), (5, 9))
    (found,) = check_gaps(file, [(600.0, 630.0)])
    assert found == Checked(590.0, 620.0, "silent")


def test_a_gap_beyond_the_end_of_the_file_is_cut(tmp_path: Path) -> None:
    file = wav(tmp_path / "a.wav", (10, 9), (5, 0))
    (found,) = check_gaps(file, [(10.2, 15.0 + SLACK_S)])
    assert found == Checked(10.0, 15.0, "silent")


@pytest.mark.parametrize(
    ("content", "check"), [(None, "missing"), (b"", "unreadable"), (b"no wav at all", "unreadable")]
)
def test_a_file_that_cannot_be_judged_is_a_finding(
    tmp_path: Path, content: bytes | None, check: str
) -> None:
    file = tmp_path / "a.wav"
    if content is not None:
        file.write_bytes(content)
    assert check_gaps(file, [(1.0, 2.0)]) == [Checked(1.0, 2.0, check)]  # type: ignore[arg-type]
