"""A tree played in the words of the library: ``>> event << action << action >> event ...``."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Self

from ivr import (
    Action,
    Entered,
    Event,
    FactValue,
    FixedFacts,
    Flow,
    Names,
    Problem,
    Prompt,
    Say,
    State,
    TimedOut,
    load,
    render_problems,
    start,
    step,
)
from recordings.catalogue import Catalogue, read_catalogue

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT / "tests" / "corpus"
MAIN = ROOT / "config" / "flows" / "main.yaml"
PROMPTS = ROOT / "config" / "prompts" / "prompts.yaml"

LANGUAGES = ("zh_CN", "yue", "en", "ja", "ko", "th")
_EVERYWHERE = [
    "notice_greeting",
    "connecting",
    "wrong_key",
    "please_hold",
    "no_agent_language",
    "goodbye",
    "sorry_try_again",
    *(f"digit_{digit}" for digit in range(10)),
]
_MENU = {
    "menu_zh": "zh_CN",
    "menu_yue": "yue",
    "menu_en": "en",
    "menu_ja": "ja",
    "menu_ko": "ko",
    "menu_th": "th",
    "menu_enterprise": "zh_CN",
    "menu_urgent": "zh_CN",
}


def _prompts() -> Mapping[str, frozenset[str]]:
    return {
        language: frozenset([*_EVERYWHERE, *(p for p, own in _MENU.items() if own == language)])
        for language in LANGUAGES
    }


NAMES = Names(
    queues=frozenset({"general", "enterprise", "urgent"}),
    skills=frozenset({"zh", "yue", "en", "ja", "ko", "th", "enterprise"}),
    schedules=frozenset({"office"}),
    numbers=frozenset({"110", "120"}),
    prompts=_prompts(),
    fields={
        "asked_for": "text",
        "channel": "text",
        "confidential": "yes_no",
        "matter_cause": "text",
        "origin": "text",
        "survey_score": "number",
        "urgency": "text",
    },
)


def loaded(text: str, name: str = "flow.yaml") -> Flow:
    flow = load(text, name, NAMES)
    assert isinstance(flow, Flow), render_problems(flow)
    return flow


def problems(text: str, names: Names = NAMES) -> list[Problem]:
    found = load(text, "flow.yaml", names)
    assert isinstance(found, list), "the tree was accepted"
    return found


def main_names() -> Names:
    """What the shipped tree may name: all shipped prompts, the emergency numbers."""
    catalogue = read_catalogue(PROMPTS.read_bytes())
    assert isinstance(catalogue, Catalogue)
    heard = dict.fromkeys(catalogue.languages, frozenset(catalogue.prompts))
    return replace(NAMES, numbers=frozenset({"110", "119", "120", "122"}), prompts=heard)


def main_flow() -> Flow:
    flow = load(MAIN.read_text(encoding="utf-8"), "config/flows/main.yaml", main_names())
    assert isinstance(flow, Flow), render_problems(flow)
    return flow


def say(*prompts: str, language: str = "zh_CN") -> Say:
    """``say("connecting")``, or ``say("menu_en@en")`` for another language."""
    pairs = [prompt.partition("@") for prompt in prompts]
    return Say(tuple(Prompt(name, other or language) for name, _, other in pairs))


MENU = tuple(f"{name}@{language}" for name, language in _MENU.items())


class Playbook:
    """Each ``>>`` first demands that every action before it was named by a ``<<``."""

    def __init__(
        self, flow: Flow, facts: Mapping[str, FactValue] | None = None, *, dialled: str = ""
    ) -> None:
        self.flow = flow
        self.facts = FixedFacts(facts or {})
        self.state: State = start(flow, dialled)
        self.now = 1000.0
        self._left: list[Action] = []
        self >> Entered()

    def __rshift__(self, event: Event) -> Self:
        self.ends()
        if isinstance(event, TimedOut):
            assert self.state.deadline is not None, f"nothing can time out in {self.state}"
            self.now = self.state.deadline
        self.state, actions = step(self.flow, self.state, event, self.now, self.facts)
        self._left = list(actions)
        return self

    def __lshift__(self, action: Action) -> Self:
        assert self._left[:1] == [action], f"expected {action}, left are {self._left}"
        del self._left[0]
        return self

    def ends(self) -> State:
        assert not self._left, f"actions that nobody named: {self._left}"
        return self.state
