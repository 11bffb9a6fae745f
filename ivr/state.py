"""Where one caller stands in a tree, as plain data that can be compared, hashed and saved.

Decides what must be remembered between two events. Must not know the node types.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, get_args

MAX_HOPS = 50
MAX_PATH = 64

Phase = Literal["new", "speaking", "again", "waiting", "queued", "failed", "ended"]
Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class State:
    """One caller's place.

    ``phase``: ``again`` is speaking after a wrong key, ``waiting`` is for a key, ``failed`` is a
    pause before the last resort's queue is asked again. ``deadline`` is an instant on the clock of
    ``now``. ``hops`` counts nodes entered since the caller's last accepted key. ``path`` holds
    (node, key) of the latest MAX_PATH visits; the key is empty where none was pressed.
    """

    node: str
    language: str
    phase: Phase = "new"
    tries: int = 0
    deadline: float | None = None
    hops: int = 0
    path: Pairs = ()
    fields: Pairs = ()


def enter(state: State, node: str) -> State:
    """The same caller, standing before ``node``."""
    return replace(
        state,
        node=node,
        phase="new",
        tries=0,
        deadline=None,
        hops=min(state.hops + 1, MAX_HOPS),
        path=(*state.path, (node, ""))[-MAX_PATH:],
    )


def press(state: State, digit: str) -> State:
    """Note the key in the path; it also proves that somebody is there, so hops start over."""
    visited = state.path[:-1] if state.path[-1:] == ((state.node, ""),) else state.path
    return replace(state, hops=0, path=(*visited, (state.node, digit))[-MAX_PATH:])


def set_field(state: State, name: str, value: str) -> State:
    kept = tuple(pair for pair in state.fields if pair[0] != name)
    return replace(state, fields=(*kept, (name, value)))


def to_json(state: State) -> dict[str, Json]:
    return {
        "node": state.node,
        "language": state.language,
        "phase": state.phase,
        "tries": state.tries,
        "deadline": state.deadline,
        "hops": state.hops,
        "path": [[node, key] for node, key in state.path],
        "fields": [[name, value] for name, value in state.fields],
    }


def from_json(data: Mapping[str, Json]) -> State:
    """The state that ``to_json`` wrote; ValueError says which part is not one."""
    phase = _text(data, "phase")
    if phase not in get_args(Phase):
        raise ValueError(f"phase: expected one of {', '.join(get_args(Phase))}, found {phase!r}")
    return State(
        node=_text(data, "node"),
        language=_text(data, "language"),
        phase=phase,  # type: ignore[arg-type]  # just compared with the Literal
        tries=_count(data, "tries"),
        deadline=_instant(data, "deadline"),
        hops=_count(data, "hops"),
        path=_pairs(data, "path"),
        fields=_pairs(data, "fields"),
    )


def _text(data: Mapping[str, Json], name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str):
        raise ValueError(f"{name}: expected text, found {value!r}")
    return value


def _count(data: Mapping[str, Json], name: str) -> int:
    value = data.get(name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{name}: expected a whole number, found {value!r}")
    return value


def _instant(data: Mapping[str, Json], name: str) -> float | None:
    value = data.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{name}: expected seconds or null, found {value!r}")
    return float(value)


def _pairs(data: Mapping[str, Json], name: str) -> Pairs:
    value = data.get(name)
    if not isinstance(value, list):
        raise ValueError(f"{name}: expected a list of pairs, found {value!r}")
    return tuple(_pair(name, item) for item in value)


def _pair(name: str, item: Json) -> tuple[str, str]:
    match item:
        case [str(first), str(second)]:
            return first, second
    raise ValueError(f"{name}: expected a pair of texts, found {item!r}")
