"""Sets of rules that authorities wrote for hotlines. A new one is one file and one line here.

Nothing here claims that a tree complies: the texts at hand are published summaries.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from ivr.model import Flow
from ivr.profiles import gbt33358
from ivr.profiles.world import Spoken
from ivr.proof.judge import Finding, Judge

Profile = Callable[[Flow, Judge, Spoken], Iterable[Finding]]

PROFILES: Final[Mapping[str, Profile]] = {"gbt33358": gbt33358.findings}

__all__ = ["PROFILES", "Profile", "Spoken"]
