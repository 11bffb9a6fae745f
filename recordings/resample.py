"""Change of sample rate, and removal of rumble, as plain arithmetic.

Decides the filters. Needs no package, so that a studio file can become a prompt on any machine;
a five-second prompt takes well under a second. Knows no file and no format.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from operator import mul

_KAISER_BETA = 7.86  # 80 dB: below what A-law can carry
_STOP_DB = 80.0


def _bessel(x: float) -> float:
    total, term, k = 1.0, 1.0, 1
    while term > 1e-10 * total:
        term *= (x / (2 * k)) ** 2
        total, k = total + term, k + 1
    return total


def _kernel(half: int, shift: float, cutoff: float) -> list[float]:
    """A windowed sinc between two input samples; ``cutoff`` is a share of the input rate."""
    weights = []
    for k in range(-half, half + 1):
        x = k - shift
        edge = 1.0 - (x / (half + 1)) ** 2
        angle = 2.0 * math.pi * cutoff * x
        sinc = 1.0 if abs(angle) < 1e-9 else math.sin(angle) / angle
        weights.append(sinc * _bessel(_KAISER_BETA * math.sqrt(max(0.0, edge))))
    scale = 1.0 / sum(weights)
    return [weight * scale for weight in weights]


def resample(samples: Sequence[float], rate_in: int, rate_out: int, pass_hz: float) -> array[float]:
    """Samples at another rate, with everything above ``pass_hz`` (or what fits) taken out."""
    common = math.gcd(rate_in, rate_out)
    up, down = rate_out // common, rate_in // common
    stop_hz = min(rate_in, rate_out) / 2
    pass_hz = min(pass_hz, 0.9 * stop_hz)
    width = 2 * math.pi * (stop_hz - pass_hz) / rate_in
    half = math.ceil((_STOP_DB - 8) / (2.285 * width) / 2)
    cutoff = (pass_hz + stop_hz) / 2 / rate_in
    kernels = [_kernel(half, phase / up, cutoff) for phase in range(up)]
    pad = array("d", bytes(8 * (half + 1)))
    padded = pad + array("d", samples) + pad
    result = array("d")
    for n in range(len(samples) * up // down):
        base, phase = divmod(n * down, up)
        result.append(sum(map(mul, kernels[phase], padded[base + 1 : base + 2 * half + 2])))
    return result


def high_pass(samples: Sequence[float], rate: int, cut_hz: float) -> array[float]:
    """Second-order high-pass run forth and back, so that nothing is shifted in time."""
    omega = 2 * math.pi * cut_hz / rate
    alpha = math.sin(omega) / math.sqrt(2)
    cosine, scale = math.cos(omega), 1 + alpha
    b = (1 + cosine) / 2 / scale
    a1, a2 = -2 * cosine / scale, (1 - alpha) / scale
    result = array("d", samples)
    for _ in range(2):
        x1 = x2 = y1 = y2 = 0.0
        for i, x in enumerate(result):
            y = b * (x - 2 * x1 + x2) - a1 * y1 - a2 * y2
            x2, x1, y2, y1 = x1, x, y1, y
            result[i] = y
        result.reverse()
    return result
