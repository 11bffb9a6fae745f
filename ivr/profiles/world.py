"""What a set of rules must be told about the world outside a tree. Decides nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Spoken:
    """``texts``: what prompts say, by id, in every language one after another.

    ``numbers``: what is dialled for each name of numbers.yaml; a name that is not here is one.
    """

    texts: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, str] = field(default_factory=dict)
