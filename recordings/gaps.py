"""Whether a recording is silent where it was paused; where it is not, it is made so.

Decides by the file's own samples: while muted, Asterisk writes zeros. Where a talk began in the
file is known by events only, so the zeros are looked for around the place that was told. Never
raises: a file that cannot be read is a finding too. Knows no call and no Asterisk.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from recordings.wav import NotWav, WavHeader, read_header

BLOCK_S = 0.02
SLACK_S = 1.0
"""How far from the told place a pause may begin and end."""
DRIFT = 0.02
"""Where a phone sends nothing for a while, the file is that much shorter than the talk was."""

Check = Literal["silent", "erased", "missing", "unreadable"]


@dataclass(frozen=True, slots=True)
class Checked:
    """A gap as it is in the file, in seconds of it."""

    from_s: float
    to_s: float
    check: Check


def check_gaps(path: Path, told: Iterable[tuple[float, float]]) -> list[Checked]:
    """One finding for each gap told; sound in a gap is erased from the file."""
    spans = list(told)
    try:
        header = read_header(path)
        with path.open("r+b") as file:
            return [_check(file, header, *span) for span in spans]
    except FileNotFoundError:
        return [Checked(*span, "missing") for span in spans]
    except (OSError, NotWav):
        return [Checked(*span, "unreadable") for span in spans]


def _check(file: BinaryIO, header: WavHeader, from_s: float, to_s: float) -> Checked:
    end_s = header.duration_s
    begin_s, to_s = min(from_s, end_s), min(to_s, end_s)
    early_s = max(0.0, begin_s - SLACK_S - DRIFT * begin_s)
    early_s -= early_s % BLOCK_S
    blocks = _silent_blocks(file, header, early_s, min(end_s, to_s + SLACK_S))
    first, count = _longest(blocks)
    length_s = count * BLOCK_S
    if length_s < (to_s - begin_s) * (1 - DRIFT) - 2 * SLACK_S or not count:
        _erase(file, header, begin_s, to_s)
        return Checked(round(begin_s, 2), round(to_s, 2), "erased")
    found_s = early_s + first * BLOCK_S
    return Checked(round(found_s, 2), round(found_s + length_s, 2), "silent")


def _silent_blocks(file: BinaryIO, header: WavHeader, from_s: float, to_s: float) -> list[bool]:
    size = round(header.rate_hz * BLOCK_S) * header.frame_bytes
    nothing = bytes(size)
    file.seek(_at(header, from_s))
    blocks = []
    for _ in range(int((to_s - from_s) / BLOCK_S)):
        block = file.read(size)
        if len(block) < size:
            break
        blocks.append(block == nothing)
    return blocks


def _longest(blocks: Sequence[bool]) -> tuple[int, int]:
    """Where the longest run of silence begins, and its length."""
    best, begin = (0, 0), 0
    for at, is_silent in enumerate([*blocks, False]):
        if not is_silent:
            best = max(best, (at - begin, -begin))
            begin = at + 1
    return -best[1], best[0]


def _erase(file: BinaryIO, header: WavHeader, from_s: float, to_s: float) -> None:
    begin, end = _at(header, from_s), _at(header, to_s)
    file.seek(begin)
    file.write(bytes(end - begin))


def _at(header: WavHeader, second: float) -> int:
    frame = min(round(second * header.rate_hz), header.data_bytes // header.frame_bytes)
    return header.data_at + frame * header.frame_bytes
