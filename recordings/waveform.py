"""The shape of a recording to draw: the loudest sample of each bar, for each channel.

Decides what a bar is. Reads 16 bit PCM, as recordings are written; knows no call.
"""

import math
import sys
from array import array
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from recordings.wav import PCM, NotWav, WavHeader, read_header

LOUDEST: Final = 32768
SAMPLES_A_BAR: Final = 400
"""Of a bar so many samples are looked at: more would show nothing else, and take long."""


@dataclass(frozen=True, slots=True)
class Waveform:
    duration_s: float
    channels: list[list[float]]
    """0 to 1."""


def waveform(path: Path, bars: int) -> Waveform:
    """Raises NotWav for anything but 16 bit PCM, OSError when the file cannot be read."""
    header = read_header(path)
    if header.coding != PCM or header.sample_bits != 16:
        raise NotWav(f"coding {header.coding} with {header.sample_bits} bits, not 16 bit PCM")
    channels: list[list[float]] = [[] for _ in range(header.channels)]
    frames = header.data_bytes // header.frame_bytes
    with path.open("rb") as file:
        for bar in range(bars):
            begin, end = frames * bar // bars, frames * (bar + 1) // bars
            file.seek(header.data_at + begin * header.frame_bytes)
            _add_bar(channels, file.read((end - begin) * header.frame_bytes), header)
    return Waveform(round(header.duration_s, 2), channels)


def _add_bar(channels: list[list[float]], sound: bytes, header: WavHeader) -> None:
    samples = array("h", sound[: len(sound) - len(sound) % header.frame_bytes])
    if sys.byteorder == "big":
        samples.byteswap()
    step = max(1, math.ceil(len(samples) / header.channels / SAMPLES_A_BAR))
    for number, channel in enumerate(channels):
        seen = samples[number :: header.channels * step]
        loudest = max(max(seen), -min(seen)) if seen else 0
        channel.append(round(loudest / LOUDEST, 3))
