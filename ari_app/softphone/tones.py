"""Which tones are in a piece of audio, and when.

Decides by Goertzel's filter, frame by frame of 20 ms: a tone is there when it holds a good share
of the frame's energy for long enough. Whole multiples of 50 Hz fall exactly on a frame. Speech
can hold one frequency for a moment: ask for half a second or more where people may speak.
"""

import math
import wave
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ari_app.softphone.alaw import FRAME, FRAME_S, RATE, decode

SHARE = 0.2
QUIET_RMS = 100.0


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time in seconds."""

    start_s: float
    end_s: float

    @property
    def length_s(self) -> float:
        return self.end_s - self.start_s


def loudness(samples: Sequence[int]) -> float:
    """Root mean square; 0 for nothing."""
    return math.sqrt(sum(s * s for s in samples) / len(samples)) if samples else 0.0


def tone_share(samples: Sequence[int], frequency: float, *, rate: int = RATE) -> float:
    """The part (0 to 1) of the samples' energy that is at this frequency."""
    energy = sum(s * s for s in samples)
    if energy < QUIET_RMS * QUIET_RMS * len(samples) or not samples:
        return 0.0
    weight = 2 * math.cos(2 * math.pi * frequency / rate)
    last = before = 0.0
    for sample in samples:
        last, before = sample + weight * last - before, last
    power = last * last + before * before - weight * last * before
    return 2 * power / (len(samples) * energy)


def spans_of(
    marks: Iterable[tuple[float, bool]], *, frame_s: float = FRAME_S, bridge_s: float = 0.05
) -> list[Span]:
    """Join marked frames to spans; a hole of up to ``bridge_s`` does not split one."""
    spans: list[Span] = []
    for at, marked in marks:
        if not marked:
            continue
        if spans and at - spans[-1].end_s <= bridge_s:
            spans[-1] = Span(spans[-1].start_s, at + frame_s)
        else:
            spans.append(Span(at, at + frame_s))
    return spans


def tone_spans(
    samples: Sequence[int], frequency: float, *, rate: int = RATE, min_s: float = 0.3
) -> list[Span]:
    """Where this tone is in the samples, spans of at least ``min_s``."""
    size = rate // 50
    marks = (
        (at / rate, tone_share(samples[at : at + size], frequency, rate=rate) >= SHARE)
        for at in range(0, len(samples) - size + 1, size)
    )
    return [span for span in spans_of(marks) if span.length_s >= min_s]


@dataclass(frozen=True, slots=True)
class Sound:
    """Samples of one channel and their rate."""

    samples: "array[int]"
    rate: int

    @property
    def length_s(self) -> float:
        return len(self.samples) / self.rate


def read_sound(path: Path, *, channel: int | None = None) -> Sound:
    """A .wav (16-bit PCM), .alaw or .sln(16) file; channels are mixed unless one is named."""
    if path.suffix in {".alaw", ".al"}:
        return Sound(decode(path.read_bytes()), RATE)
    if path.suffix in {".sln", ".sln16"}:
        raw = path.read_bytes()
        rate = RATE * 2 if path.suffix == ".sln16" else RATE
        return Sound(array("h", raw[: len(raw) // 2 * 2]), rate)
    with wave.open(str(path), "rb") as file:
        if file.getsampwidth() != 2:
            raise ValueError(f"{path}: {file.getsampwidth() * 8} bit samples; 16 bit is expected")
        count, rate = file.getnchannels(), file.getframerate()
        mixed = array("h", file.readframes(file.getnframes()))
    if channel is not None:
        return Sound(mixed[channel::count], rate)
    if count == 1:
        return Sound(mixed, rate)
    sides = [mixed[side::count] for side in range(count)]
    return Sound(array("h", (sum(now) // count for now in zip(*sides, strict=True))), rate)


def tones_in_wav(
    path: Path, frequencies: Iterable[int], *, channel: int | None = None, min_s: float = 0.3
) -> dict[int, list[Span]]:
    """For each frequency the spans of a recording in which it is heard."""
    sound = read_sound(path, channel=channel)
    return {f: tone_spans(sound.samples, f, rate=sound.rate, min_s=min_s) for f in frequencies}


def frame_has_tone(octets: bytes, frequency: float) -> bool:
    """Whether an a-law frame carries this tone."""
    return len(octets) >= FRAME // 2 and tone_share(decode(octets), frequency) >= SHARE
