"""Where each value of a YAML file was written.

Decides how a path of keys and indexes becomes line and column. Must not know YAML.
"""

from dataclasses import dataclass, field

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Line and column count from 1; ``text`` is what was written, for a single value."""

    line: int
    col: int
    text: str = ""


@dataclass(slots=True)
class Positions:
    """Places of values and of the keys they stand under, by path."""

    values: dict[Path, Place] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)

    def value(self, path: Path) -> Place:
        """The place of a value, or of what it would be part of if it was not written."""
        return _nearest(self.values, path)

    def key(self, path: Path) -> Place:
        """The place of the key of a value; for list items, of the value."""
        return self.keys.get(path) or self.value(path)


def _nearest(places: dict[Path, Place], path: Path) -> Place:
    for length in range(len(path), -1, -1):
        found = places.get(path[:length])
        if found is not None:
            return found
    return Place(1, 1)


def dotted(path: Path) -> str:
    """``nodes.welcome.prompts[0]``"""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text
