"""Telephone audio from a WAV file: signed linear at 8 and at 16 kHz.

Decides the chain of prompts.md: one channel, trimmed, resampled, band-limited, levelled. The same
chain serves synthetic and studio voices. Knows no prompt names, no languages and no catalogue.
"""

from __future__ import annotations

import sys
import warnings
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recordings.levels import level
from recordings.resample import high_pass, resample
from recordings.wav import PCM, NotWav, read_header

with warnings.catch_warnings():
    # pydub is old: it warns of a missing ffmpeg, of audioop's age and of its own regexes.
    warnings.simplefilter("ignore")
    import audioop

    from pydub import AudioSegment
    from pydub.silence import detect_leading_silence

LONGEST_S = 120.0
PAD_MS = 80
_TRIM_BELOW_PEAK_DB = 40.0
_LOWEST_HZ = 150.0


class BadSound(ValueError):
    """A WAV file that cannot become a prompt; the text says why and what would do."""


@dataclass(frozen=True, slots=True)
class Telephone:
    """One prompt as Asterisk plays it."""

    sln_8k: bytes
    sln_16k: bytes

    @property
    def duration_s(self) -> float:
        """Length by the 8 kHz bytes, two for each sample."""
        return len(self.sln_8k) / 16_000


def convert(path: Path) -> Telephone:
    """Turn one studio or synthesised WAV file into telephone audio. Raises BadSound."""
    segment = load(path)
    if segment.max == 0:
        raise BadSound(f"{path}: holds silence only. Record it again.")
    segment = _trim(segment)
    samples = [x / 32768 for x in array("h", segment.raw_data)]
    narrow = _band(samples, segment.frame_rate, 8000, 3400)
    wide = _band(samples, segment.frame_rate, 16000, 7000)
    return Telephone(as_a_trunk_says(sln(narrow)), sln(wide))


def load(path: Path) -> Any:
    """The sound as one channel of 16 bit. Raises BadSound."""
    try:
        header = read_header(path)
        if header.coding != PCM or header.sample_bits not in (16, 24, 32):
            raise NotWav(f"has coding {header.coding} with {header.sample_bits} bits")
        if header.channels > 2 or not 8000 <= header.rate_hz <= 192_000:
            raise NotWav(f"has {header.channels} channels at {header.rate_hz} Hz")
        if header.frame_bytes != header.channels * header.sample_bits // 8:
            raise NotWav(f"has {header.frame_bytes} bytes a frame")
        if not 0.1 <= header.duration_s <= LONGEST_S:
            raise NotWav(f"is {header.duration_s:.1f} s long (0.1 to {LONGEST_S:.0f} s fit)")
        with path.open("rb") as file:
            file.seek(header.data_at)
            data = file.read(header.data_bytes)
        if len(data) != header.data_bytes:
            raise NotWav("became shorter while it was read")
    except (NotWav, OSError) as error:
        raise BadSound(
            f"{path}: {error}. Save it as WAV, PCM, 16 or 24 bit, one or two channels."
        ) from error
    segment = AudioSegment(
        data=data,
        sample_width=header.sample_bits // 8,
        frame_rate=header.rate_hz,
        channels=header.channels,
    )
    return segment.set_channels(1).set_sample_width(2)


def _trim(segment: Any) -> Any:
    """Cut the silence at both ends down to the pad."""
    threshold = segment.max_dBFS - _TRIM_BELOW_PEAK_DB
    head = detect_leading_silence(segment, threshold, chunk_size=5)
    tail = detect_leading_silence(segment.reverse(), threshold, chunk_size=5)
    return segment[max(0, head - PAD_MS) : len(segment) - max(0, tail - PAD_MS)]


def _band(samples: Sequence[float], rate_in: int, rate_out: int, top_hz: float) -> array[float]:
    narrowed = resample(samples, rate_in, rate_out, top_hz)
    return level(high_pass(narrowed, rate_out, _LOWEST_HZ), rate_out)


def _words(samples: Sequence[float]) -> array[int]:
    return array("h", (round(max(-1.0, min(1.0, x)) * 32767) for x in samples))


def sln(samples: Sequence[float]) -> bytes:
    """Samples between -1 and 1 as raw signed 16-bit, low byte first."""
    words = _words(samples)
    if sys.byteorder == "big":
        words.byteswap()
    return words.tobytes()


def as_a_trunk_says(words: bytes) -> bytes:
    """The nearest samples that A-law (G.711) can say: a trunk then carries them unchanged.

    Kept as linear all the same: Debian's Asterisk counts an A-law file's frames as packet 0 of the
    stream that a recording takes its voice from (docs/decisions/0044).
    """
    return bytes(audioop.alaw2lin(audioop.lin2alaw(words, 2), 2))
