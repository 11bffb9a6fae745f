"""What is worth a word in a tree although every caller is served: prompts unheard, odd timeouts.

Decides the codes W604 and W605. Must not know where recordings are.
"""

from collections.abc import Callable, Iterator
from typing import Final

from ivr.actions import Prompt
from ivr.fields import NodeRef, PromptRef, Speaks
from ivr.model import Flow, walk
from ivr.proof.judge import Finding, Judge

TIMES: Final = {
    "first_key_s": (1.0, 15.0, "callers need time to think, and silence must lead on"),
    "between_keys_s": (1.0, 10.0, "callers need time to type, and silence must lead on"),
    "ring_s": (10.0, 60.0, "a telephone needs time to ring, and a caller hears nothing else"),
}
"""Seconds at least and at most, and why."""


def unheard(flow: Flow, judge: Judge, is_recorded: Callable[[Prompt], bool]) -> Iterator[Finding]:
    """Prompts that some caller comes to in a language in which there is nothing to hear."""
    spoken: dict[str, set[str]] = {}
    for state in judge.states:
        spoken.setdefault(state.node, set()).add(state.language)
    for name, node in flow.nodes.items():
        missing = dict.fromkeys(
            prompt
            for _, part in walk(node)
            if isinstance(part, Speaks)
            for prompt in _needed(part, spoken.get(name, set()))
            if not is_recorded(prompt)
        )
        for prompt in missing:
            yield Finding(
                "W604",
                str(name),
                f"callers in {prompt.language} hear nothing of the prompt '{prompt.id}'.",
                "Run: hotline prompts build. Or name a fallback in prompts.yaml.",
                f"{prompt.language} 来电者听不到提示音 {prompt.id}。",
            )


def _needed(part: Speaks, languages: set[str]) -> Iterator[Prompt]:
    own = part.language if isinstance(part, PromptRef) else None
    for language in [own] if own else sorted(filter(None, languages)):
        for prompt in part.prompt_ids():
            yield Prompt(prompt, language)


def odd_times(flow: Flow) -> Iterator[Finding]:
    """Timeouts at which callers are cut off, or left in silence."""
    for name in flow.nodes:
        node = flow.nodes[NodeRef(name)]
        for field, (least, most, why) in TIMES.items():
            seconds = getattr(node, field, None)
            if isinstance(seconds, float | int) and not least <= seconds <= most:
                yield Finding(
                    "W605",
                    str(name),
                    f"{field} is {seconds:g}; {why}.",
                    f"Use {least:g} to {most:g}.",
                    f"{field} 为 {seconds:g} 秒，建议 {least:g} 至 {most:g} 秒。",
                )
