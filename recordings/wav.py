"""What a WAV file says about itself, and what its size says when the header cannot be believed.

Decides which bytes are sound. Reads the header only, whatever the file holds; knows no call and
no prompt.
"""

import os
import stat
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_HEAD_BYTES = 65_536
PCM, _EXTENSIBLE = 1, 0xFFFE


@dataclass(frozen=True, slots=True)
class WavHeader:
    """The layout of the sound; ``is_open`` means its sizes were never filled in or are wrong."""

    coding: int
    channels: int
    rate_hz: int
    frame_bytes: int
    sample_bits: int
    data_at: int
    data_bytes: int
    is_open: bool

    @property
    def duration_s(self) -> float:
        """Length of the sound in the file."""
        return self.data_bytes / self.frame_bytes / self.rate_hz


class NotWav(ValueError):
    """The file is no WAV file; the text says what was found instead."""


def read_header(path: Path) -> WavHeader:
    """Read the header. Raises NotWav, or OSError when the file cannot be read at all."""
    with open(path, "rb", opener=_open_now) as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise NotWav("not a plain file")
        return parse_header(file, status.st_size)


def _open_now(name: str, flags: int) -> int:
    # A pipe lying in the folder must not block the reader.
    return os.open(name, flags | os.O_NONBLOCK)


def parse_header(file: BinaryIO, file_bytes: int) -> WavHeader:
    """The header at the beginning of an open file of a known size."""
    head = file.read(_HEAD_BYTES)
    if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        raise NotWav("does not begin with RIFF ... WAVE")
    at, layout = 12, None
    while at + 8 <= len(head):
        name, told = struct.unpack_from("<4sI", head, at)
        if name == b"fmt " and at + 24 <= len(head):
            layout = _parse_layout(head, at + 8, told)
        if name == b"data":
            if layout is None:
                raise NotWav("has sound before its layout is told")
            there = max(0, file_bytes - at - 8)
            is_open = told > there or (told < there and not _chunk_follows(file, at + 8, told))
            sound = there if is_open else told
            return WavHeader(*layout, at + 8, sound - sound % layout[3], is_open)
        at += 8 + told + told % 2
    raise NotWav("has no sound chunk in its first 64 kB")


def _parse_layout(head: bytes, at: int, told: int) -> tuple[int, int, int, int, int]:
    coding, channels, rate, _, frame_bytes, bits = struct.unpack_from("<HHIIHH", head, at)
    if coding == _EXTENSIBLE and told >= 40 and at + 26 <= len(head):
        (coding,) = struct.unpack_from("<H", head, at + 24)
    if not (1 <= channels <= 8 and 1 <= rate <= 768_000 and 1 <= frame_bytes <= 64):
        raise NotWav(f"tells {channels} channels, {rate} Hz, {frame_bytes} bytes a frame")
    return coding, channels, rate, frame_bytes, bits


def _chunk_follows(file: BinaryIO, at: int, told: int) -> bool:
    """Whether another chunk comes after the told sound, or just more sound."""
    if told == 0:
        return False
    file.seek(at + told + told % 2)
    name = file.read(4)
    return len(name) < 4 or all(0x20 <= byte < 0x7F for byte in name)


def close_header(path: Path, header: WavHeader) -> None:
    """Write the real sizes into a header that was left open, so that players read all of it."""
    with path.open("r+b") as file:
        file.seek(4)
        file.write(struct.pack("<I", min(header.data_at - 8 + header.data_bytes, 0xFFFFFFFF)))
        file.seek(header.data_at - 4)
        file.write(struct.pack("<I", min(header.data_bytes, 0xFFFFFFFF)))
