"""When two callers are in the same situation: what of a state can matter for what follows.

Decides what is left out: the way that led here, fields and facts that are never asked again,
digits that no test tells apart. Instants are counted from now. Must not know what happens next.
"""

from collections.abc import Iterable

from ivr.proof.questions import DIALLED, GREETING, Answers, Questions
from ivr.state import State


class Situations:
    """What of a state can matter for what follows."""

    def __init__(self, questions: Questions, pinned: bool) -> None:
        self._questions = questions
        self._pinned = pinned
        self._known: dict[tuple[str, tuple[str, ...]], frozenset[str]] = {}

    def of(self, state: State, pins: Answers, now: float) -> tuple[State, Answers]:
        """The state without its past, instants counted from now; and the facts that stay."""
        if state.phase == "ended":
            return State(node=state.node, language="", phase="ended", served=state.served), ()
        matters = self._matters(state)
        kept: Answers = ()
        if pins and self._pinned:
            kept = tuple(sorted({name: pins_ for name, pins_ in pins if name in matters}.items()))
        elif pins and DIALLED in matters:
            kept = tuple(pin for pin in pins if pin[0] == DIALLED)
        return (
            # In the order of the fields: this is done for each thing that can happen.
            State(
                state.node,
                state.language,
                state.phase,
                state.tries,
                None if state.deadline is None else round(state.deadline - now, 3),
                0,
                (),
                self._fields(state, matters) if state.fields else (),
                state.line if GREETING in matters else "",
                self._digits(state, matters) if state.digits else "",
                state.returns,
                None if state.until is None else round(state.until - now, 3),
                state.served,
            ),
            kept,
        )

    def _matters(self, state: State) -> frozenset[str]:
        key = (state.node, state.returns)
        if key not in self._known:
            nodes = (state.node, *state.returns)
            found = (self._questions.matters.get(name, frozenset()) for name in nodes)
            self._known[key] = frozenset().union(*found)
        return self._known[key]

    def _fields(self, state: State, matters: frozenset[str]) -> tuple[tuple[str, str], ...]:
        kept = [(name, value) for name, value in state.fields if f"field.{name}" in matters]
        patterns = self._questions.patterns
        return tuple(sorted((name, alike(value, patterns.get(name, ()))) for name, value in kept))

    def _digits(self, state: State, matters: frozenset[str]) -> str:
        name = getattr(self._questions.node(state.node), "field", "")
        if state.phase in ("confirming", "confirm_waiting") and f"field.{name}" not in matters:
            return ""
        return alike(state.digits, self._questions.patterns.get(name, ()))


def alike(text: str, patterns: Iterable[str]) -> str:
    """The least text of digits that no comparison with the patterns tells from this one."""
    if not text.isdecimal() or text in patterns:
        return text
    shared = max((_common(text, one) for one in patterns), default=0)
    if shared == len(text):
        return text
    rest = text[shared:]
    going_on = {one[shared] for one in patterns if one[:shared] == text[:shared] and one[shared:]}
    free = next((digit for digit in "0123456789" if digit not in going_on), rest[0])
    return text[:shared] + free + "0" * (len(rest) - 1)


def _common(a: str, b: str) -> int:
    return next(
        (i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b))
    )
