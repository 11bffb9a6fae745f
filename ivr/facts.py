"""What a tree may ask about the world: the closed list of facts, and who answers.

Decides the names and the kinds of the facts. Must not know where an answer comes from: the service
answers from the call, the queues and the clock, the simulator from a script, the prover with
everything that is possible.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, Protocol

FactValue = bool | int | float | str
Kind = Literal["yes_no", "number", "text", "hours"]

HOURS: Final = ("open", "closed", "holiday")
"""What a schedule can be: holiday is a closed day of the calendar, not a night."""


class Facts(Protocol):
    def value(self, name: str) -> FactValue | None:
        """The answer now; None when it is not known, which fits no test."""
        ...


@dataclass(frozen=True, slots=True)
class FactForm:
    """One line of the list. ``steady``: it cannot change during a call."""

    pattern: str
    kind: Kind
    steady: bool
    about: str

    def slot(self) -> str:
        """What stands between < and >; empty if the name is whole."""
        return self.pattern.partition("<")[2].partition(">")[0]


FORMS: Final = (
    FactForm("dialled", "text", True, "the number that was dialled"),
    FactForm("caller.region", "text", True, "province and city of the caller's number"),
    FactForm("caller.has_number", "yes_no", True, "the caller's number is not withheld"),
    FactForm("caller.is_repeat", "yes_no", True, "has called within the last 30 days"),
    FactForm("caller.is_vip", "yes_no", True, "is on the list vip of lists.yaml"),
    FactForm("caller.is_nuisance", "yes_no", True, "is on the list nuisance of lists.yaml"),
    FactForm("queue.<queue>.waiting", "number", False, "callers waiting in this queue now"),
    FactForm("queue.<queue>.expected_wait_s", "number", False, "estimated wait of a new caller"),
    FactForm("queue.position", "number", False, "this caller's own place, 1 is next"),
    FactForm("queue.expected_wait_s", "number", False, "estimated rest of this caller's wait"),
    FactForm("agents.<skill>", "number", False, "agents signed in who have this skill"),
    FactForm("schedule.<schedule>", "hours", True, "open, closed or holiday"),
    FactForm("emergency", "yes_no", False, "the emergency mode is on"),
    FactForm("mode", "text", False, "the surge mode that is on; not known while none is"),
    FactForm("field.<field>", "text", False, "what is in this ticket field"),
    FactForm("language", "text", False, "the caller's language"),
)

EMERGENCY_PROMPT: Final = "emergency.prompt"
"""Asked by the interpreter alone: the announcement said before everything else, or nothing."""

_SLOT = re.compile(r"<\w+>")


def form_of(name: str) -> tuple[FactForm, str] | None:
    """The list's line for a fact's name, and what stands in its <...>; None for no fact."""
    for form in FORMS:
        pattern = _SLOT.sub(r"([a-z][a-z0-9_]*)", form.pattern.replace(".", r"\."))
        found = re.fullmatch(pattern, name)
        if found:
            return form, found.group(1) if found.groups() else ""
    return None


@dataclass(frozen=True, slots=True)
class FixedFacts:
    """Facts that are written down: for tests, scripted cases and recorded calls."""

    values: Mapping[str, FactValue]

    def value(self, name: str) -> FactValue | None:
        return self.values.get(name)


NO_FACTS: Final = FixedFacts({})
