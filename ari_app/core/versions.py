"""A numbered set of trees, and what a call remembers of the one that serves it.

Decides how a version is named to people. Must not know where versions are kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import ivr


class TreeSet(Protocol):
    """All trees of one version."""

    @property
    def flows(self) -> Mapping[str, ivr.Flow]: ...

    def for_dialled(self, dialled: str) -> ivr.Flow: ...


@dataclass(frozen=True, slots=True)
class OneTree:
    """A set of one tree, for every number."""

    flow: ivr.Flow

    @property
    def flows(self) -> Mapping[str, ivr.Flow]:
        return {self.flow.flow: self.flow}

    def for_dialled(self, dialled: str) -> ivr.Flow:
        return self.flow


@dataclass(frozen=True, slots=True)
class Version:
    """``sha256`` is that of all its files, in hex."""

    number: int
    sha256: str
    trees: TreeSet

    @property
    def label(self) -> str:
        return label_of(self.number, self.sha256)


def label_of(number: int, sha256: str) -> str:
    """As tickets name it: the number finds it, the digits prove that it is the same text."""
    return f"{number}-{sha256[:8]}"


@dataclass(frozen=True, slots=True)
class TreeRef:
    """Which tree of which version serves a call."""

    version: int
    flow: str
    label: str
