"""The sound that Chromium takes for its microphone."""

import wave
from pathlib import Path

import numpy

MICROPHONE_HZ = 440
RATE_HZ, SECONDS, PULSE_S, LOUDNESS = 48_000, 8, 0.25, 0.4


def write_microphone(file: Path, hertz: int = MICROPHONE_HZ) -> Path:
    """A tone that is on and off four times a second: noise suppression lets it through."""
    at = numpy.arange(RATE_HZ * SECONDS) / RATE_HZ
    is_on = (at / PULSE_S).astype(int) % 2 == 0
    samples = numpy.where(is_on, numpy.sin(2 * numpy.pi * hertz * at), 0.0) * LOUDNESS
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE_HZ)
        sound.writeframes((samples * 32767).astype("<i2").tobytes())
    return file
