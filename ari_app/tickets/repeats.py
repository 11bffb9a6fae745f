"""重复诉求: which earlier tickets a new one may repeat, the likeliest first.

Decides by the number, the category, the tags and the words of the matter. Only suggests: a person
joins tickets. Knows no database.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

REPEAT_S: Final = 30 * 86400.0
"""What ``repeat_count_30d`` counts: the earlier tickets of the same number, back so far."""

Fields = Mapping[str, Any]


def likely(ticket: Fields, earlier: Sequence[Fields]) -> list[tuple[float, Fields]]:
    """Each earlier ticket with a score from 0 to 1, the best first; of equal ones the newest."""
    scored = [(score(ticket, one), one) for one in earlier if not one.get("repeat_of")]
    return sorted(scored, key=lambda pair: (-pair[0], -float(pair[1]["arrived_at"])))


def score(ticket: Fields, other: Fields) -> float:
    """The share of what both say that agrees; 0.5 while nothing of the matter is known."""
    category = _same_category(ticket.get("category_code"), other.get("category_code"))
    parts = [
        category,
        _overlap(set(ticket.get("topic_tags") or ()), set(other.get("topic_tags") or ())),
        _overlap(_pairs(_matter(ticket)), _pairs(_matter(other))),
    ]
    known = [one for one in parts if one is not None]
    return round(sum(known) / len(known), 3) if known else 0.5


def _matter(ticket: Fields) -> str:
    return f"{ticket.get('matter_cause') or ''}{ticket.get('matter_address') or ''}"


def _same_category(one: str | None, other: str | None) -> float | None:
    """Codes grow from left to right: the share of the shorter that both have."""
    if not one or not other:
        return None
    shorter = min(len(one), len(other))
    same = next((n for n in range(shorter) if one[n] != other[n]), shorter)
    return same / shorter


def _pairs(text: str) -> set[str]:
    """Neighbouring characters: Chinese has no blanks between its words."""
    plain = "".join(letter for letter in text if letter.isalnum())
    return {plain[n : n + 2] for n in range(len(plain) - 1)}


def _overlap(one: set[str], other: set[str]) -> float | None:
    if not one or not other:
        return None
    return len(one & other) / min(len(one), len(other))
