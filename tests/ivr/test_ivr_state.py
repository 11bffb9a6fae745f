"""A state survives as plain JSON, and a step is fast."""

import json

import pytest
from ivr_playbook import main_flow

from ivr import Entered, Key, from_json, start, step, to_json


def test_a_state_comes_back_from_json_as_it_was() -> None:
    flow = main_flow()
    state, _ = step(flow, start(flow), Entered(), 1000.25)
    state, _ = step(flow, state, Key("3"), 1001.5)
    again = from_json(json.loads(json.dumps(to_json(state))))
    assert again == state
    assert hash(again) == hash(state)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"node": None}, "node"),
        ({"phase": "dancing"}, "phase"),
        ({"tries": "1"}, "tries"),
        ({"hops": True}, "hops"),
        ({"deadline": "soon"}, "deadline"),
        ({"path": [["a"]]}, "path"),
        ({"fields": None}, "fields"),
    ],
)
def test_what_is_no_state_is_refused_by_name(change: dict[str, object], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        from_json({**to_json(start(main_flow())), **change})  # type: ignore[dict-item]
