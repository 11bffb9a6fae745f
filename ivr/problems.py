"""What is wrong in a configuration file, where, and what to write instead.

Decides the value and its renderings. Must not know how problems are found.

Codes are stable: E1.. cannot be read, E2.. has the wrong shape, E3.. refers to something unknown,
E4.. is a tree that would strand a caller, E5.. a prompt that cannot be heard. W... stops nothing.
"""

import difflib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Line and column count from 1."""

    file: str
    line: int
    col: int
    code: str
    message: str
    hint: str = ""

    @property
    def is_warning(self) -> bool:
        return self.code.startswith("W")


def render_problems(problems: Iterable[Problem], form: Literal["text", "json"] = "text") -> str:
    """One line per problem, or a JSON list; sorted by place."""
    ordered = sorted(problems)
    if form == "json":
        return json.dumps([asdict(problem) for problem in ordered], ensure_ascii=False, indent=2)
    return "\n".join(_line(problem) for problem in ordered)


def _line(problem: Problem) -> str:
    place = f"{problem.file}:{problem.line}:{problem.col}"
    return f"{place}: {problem.code} {problem.message} {problem.hint}".rstrip()


def cannot_read(file: str, error: OSError) -> Problem:
    """The file is not there, or its owner does not let us."""
    if isinstance(error, FileNotFoundError):
        hint = "Restore it, or name another --config."
        return Problem(file, 1, 1, "E100", "the file is missing.", hint)
    return Problem(file, 1, 1, "E100", f"cannot be read: {error.strerror}.")


def did_you_mean(word: str, known: Iterable[str], *, what: str = "Known") -> str:
    """The nearest known word, or the list of all if none is near."""
    words = sorted(known)
    near = difflib.get_close_matches(word, words, n=1)
    if near:
        return f"Did you mean '{near[0]}'?"
    shown = ", ".join(words[:20]) + (", ..." if len(words) > 20 else "")
    return f"{what}: {shown}." if words else f"{what}: none."
