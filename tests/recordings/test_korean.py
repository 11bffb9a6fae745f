"""Korean is read by its sound rules, not letter by letter."""

import pytest

from recordings.speech.korean import phonemes


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("한국어는", "hanɡuɡʌnɯn"),  # a tail moves before a vowel
        ("감사합니다", "kamsahamnida"),  # p before n becomes m
        ("연락", "jʌllak"),  # n before l becomes l
        ("같이", "kaʨʰi"),  # t before i becomes ch
        ("좋아요", "ʨoajo"),  # h before a vowel is silent
        ("못합니다", "motʰamnida"),  # t and h become one breathed t
        ("십이", "ɕibi"),  # s before i
        ("없는", "ʌmnɯn"),  # two tails, one spoken
        ("네, 오번.", "ne, obʌn."),
    ],
)
def test_a_word_sounds_as_it_is_spoken(written: str, spoken: str) -> None:
    assert phonemes(written) == spoken
