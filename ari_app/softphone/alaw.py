"""A-law (G.711) and tones as 20 ms frames.

Decides the arithmetic of telephone audio. Pure: no sockets, no clock, no files.
"""

import math
from array import array
from functools import lru_cache

RATE = 8000
FRAME = 160
FRAME_S = FRAME / RATE
SILENCE = b"\xd5"


def _expand(code: int) -> int:
    """One a-law octet to linear PCM (ITU-T G.711, even bits inverted)."""
    code ^= 0x55
    exponent, mantissa = (code >> 4) & 7, code & 15
    size = (mantissa << 4) + 8
    if exponent:
        size = (size + 0x100) << (exponent - 1)
    return size if code & 0x80 else -size


_LINEAR = [_expand(code) for code in range(256)]


def _compress_table() -> bytes:
    """Nearest code for each 13-bit sample (index: sample >> 3, offset by 4096)."""
    by_value = sorted((value, code) for code, value in enumerate(_LINEAR))
    table = bytearray()
    place = 0
    for sample in range(-32768 + 4, 32768, 8):
        while place < 255 and abs(by_value[place + 1][0] - sample) <= abs(
            by_value[place][0] - sample
        ):
            place += 1
        table.append(by_value[place][1])
    return bytes(table)


_COMPRESSED = _compress_table()


def decode(octets: bytes) -> "array[int]":
    """A-law octets to 16-bit samples."""
    return array("h", (_LINEAR[octet] for octet in octets))


def encode(samples: "array[int]") -> bytes:
    """16-bit samples to a-law octets."""
    return bytes(_COMPRESSED[(sample >> 3) + 4096] for sample in samples)


@lru_cache(maxsize=64)
def tone(*frequencies: int, level: float = 0.25) -> bytes:
    """One second of a tone, whole hertz, so that it can be repeated without a step."""
    peak = 32767 * level / max(1, len(frequencies))
    steps = [2 * math.pi * frequency / RATE for frequency in frequencies]
    return encode(
        array("h", (int(sum(peak * math.sin(step * n) for step in steps)) for n in range(RATE)))
    )
