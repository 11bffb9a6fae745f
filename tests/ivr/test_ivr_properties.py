"""Whatever the trees and whatever happens: no exception, no standstill, always an end."""

from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from ivr import (
    AnyNode,
    CallerLeft,
    Entered,
    Event,
    FactValue,
    FixedFacts,
    Flow,
    HangUp,
    Key,
    MessageFailed,
    MessageTaken,
    PromptEnded,
    PromptFailed,
    QueueFailed,
    State,
    TalkEnded,
    TimedOut,
    TransferEnded,
    TransferFailed,
    Trees,
    from_json,
    start,
    step,
    to_json,
)
from ivr.link import Source, link
from ivr.positions import Positions
from ivr.state import MAX_HOPS, MAX_PATH, MAX_RETURNS

# The flows are not loaded but built, so they may name nodes that do not exist.
names = st.sampled_from(["a", "b", "c", "d", "e", "gone"])
maybe = st.none() | names
keyed = st.fixed_dictionaries(
    {
        "fact": st.sampled_from(["queue.position", "queue.general.waiting"]),
        "up_to": st.dictionaries(st.integers(0, 9), st.just("p"), min_size=1, max_size=2),
        "above": st.sampled_from([None, "q"]),
    }
)
more_prompts = st.lists(st.sampled_from(["p", "q", {"digits_of": "a"}]) | keyed, max_size=2)
prompts = more_prompts.map(lambda some: ("p", *some))
few_prompts = more_prompts.map(tuple)
seconds = st.floats(0.5, 60)
needs = st.dictionaries(st.sampled_from(["en", "zh"]), st.integers(1, 5), max_size=1)
again = st.fixed_dictionaries({"say": few_prompts, "next": maybe})
digit = st.sampled_from("0123*#")
keys = st.dictionaries(digit, names | st.just("repeat"), min_size=1)
tests = st.sampled_from(
    [True, False, 3, "x", ["x", "y"], {"at_least": 2}, {"below": 5}, {"starts_with": "x"}]
)
FACTS = (
    "caller.is_vip",
    "caller.has_number",
    "caller.region",
    "queue.general.waiting",
    "queue.position",
    "schedule.office",
    "emergency",
    "emergency.prompt",
    "field.a",
    "language",
)
conditions = st.dictionaries(st.sampled_from(FACTS[:8]), tests, min_size=1, max_size=2)
facts: st.SearchStrategy[dict[str, FactValue]] = st.dictionaries(
    st.sampled_from(FACTS), st.sampled_from([True, False, 0, 3, 7.5, "x", "open", "holiday"])
)


def node(kind: str, **fields: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.fixed_dictionaries({"type": st.just(kind), **fields})


asking = {
    "prompts": prompts,
    "tries": st.integers(1, 9),
    "on_no_key": again,
    "on_wrong_key": again,
    "on_failure": maybe,
}
inner_nodes = st.one_of(
    node("say", prompts=prompts, next=names, on_failure=maybe),
    node("language", language=st.sampled_from(["en", "th"]), next=names),
    node("set", field=names, value=st.text(max_size=3), next=names),
    node("hangup", prompts=few_prompts),
    node("greeting", prompts=few_prompts, next=names),
    node(
        "queue",
        queue=names,
        needs=needs,
        keys=st.dictionaries(digit, names, max_size=2),
        announce=st.none() | st.fixed_dictionaries({"prompts": prompts}),
        max_wait_s=seconds,
        on_timeout=maybe,
        on_failure=maybe,
    ),
    node("queue", queue=names, prompts=few_prompts),
    node("menu", intro=few_prompts, keys=keys, **asking),
    node("survey", field=names, next=names, **asking),
    node("callback", queue=names, number_field=maybe, next=names, otherwise=names, **asking),
    node("message", prompts=prompts, next=names, on_failure=maybe),
    node(
        "collect",
        prompts=prompts,
        field=names,
        min_digits=st.integers(1, 2),
        max_digits=st.integers(2, 4),
        tries=st.integers(1, 3),
        confirm=st.none() | st.fixed_dictionaries({"before": few_prompts, "after": prompts}),
        next=names,
        on_no_key=again,
        on_wrong=again,
        on_failure=maybe,
    ),
    node(
        "transfer",
        to=st.just("110"),
        prompts=few_prompts,
        three_way=st.none() | st.fixed_dictionaries({"queue": names}),
        on_busy=maybe,
        on_no_answer=maybe,
        on_failure=maybe,
        next=maybe,
    ),
    node("schedule", schedule=names, open=names, closed=names, holiday=maybe, emergency=maybe),
    node(
        "branch",
        cases=st.lists(
            st.fixed_dictionaries({"if": conditions, "next": names}), min_size=1, max_size=3
        ),
        otherwise=names,
    ),
    node("return"),
    node("goto", next=names),
)


def nodes_that_lead_to(*others: str) -> st.SearchStrategy[object]:
    """Trees call only those that come later here: one that calls itself is refused."""
    trees = st.sampled_from(others)
    return inner_nodes | node("call", flow=trees, next=names) | node("goto", flow=trees)


NODES = {
    "main": nodes_that_lead_to("first", "second"),
    "first": nodes_that_lead_to("second"),
    "second": inner_nodes,
}


def test_every_node_type_is_among_the_random_ones() -> None:
    every = {get_args(kind.model_fields["type"].annotation)[0] for kind in get_args(AnyNode)}
    drawn = {
        "say", "language", "set", "hangup", "greeting", "queue", "menu", "survey", "callback",
        "message", "collect", "transfer", "schedule", "branch", "call", "return", "goto",
    }  # fmt: skip
    assert every == drawn


def source(draw: st.DrawFn, name: str) -> Source:
    """A tree as it would be read, but with names that need not exist."""
    data = {
        "flow": name,
        "start": draw(names),
        "last_resort": draw(names) if name == "main" else draw(maybe),
        "lines": {"12315": {"greeting": ["p"], "start": draw(maybe)}} if name == "main" else {},
        "nodes": draw(st.dictionaries(st.sampled_from("abcde"), NODES[name], min_size=1)),
    }
    if name == "main":
        data["after_talk"] = draw(maybe)
    return Source(Flow.model_validate(data), name, Positions())


@st.composite
def flows(draw: st.DrawFn) -> Flow:
    linked = link({name: source(draw, name) for name in NODES})
    assert isinstance(linked, Trees)
    return linked.flows["main"]


events: st.SearchStrategy[Event] = st.one_of(
    st.builds(Key, st.sampled_from("0123456789*#AD") | st.text(max_size=2)),
    st.builds(QueueFailed, st.text(max_size=3)),
    st.builds(TransferFailed, st.sampled_from(["busy", "no_answer", "failed"])),
    st.sampled_from([PromptEnded(), PromptFailed(), TimedOut(), TimedOut(), Entered()]),
    st.sampled_from([TransferEnded(), MessageTaken(3.0), MessageFailed("disk"), TalkEnded()]),
)
waits = st.floats(0, 200)
scripts = st.lists(st.tuples(events, waits, facts), max_size=40)
Script = list[tuple[Event, float, dict[str, FactValue]]]


def is_settled(state: State) -> bool:
    """Over, or in a queue for as long as it takes."""
    return state.phase == "ended" or (state.phase == "queued" and state.until is None)


def played(flow: Flow, dialled: str, script: Script) -> tuple[State, float]:
    now = 1000.0
    state, _ = step(flow, start(flow, dialled), Entered(), now)
    for event, wait, known in script:
        now += wait
        after, actions = step(flow, state, event, now, FixedFacts(known))
        if after == state and not isinstance(event, Entered) and state.phase != "queued":
            assert not actions
        assert sum(isinstance(action, HangUp) for action in actions) == (
            after.phase == "ended" != state.phase
        )
        assert after.phase == "ended" or after.deadline is not None or after.phase == "queued"
        assert len(after.path) <= MAX_PATH
        assert after.hops <= MAX_HOPS
        assert len(after.returns) <= MAX_RETURNS
        assert from_json(to_json(after)) == after
        state = after
    return state, now


dialled_numbers = st.sampled_from(["", "12315"])


@given(flows(), dialled_numbers, scripts)
def test_no_event_ever_raises_or_leaves_a_caller_without_a_next_moment(
    flow: Flow, dialled: str, script: Script
) -> None:
    played(flow, dialled, script)


@given(flows(), dialled_numbers, scripts, facts, st.data())
def test_a_caller_who_stops_pressing_always_comes_to_an_end_or_to_a_queue(
    flow: Flow, dialled: str, script: Script, known: dict[str, FactValue], data: st.DataObject
) -> None:
    state, now = played(flow, dialled, script[:10])
    # Each hop takes at most one prompt and one silence for each of the nine tries of a menu.
    for _ in range(MAX_HOPS * 2 * 9 + 10):
        if is_settled(state):
            return
        assert state.deadline is not None
        is_speaking = state.phase in ("speaking", "again", "confirming")
        ended = is_speaking and data.draw(st.booleans())
        now = now if ended else max(now, state.deadline)
        event = PromptEnded() if ended else TimedOut()
        state, _ = step(flow, state, event, now, FixedFacts(known))
    raise AssertionError(f"still moving: {state}")


@given(flows(), dialled_numbers, scripts)
def test_a_caller_who_leaves_is_gone_whatever_follows(
    flow: Flow, dialled: str, script: Script
) -> None:
    state, now = played(flow, dialled, script[:10])
    left, actions = step(flow, state, CallerLeft(), now)
    assert (left.phase, actions) == ("ended", ())
    for event, wait, known in script:
        now += wait
        assert step(flow, left, event, now, FixedFacts(known)) == (left, ())
