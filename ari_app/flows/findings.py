"""What is worth telling of a tree beyond the proof: unheard prompts, odd times, a profile's rules.

Decides which of them are asked for; each is ``ivr``'s own.
"""

from collections.abc import Callable, Iterator

import ivr
from ari_app.flows.stage import Stage
from ivr.model import Flow
from ivr.profiles import Profile, Spoken
from ivr.proof.judge import Finding, Judge
from ivr.proof.lint import odd_times, unheard
from recordings.prompts import Prompts


def more_findings(
    stage: Stage, profile: Profile | None, flow: Flow, judge: Judge
) -> Iterator[Finding]:
    yield from unheard(flow, judge, _is_recorded(stage.prompts))
    yield from odd_times(flow)
    if profile is not None:
        yield from profile(flow, judge, _spoken(stage))


def _is_recorded(prompts: Prompts) -> Callable[[ivr.Prompt], bool]:
    return lambda prompt: prompts.duration_s(prompt.id, prompt.language) > 0


def _spoken(stage: Stage) -> Spoken:
    texts = {
        name: " ".join(wording.text for wording in entry.wordings.values())
        for name, entry in stage.prompts.catalogue.prompts.items()
    }
    numbers = {name: entry.number for name, entry in stage.ground.world.numbers.items()}
    return Spoken(texts, numbers)
