"""Any sensible studio file becomes the same telephone audio; anything else a clear refusal."""

import math
import struct
from array import array
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recordings.convert import BadSound, convert
from recordings.levels import active_rms, dbfs, limit
from recordings.resample import high_pass, resample

from .wavs import A_LAW_SAMPLES, tone, write_wav


def _strength(samples: list[float], rate: int, hz: float) -> float:
    """Amplitude of one frequency."""
    turn = 2 * math.pi * hz / rate
    real = sum(x * math.cos(turn * i) for i, x in enumerate(samples))
    imaginary = sum(x * math.sin(turn * i) for i, x in enumerate(samples))
    return 2 * math.hypot(real, imaginary) / len(samples)


@pytest.mark.parametrize("rate", [8000, 16000, 24000, 44100, 48000])
@pytest.mark.parametrize("channels", [1, 2])
def test_every_usual_rate_becomes_telephone_audio(tmp_path: Path, rate: int, channels: int) -> None:
    mono = array("h", tone(0.5, rate, 700))
    frames = array("h", (x for x in mono for _ in range(channels))).tobytes()
    sound = convert(write_wav(tmp_path / "a.wav", frames, rate, channels))
    assert sound.duration_s == pytest.approx(0.5, abs=0.01)
    assert len(sound.sln_16k) == pytest.approx(2 * len(sound.sln_8k), abs=8)
    said = array("h", sound.sln_8k)
    assert set(said) <= A_LAW_SAMPLES, "a trunk would change it"
    speech = [x / 32768 for x in said]
    assert dbfs(active_rms(speech, 8000)) == pytest.approx(-19, abs=0.5)
    assert _strength(speech, 8000, 700) > 10 * _strength(speech, 8000, 1300)


def test_long_silence_is_cut_to_a_short_pad(tmp_path: Path) -> None:
    silence = bytes(2 * 8000)
    sound = convert(write_wav(tmp_path / "a.wav", silence + tone(1) + silence))
    assert sound.duration_s == pytest.approx(1.16, abs=0.02)


def test_loud_moments_are_turned_down_and_not_clipped() -> None:
    samples = [0.9 * math.sin(i / 9) * (4 if 3000 < i < 3400 else 1) for i in range(8000)]
    assert max(map(abs, limit(samples, 8000, 0.7))) <= 0.7


def test_what_a_telephone_cannot_carry_does_not_fold_back() -> None:
    high = array("h", tone(0.3, 48000, 5000))
    narrow = resample([x / 32768 for x in high], 48000, 8000, 3400)
    assert dbfs(max(map(abs, narrow[200:-200]))) < -70
    rumble = array("h", tone(0.5, 8000, 40))
    assert dbfs(max(map(abs, high_pass([x / 32768 for x in rumble], 8000, 150)[800:-800]))) < -40


@pytest.mark.parametrize(
    ("samples", "rate", "reason"),
    [(bytes(16000), 8000, "silence only"), (tone(0.05), 8000, "s long"), (b"", 8000, "s long"),
     (tone(0.5), 4000, "4000 Hz"), (bytes(2 * 8000 * 121), 8000, "121.0 s long")],
)  # fmt: skip
def test_unusable_sound_is_refused_with_the_reason(
    tmp_path: Path, samples: bytes, rate: int, reason: str
) -> None:
    with pytest.raises(BadSound, match=reason):
        convert(write_wav(tmp_path / "a.wav", samples, rate))


def test_floating_point_and_compressed_files_are_refused(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", tone(1))
    raw = bytearray(path.read_bytes())
    for coding in (3, 6, 7, 85):
        struct.pack_into("<H", raw, 20, coding)
        path.write_bytes(raw)
        with pytest.raises(BadSound, match=f"coding {coding}.*Save it as WAV, PCM"):
            convert(path)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=44), st.integers(0, 44))
def test_a_damaged_file_is_converted_or_refused(
    tmp_path_factory: pytest.TempPathFactory, damage: bytes, at: int
) -> None:
    path = write_wav(tmp_path_factory.getbasetemp() / "damaged.wav", tone(0.2))
    raw = bytearray(path.read_bytes())
    raw[at : at + len(damage)] = damage
    path.write_bytes(raw)
    with suppress(BadSound):
        convert(path)
