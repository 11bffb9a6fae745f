"""What a prompt's audio was made from, so that only changed wording is rendered again.

Decides when audio is out of date. Knows the index file beside the audio and no speech model.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from recordings.catalogue import Wording

INDEX = "index.json"
MODEL_SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
CONVERTER_VERSION = "1"


def studio_file(prompts_dir: Path, language: str, prompt_id: str) -> Path:
    """Where a studio recording of a prompt is looked for."""
    return prompts_dir / "studio" / language / f"{prompt_id}.wav"


def source_key(prompts_dir: Path, language: str, prompt_id: str, wording: Wording) -> str | None:
    """The key of what the audio should be made from; None when there is nothing to make it from.

    Raises OSError when a studio file is there but cannot be read.
    """
    studio = studio_file(prompts_dir, language, prompt_id)
    if studio.is_file():
        sound = hashlib.sha256(studio.read_bytes()).hexdigest()
        return _digest(["studio", sound, CONVERTER_VERSION])
    return voice_key(wording)


def voice_key(wording: Wording) -> str | None:
    """The key of what the voice says; None for a language without one."""
    if not wording.voice:
        return None
    return _digest(
        [
            wording.say,
            dict(wording.pinyin),
            wording.voice,
            wording.speed,
            MODEL_SHA256,
            CONVERTER_VERSION,
        ]
    )


def _digest(parts: list[object]) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def read_index(prompts_dir: Path) -> dict[str, str]:
    """The key of each rendered prompt, by ``<language>/<id>``; empty when there is no index."""
    try:
        found = json.loads((prompts_dir / INDEX).read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {name: key for name, key in found.items() if isinstance(key, str)}


def write_index(prompts_dir: Path, index: Mapping[str, str]) -> None:
    """Replace the index in one step, so that an interrupted build leaves the old or the new."""
    text = json.dumps(dict(sorted(index.items())), indent=1) + "\n"
    write_whole(prompts_dir / INDEX, text.encode())


def write_audio(prompts_dir: Path, name: str, key: str, formats: Mapping[str, bytes]) -> None:
    """All formats, then the index: whatever is interrupted only has to be done again."""
    for suffix, content in formats.items():
        write_whole(prompts_dir / f"{name}{suffix}", content)
    write_index(prompts_dir, {**read_index(prompts_dir), name: key})


def write_whole(path: Path, content: bytes) -> None:
    """Write a file beside its place and move it there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.part")
    fresh.write_bytes(content)
    fresh.replace(path)
