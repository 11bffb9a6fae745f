"""Calm music for waiting callers, made by arithmetic: nobody's work, so no licence.

Decides the piece: slow broken chords over a soft ground, 32 s, made to be repeated without a
seam. Knows no file and no queue.
"""

from __future__ import annotations

import math
from array import array

from recordings.levels import dbfs

MUSIC_VERSION = "music 1"
RATE = 16_000
MUSIC_DBFS = -24.0
CHORD_S = 4.0
_TONES = ((1, 1.0), (2, 0.28), (3, 0.09))

# Semitones from A4, low to high: C, G/B, Am, Em/G, F, C/E, Dm7, G.
_CHORDS = (
    (-21, -9, -5, -2, 3), (-22, -10, -7, -2, 2), (-24, -12, -5, 0, 3), (-26, -14, -5, -2, 2),
    (-28, -16, -9, -4, 0), (-29, -17, -9, -5, -2), (-19, -7, -4, 0, 3), (-26, -14, -7, -2, 2),
)  # fmt: skip
_PATTERN = (1, 2, 3, 4, 3, 2, 3, 2)


def hold_music() -> array[float]:
    """The piece as 16 kHz samples between -1 and 1."""
    total = round(len(_CHORDS) * CHORD_S * RATE)
    piece = array("d", bytes(8 * total))
    for number, chord in enumerate(_CHORDS):
        start = number * CHORD_S
        _add(piece, start, chord[0], 0.5, slow=True)
        for beat, string in enumerate(_PATTERN):
            at = start + beat * CHORD_S / len(_PATTERN)
            _add(piece, at, chord[string], 0.55 if beat == 0 else 0.4, slow=False)
    rms = math.sqrt(math.fsum(x * x for x in piece) / total)
    gain = 10 ** ((MUSIC_DBFS - dbfs(rms)) / 20)
    return array("d", (x * gain for x in piece))


def _add(piece: array[float], at_s: float, semitone: int, loudness: float, *, slow: bool) -> None:
    """Lay one note over the piece; what rings beyond the end rings into the beginning."""
    pitch = 440.0 * 2 ** (semitone / 12)
    attack_s, decay_s, length_s = (0.6, 2.2, 5.5) if slow else (0.012, 0.7, 2.8)
    first, count = round(at_s * RATE), round(length_s * RATE)
    fade = 1.0 / (0.3 * RATE)
    for i in range(count):
        t = i / RATE
        envelope = min(1.0, t / attack_s) * math.exp(-t / decay_s) * min(1.0, (count - i) * fade)
        angle = 2 * math.pi * pitch * t
        wave = sum(share * math.sin(order * angle) for order, share in _TONES)
        piece[(first + i) % len(piece)] += loudness * envelope * wave
