"""Hangul to the phonetic letters that the speech model knows.

Decides how written Korean is pronounced: the sound rules at syllable borders. Knows no model and
no file. The model was not trained on Korean, so this is a reading aid for it, not a dictionary.
"""

import re
from itertools import pairwise

_LEADS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_TAILS = " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
_SPLIT_TAIL = {
    "ㄳ": "ㄱㅅ", "ㄵ": "ㄴㅈ", "ㄶ": "ㄴㅎ", "ㄺ": "ㄹㄱ", "ㄻ": "ㄹㅁ", "ㄼ": "ㄹㅂ",
    "ㄽ": "ㄹㅅ", "ㄾ": "ㄹㅌ", "ㄿ": "ㄹㅍ", "ㅀ": "ㄹㅎ", "ㅄ": "ㅂㅅ",
}  # fmt: skip
_CLOSED = {**dict.fromkeys("ㄱㄲㅋ", "ㄱ"), **dict.fromkeys("ㄷㅅㅆㅈㅊㅌㅎ", "ㄷ"),
           **dict.fromkeys("ㅂㅍ", "ㅂ")}  # fmt: skip
_NASAL = {"ㄱ": "ㅇ", "ㄷ": "ㄴ", "ㅂ": "ㅁ"}
_TENSE = {"ㄱ": "ㄲ", "ㄷ": "ㄸ", "ㅂ": "ㅃ", "ㅅ": "ㅆ", "ㅈ": "ㅉ"}
_BREATHY = {"ㄱ": "ㅋ", "ㄷ": "ㅌ", "ㅂ": "ㅍ", "ㅈ": "ㅊ"}

_LEAD_IPA = dict(zip(_LEADS, [
    "k", "k", "n", "t", "t", "ɾ", "m", "p", "p", "s", "s", "", "ʨ", "ʨ", "ʨʰ", "kʰ", "tʰ", "pʰ",
    "h"], strict=True))  # fmt: skip
_VOICED_IPA = {"ㄱ": "ɡ", "ㄷ": "d", "ㅂ": "b", "ㅈ": "ʥ"}
_VOWEL_IPA = dict(zip(_VOWELS, [
    "a", "ɛ", "ja", "jɛ", "ʌ", "e", "jʌ", "je", "o", "wa", "wɛ", "we", "jo", "u", "wʌ", "we",
    "wi", "ju", "ɯ", "ɯi", "i"], strict=True))  # fmt: skip
_TAIL_IPA = {"": "", "ㄱ": "k", "ㄴ": "n", "ㄷ": "t", "ㄹ": "l", "ㅁ": "m", "ㅂ": "p", "ㅇ": "ŋ"}

Syllable = tuple[str, str, str]


def split_syllable(letter: str) -> Syllable:
    """One Hangul block as (lead, vowel, tail); the tail is empty when there is none."""
    index = ord(letter) - 0xAC00
    lead, rest = divmod(index, 21 * 28)
    vowel, tail = divmod(rest, 28)
    return _LEADS[lead], _VOWELS[vowel], _TAILS[tail].strip()


def _join(tail: str, lead: str, vowel: str) -> tuple[str, str]:
    """What a tail and the following lead become when they are spoken together."""
    head, last = ("", tail)
    if tail in _SPLIT_TAIL:
        head, last = tuple(_SPLIT_TAIL[tail])
    if last == "ㅎ" and (lead in _BREATHY or lead == "ㅇ"):
        return (head, _BREATHY.get(lead, head or "ㅇ")) if lead != "ㅇ" or not head else ("", head)
    if lead == "ㅇ" and last and last != "ㅇ":
        moved = {"ㄷ": "ㅈ", "ㅌ": "ㅊ"}.get(last, last) if vowel == "ㅣ" else last
        return head, moved
    closed = _CLOSED.get(head or last, head or last)
    if lead == "ㅎ" and closed in _BREATHY:
        return "", _BREATHY[closed]
    if closed in _NASAL and lead in "ㄴㅁ":
        return _NASAL[closed], lead
    if closed in _NASAL and lead == "ㄹ":
        return _NASAL[closed], "ㄴ"
    if (closed, lead) in (("ㄹ", "ㄴ"), ("ㄴ", "ㄹ")):
        return "ㄹ", "ㄹ"
    if closed in ("ㅁ", "ㅇ") and lead == "ㄹ":
        return closed, "ㄴ"
    return closed, _TENSE.get(lead, lead) if closed in _NASAL else lead


def _word(word: str) -> str:
    syllables = [split_syllable(letter) for letter in word]
    leads = [syllables[0][0]]
    tails: list[str] = []
    for (_, _, tail), (lead, vowel, _) in pairwise(syllables):
        spoken_tail, spoken_lead = _join(tail, lead, vowel)
        tails.append(_CLOSED.get(spoken_tail, spoken_tail))
        leads.append(spoken_lead)
    final = syllables[-1][2]
    final = _SPLIT_TAIL[final][0] if final in _SPLIT_TAIL else final
    tails.append(_CLOSED.get(final, final))
    return "".join(_sounds(leads, [s[1] for s in syllables], tails))


def _sounds(leads: list[str], vowels: list[str], tails: list[str]) -> list[str]:
    spoken = []
    for i, (lead, vowel, tail) in enumerate(zip(leads, vowels, tails, strict=True)):
        before = tails[i - 1] if i else None
        voiced = before is not None and before in ("", "ㄴ", "ㅁ", "ㅇ", "ㄹ")
        sound = _VOICED_IPA.get(lead, _LEAD_IPA[lead]) if voiced else _LEAD_IPA[lead]
        if lead == "ㄹ" and before == "ㄹ":
            sound = "l"
        if lead in "ㅅㅆ" and _VOWEL_IPA[vowel][0] in "ij":
            sound = "ɕ"
        spoken.append(sound + _VOWEL_IPA[vowel] + _TAIL_IPA[tail])
    return spoken


def phonemes(text: str) -> str:
    """Korean text as phonetic letters; punctuation and spaces stay, digits must be spelled out."""
    text = text.translate(str.maketrans("。，、？！", ".,,?!"))
    return re.sub(r"[가-힣]+", lambda found: _word(found.group()), text)
