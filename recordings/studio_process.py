"""``python -m recordings.studio_process``: one studio file in a process of its own.

What is asked comes as JSON on standard input, what became of it goes as JSON to standard output: no
live call waits while a recording is resampled. Decides nothing: it asks ``studio``.
"""

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

from recordings import studio
from recordings.catalogue import Wording
from recordings.convert import BadSound
from recordings.prompts import load_prompts

NICENESS = 10


def answer(asked: dict[str, str]) -> dict[str, object]:
    """``upload`` empty: the studio file is taken away."""
    config_dir, language, prompt = Path(asked["config_dir"]), asked["language"], asked["prompt"]
    folder, wording = config_dir / "prompts", _wording(config_dir, language, prompt)
    if wording is None:
        return {"not_fit": "the catalogue has no such wording"}
    try:
        if asked["upload"]:
            upload = Path(asked["upload"])
            found = studio.put(folder, language, prompt, wording, upload)
            return {**asdict(found), "is_fit": found.is_fit}
        return {"has_voice": studio.remove(folder, language, prompt, wording)}
    except BadSound as error:
        return {"not_fit": str(error).removeprefix(f"{asked['upload']}: ")}


def _wording(config_dir: Path, language: str, prompt: str) -> Wording | None:
    prompts = load_prompts(config_dir)
    known = None if isinstance(prompts, list) else prompts.catalogue.prompts.get(prompt)
    return known.wordings.get(language) if known else None


def main() -> None:
    os.nice(NICENESS)
    asked = json.loads(sys.stdin.read())
    try:
        print(json.dumps(answer(asked)))
    except OSError as error:
        print(json.dumps({"not_stored": error.strerror or repr(error)}))


if __name__ == "__main__":
    main()
