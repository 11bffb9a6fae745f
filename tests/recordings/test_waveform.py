"""The shape of a recording: loud where there is sound, for each channel, whatever its length."""

from array import array
from pathlib import Path

import pytest

from recordings.wav import NotWav
from recordings.waveform import waveform
from tests.recordings.wavs import tell_size, tone, write_wav


def stereo(left: bytes, right: bytes) -> bytes:
    pairs = zip(array("h", left), array("h", right), strict=True)
    return array("h", (sample for pair in pairs for sample in pair)).tobytes()


def test_each_channel_is_loud_where_it_speaks(tmp_path: Path) -> None:
    silence = bytes(len(tone(1.0)))
    sound = stereo(tone(1.0) + silence, silence + tone(1.0, loudness=0.25))
    shape = waveform(write_wav(tmp_path / "a.wav", sound, channels=2), 100)
    left, right = shape.channels
    assert shape.duration_s == 2.0
    assert min(left[:50]) > 0.45
    assert max(left[50:]) == 0
    assert max(right[:50]) == 0
    assert 0.2 < min(right[50:]) <= max(right) < 0.3


@pytest.mark.parametrize("seconds", [0.0, 0.001, 0.01])
def test_a_short_recording_has_as_many_bars(tmp_path: Path, seconds: float) -> None:
    shape = waveform(write_wav(tmp_path / "a.wav", tone(seconds)), 50)
    assert [len(one) for one in shape.channels] == [50]


def test_a_header_that_was_never_closed_does_not_matter(tmp_path: Path) -> None:
    path = tell_size(write_wav(tmp_path / "a.wav", tone(0.5)), 0)
    assert max(waveform(path, 10).channels[0]) > 0.4


def test_what_is_no_16_bit_sound_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"RIFF")
    with pytest.raises(NotWav):
        waveform(path, 10)
