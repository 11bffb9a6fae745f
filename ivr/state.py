"""Where one caller stands in a tree, as plain data that can be compared, hashed and saved.

Decides what must be remembered between two events. Must not know the node types. A tuple, because
it is copied at every step and compared and hashed by the million in proofs.
"""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, get_args

MAX_HOPS = 50
MAX_PATH = 64
MAX_RETURNS = 16

Phase = Literal[
    "new",
    "speaking",
    "again",
    "waiting",
    "typing",
    "confirming",
    "confirm_waiting",
    "recording",
    "transferring",
    "queued",
    "failed",
    "ended",
]
Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
Pairs = tuple[tuple[str, str], ...]


class State(NamedTuple):
    """One caller's place.

    ``phase``: ``again`` is speaking after a wrong key, ``waiting`` is for a key, ``typing`` for a
    further digit, ``failed`` is a pause before the last resort's queue is asked again.
    ``deadline`` is an instant on the clock of ``now``, and so is ``until``, the end of a wait that
    is divided by announcements. ``hops`` counts nodes entered since the caller's last accepted key.
    ``path`` holds (node, key) of the latest MAX_PATH visits; the key is empty where none was
    pressed, and ``6#`` where six digits were typed. ``line`` is the dialled number if the flow
    lists it. ``returns`` are the nodes at which sub-trees go on when they return. ``served``: the
    caller has talked to a person, so nothing more is owed.
    """

    node: str
    language: str
    phase: Phase = "new"
    tries: int = 0
    deadline: float | None = None
    hops: int = 0
    path: Pairs = ()
    fields: Pairs = ()
    line: str = ""
    digits: str = ""
    returns: tuple[str, ...] = ()
    until: float | None = None
    served: bool = False


def enter(state: State, node: str) -> State:
    """The same caller, standing before ``node``; in the entry flow nothing is left to return to."""
    # Written out: this is the commonest step of all, and _replace takes five times as long.
    path = (*state.path, (node, ""))
    return State(
        node,
        state.language,
        "new",
        hops=state.hops + 1 if state.hops < MAX_HOPS else MAX_HOPS,
        path=path if len(path) <= MAX_PATH else path[-MAX_PATH:],
        fields=state.fields,
        line=state.line,
        returns=state.returns if state.returns and "." in node else (),
        served=state.served,
    )


def press(state: State, digit: str) -> State:
    """Note the key in the path; it also proves that somebody is there, so hops start over."""
    visited = state.path[:-1] if state.path[-1:] == ((state.node, ""),) else state.path
    return state._replace(hops=0, path=(*visited, (state.node, digit))[-MAX_PATH:])


def field_of(state: State, name: str) -> str | None:
    return next((value for field, value in state.fields if field == name), None)


def set_field(state: State, name: str, value: str) -> State:
    kept = tuple(pair for pair in state.fields if pair[0] != name)
    return state._replace(fields=(*kept, (name, value)))


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
        "line": state.line,
        "digits": state.digits,
        "returns": [*state.returns],
        "until": state.until,
        "served": state.served,
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
        **_newer(data),
    )


def _newer(data: Mapping[str, Json]) -> dict[str, Any]:
    """The parts that a state saved by an earlier release does not have."""
    if "line" not in data:
        return {}
    returns = data.get("returns")
    if not isinstance(returns, list) or not all(isinstance(node, str) for node in returns):
        raise ValueError(f"returns: expected a list of texts, found {returns!r}")
    return {
        "line": _text(data, "line"),
        "digits": _text(data, "digits"),
        "returns": tuple(returns),
        "until": _instant(data, "until"),
        "served": data.get("served") is True,
    }


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
