"""Which version of the trees serves a call, and when a canary has to go.

Decides from the call's id alone, without chance, so that the same call always gets the same
version. Must not know what a version holds, nor where it is kept.
"""

import hashlib
from dataclasses import dataclass, replace
from typing import Final, Literal

SHARES: Final = 10_000
"""Percentages are told apart down to a hundredth."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much may go wrong with a canary, as shares of its calls from 0 to 1.

    Fewer calls than ``min_calls`` are judged as if there had been so many and the rest had gone
    well: one early hang-up proves nothing, but what is sure to exceed the bound ends at once.
    """

    abandoned: float = 0.3
    errors: float = 0.05
    min_calls: int = 20


@dataclass(frozen=True, slots=True)
class Canary:
    """A version on trial: for every call to the ``dialled`` numbers and ``percent`` of the rest."""

    version: int
    percent: float = 0.0
    dialled: frozenset[str] = frozenset()
    bounds: Bounds = Bounds()


Seen = Literal["begun", "through", "abandoned", "erred"]
"""What is noticed of a call, each at most once: ``through`` is having come to a queue or to the
tree's own end, ``abandoned`` having hung up before, ``erred`` a prompt that could not be heard, a
circle that had to be broken or a step that failed."""


@dataclass(frozen=True, slots=True)
class Tally:
    begun: int = 0
    through: int = 0
    abandoned: int = 0
    erred: int = 0

    @property
    def abandoned_share(self) -> float:
        """Of the calls that have left the tree: those still in it are not decided yet."""
        return _share(self.abandoned, self.through + self.abandoned)

    @property
    def erred_share(self) -> float:
        return _share(self.erred, self.begun)


@dataclass(frozen=True, slots=True)
class Rollout:
    """The version in service and the one on trial; the tallies count since they became that.

    ``stopped`` tells why the last trial was ended by ``judged``.
    """

    stable: int
    canary: Canary | None = None
    of_stable: Tally = Tally()
    of_canary: Tally = Tally()
    stopped: str = ""

    def version_for(self, call_id: str, dialled: str) -> int:
        if self.canary is None:
            return self.stable
        is_tried = dialled in self.canary.dialled or _place(call_id) < self.canary.percent
        return self.canary.version if is_tried else self.stable

    def observe(self, version: int, seen: Seen) -> "Rollout":
        """The same with one more call counted; an older version's calls count for nothing."""
        if self.canary is not None and version == self.canary.version:
            return replace(self, of_canary=_counted(self.of_canary, seen))
        if version == self.stable:
            return replace(self, of_stable=_counted(self.of_stable, seen))
        return self

    def verdict(self) -> str:
        """Why the canary has to go; empty while nothing speaks against it."""
        if self.canary is None:
            return ""
        bounds, tally = self.canary.bounds, self.of_canary
        left = tally.through + tally.abandoned
        if tally.erred > bounds.errors * max(tally.begun, bounds.min_calls):
            return f"{tally.erred} of {tally.begun} calls met an error"
        if tally.abandoned > bounds.abandoned * max(left, bounds.min_calls):
            return f"{tally.abandoned} of {left} callers hung up in the tree"
        return ""

    def judged(self) -> "Rollout":
        """Without the canary if it has to go: from now on every new call is the stable one's."""
        reason = self.verdict()
        if not reason:
            return self
        return replace(self, canary=None, stopped=reason)


def _place(call_id: str) -> float:
    """Where in 0 to 100 a call stands: the same for ever, evenly spread."""
    digest = hashlib.sha256(call_id.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") % SHARES * 100 / SHARES


def _counted(tally: Tally, seen: Seen) -> Tally:
    return replace(tally, **{seen: getattr(tally, seen) + 1})


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
