"""Loudness of speech: measured over the parts that are spoken, set, limited and faded.

Decides how loud a prompt is. Works on samples between -1 and 1; knows no file and no format.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence

SPEECH_DBFS = -19.0  # as loud as Asterisk's own English prompts
PEAK_DBFS = -3.0
_ACTIVE_BELOW_LOUDEST_DB = 30.0


def dbfs(value: float) -> float:
    """An amplitude in decibels below full scale."""
    return 20 * math.log10(max(value, 1e-9))


def active_rms(samples: Sequence[float], rate: int) -> float:
    """Root mean square of the 20 ms frames in which somebody speaks."""
    step = rate // 50
    powers = [
        math.fsum(x * x for x in samples[i : i + step]) / step
        for i in range(0, max(1, len(samples) - step + 1), step)
    ]
    floor = max(powers) * 10 ** (-_ACTIVE_BELOW_LOUDEST_DB / 10)
    active = [power for power in powers if power >= floor]
    return math.sqrt(math.fsum(active) / len(active))


def limit(samples: Sequence[float], rate: int, peak: float) -> array[float]:
    """Turn loud moments down smoothly until nothing exceeds ``peak``."""
    step = rate // 200
    blocks = [samples[i : i + step] for i in range(0, len(samples), step)]
    needs = [min(1.0, peak / max(1e-9, *map(abs, block), 0.0)) for block in blocks]
    gains = [min(needs[max(0, i - 1) : i + 2]) for i in range(len(needs))]
    result = array("d")
    for i, x in enumerate(samples):
        block, within = divmod(i - step // 2, step)
        left = gains[max(0, block)]
        right = gains[min(len(gains) - 1, block + 1)]
        result.append(x * (left + (right - left) * within / step))
    return result


def level(samples: Sequence[float], rate: int, target_dbfs: float = SPEECH_DBFS) -> array[float]:
    """Bring speech to the common loudness, limit its peaks, and soften both ends for 5 ms."""
    gain = 10 ** (target_dbfs / 20) / max(active_rms(samples, rate), 1e-9)
    loud = limit([x * gain for x in samples], rate, 10 ** (PEAK_DBFS / 20))
    fade = min(rate // 200, len(loud) // 2)
    for i in range(fade):
        loud[i] *= i / fade
        loud[-1 - i] *= i / fade
    return loud
