"""WAV files for the tests, whole and damaged."""

import math
import struct
import wave
from array import array
from pathlib import Path


def tone(seconds: float, rate: int = 8000, hz: float = 440.0, loudness: float = 0.5) -> bytes:
    """A sine as 16-bit samples."""
    step = 2 * math.pi * hz / rate
    return array(
        "h", (round(32767 * loudness * math.sin(step * i)) for i in range(round(seconds * rate)))
    ).tobytes()


def write_wav(path: Path, samples: bytes, rate: int = 8000, channels: int = 1) -> Path:
    """A correct 16-bit file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples)
    return path


def tell_size(path: Path, data_bytes: int) -> Path:
    """Let the header of a 44-byte-header file tell another length, as an unfinished one does."""
    raw = bytearray(path.read_bytes())
    struct.pack_into("<I", raw, 4, min(data_bytes + 36, 0xFFFFFFFF))
    struct.pack_into("<I", raw, 40, data_bytes)
    path.write_bytes(raw)
    return path


def _expanded(byte: int) -> int:
    """A-law by the book (G.711), so that the program's encoder is checked by another hand."""
    bits = byte ^ 0x55
    step, fine = (bits >> 4) & 7, (bits & 15) << 4
    size = fine + 8 if step == 0 else (fine + 0x108) << (step - 1)
    return size if bits & 0x80 else -size


A_LAW_SAMPLES = frozenset(map(_expanded, range(256)))
