"""Studio files: looked at, put in the place of the synthetic voice, and taken away again.

Decides what is wrong with a recording before callers hear it. What the voice said is kept aside
while a studio file is there, so that taking the file away needs no voice software. Knows no web.
"""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from recordings.catalogue import Wording
from recordings.convert import Telephone, convert, load
from recordings.levels import active_rms, dbfs
from recordings.rendering import (
    read_index,
    source_key,
    studio_file,
    voice_key,
    write_audio,
    write_index,
)
from recordings.wav import read_header

SUFFIXES: Final = (".sln", ".sln16")
"""What Asterisk plays: at 8 kHz, and at 16 kHz as raw words."""

Code = Literal["clipped", "quiet", "loud", "narrow", "much_silence"]

FULL_SCALE: Final = 32_600
RUN: Final = 3
"""So many samples in a row at full scale are a clipped place; one alone is a peak."""
CLIPPED_WARNING, CLIPPED_ERROR = 1, 200
"""Clipped places a minute."""
QUIET_DBFS, SILENT_DBFS, LOUD_DBFS = -38.0, -55.0, -8.0
NARROW_HZ: Final = 16_000
MUCH_SILENCE_S: Final = 2.0
ASIDE: Final = ".rendered"


@dataclass(frozen=True, slots=True)
class Finding:
    code: Code
    is_error: bool
    value: float


@dataclass(frozen=True, slots=True)
class Inspection:
    """A recording as it came; ``seconds`` are without the silence at its ends."""

    seconds: float
    level_dbfs: float
    peak_dbfs: float
    clipped: int
    rate_hz: int
    channels: int
    findings: tuple[Finding, ...]

    @property
    def is_fit(self) -> bool:
        return not any(one.is_error for one in self.findings)


def inspect(path: Path) -> tuple[Inspection, Telephone]:
    """What is to be said of a recording, and what callers would hear. Raises BadSound."""
    segment = load(path)
    header = read_header(path)
    samples = array("h", segment.raw_data)
    sound = convert(path)
    level = dbfs(active_rms([one / 32768 for one in samples], segment.frame_rate))
    clipped = sum(_clipped(samples))
    silence_s = len(samples) / segment.frame_rate - sound.duration_s
    a_minute = clipped / max(1.0, len(samples) / segment.frame_rate / 60)
    rate_hz, is_silent = header.rate_hz, level < SILENT_DBFS
    found = (
        (a_minute >= CLIPPED_WARNING, Finding("clipped", a_minute >= CLIPPED_ERROR, clipped)),
        (level < QUIET_DBFS, Finding("quiet", is_silent, round(level, 1))),
        (level > LOUD_DBFS, Finding("loud", False, round(level, 1))),
        (rate_hz < NARROW_HZ, Finding("narrow", False, rate_hz)),
        (silence_s > MUCH_SILENCE_S, Finding("much_silence", False, round(silence_s, 1))),
    )
    inspection = Inspection(
        seconds=round(sound.duration_s, 2),
        level_dbfs=round(level, 1),
        peak_dbfs=round(dbfs(max(max(samples), -min(samples)) / 32768), 1),
        clipped=clipped,
        rate_hz=header.rate_hz,
        channels=header.channels,
        findings=tuple(one for is_so, one in found if is_so),
    )
    return inspection, sound


def _clipped(samples: Sequence[int]) -> Iterator[bool]:
    """True once for each run of samples at full scale."""
    run = 0
    for one in samples:
        run = run + 1 if abs(one) >= FULL_SCALE else 0
        if run == RUN:
            yield True


def put(folder: Path, language: str, prompt_id: str, wording: Wording, upload: Path) -> Inspection:
    """The upload becomes the studio file, unless its inspection says otherwise."""
    inspection, sound = inspect(upload)
    if not inspection.is_fit:
        return inspection
    _keep_aside(folder, language, prompt_id, wording)
    place = studio_file(folder, language, prompt_id)
    place.parent.mkdir(parents=True, exist_ok=True)
    upload.replace(place)
    place.chmod(0o644)
    key = source_key(folder, language, prompt_id, wording)
    assert key is not None, "the studio file is there"
    formats = dict(zip(SUFFIXES, (sound.sln_8k, sound.sln_16k), strict=True))
    write_audio(folder, f"{language}/{prompt_id}", key, formats)
    return inspection


def remove(folder: Path, language: str, prompt_id: str, wording: Wording) -> bool:
    """Whether callers hear the voice again; else it has to be rendered, or there is none."""
    studio_file(folder, language, prompt_id).unlink()
    name, aside = f"{language}/{prompt_id}", folder / "studio" / ASIDE
    key = voice_key(wording)
    kept = _formats(aside, name) if key and read_index(aside).get(name) == key else {}
    if kept and key:
        write_audio(folder, name, key, kept)
    else:
        _forget(folder, name)
    _forget(aside, name)
    return bool(kept)


def _keep_aside(folder: Path, language: str, prompt_id: str, wording: Wording) -> None:
    """Only what the voice said of this very wording."""
    name, key = f"{language}/{prompt_id}", voice_key(wording)
    if key is None or read_index(folder).get(name) != key:
        return
    write_audio(folder / "studio" / ASIDE, name, key, _formats(folder, name))


def _formats(folder: Path, name: str) -> dict[str, bytes]:
    """What is there, if it is whole."""
    found = {one: Path(f"{folder / name}{one}") for one in SUFFIXES}
    if not all(path.is_file() for path in found.values()):
        return {}
    return {suffix: path.read_bytes() for suffix, path in found.items()}


def _forget(folder: Path, name: str) -> None:
    index = read_index(folder)
    if name in index:
        write_index(folder, {one: key for one, key in index.items() if one != name})
    for suffix in SUFFIXES:
        Path(f"{folder / name}{suffix}").unlink(missing_ok=True)
