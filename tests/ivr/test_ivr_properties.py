"""Whatever the tree and whatever happens: no exception, no standstill, always an end."""

from hypothesis import given
from hypothesis import strategies as st

from ivr import (
    CallerLeft,
    Entered,
    Event,
    Flow,
    HangUp,
    HangUpNode,
    Key,
    LanguageNode,
    MenuNode,
    Node,
    PromptEnded,
    PromptFailed,
    QueueFailed,
    QueueNode,
    SayNode,
    SetNode,
    State,
    TimedOut,
    from_json,
    start,
    step,
    to_json,
)
from ivr.state import MAX_HOPS, MAX_PATH

# The flows are not loaded but built, so they may name nodes that do not exist.
names = st.sampled_from(["a", "b", "c", "d", "e", "gone"])
maybe = st.none() | names
prompts = st.lists(st.sampled_from(["p", "q"]), min_size=1, max_size=3).map(tuple)
few_prompts = st.just(()) | prompts
seconds = st.floats(0.5, 60)


def node(kind: str, model: type[object], **fields: st.SearchStrategy[object]) -> st.SearchStrategy:
    built = st.fixed_dictionaries({"type": st.just(kind), **fields})
    return built.map(model.model_validate)  # type: ignore[attr-defined]


again = st.fixed_dictionaries({"say": few_prompts, "next": maybe})
keys = st.dictionaries(st.sampled_from("0123*#"), names | st.just("repeat"), min_size=1)
nodes: st.SearchStrategy[Node] = st.one_of(
    node("say", SayNode, prompts=prompts, next=names, on_failure=maybe),
    node("language", LanguageNode, language=st.sampled_from(["en", "th"]), next=names),
    node("set", SetNode, field=names, value=st.text(max_size=3), next=names),
    node("hangup", HangUpNode, prompts=few_prompts),
    node("queue", QueueNode, queue=names, max_wait_s=seconds, on_timeout=maybe, on_failure=maybe),
    node("queue", QueueNode, queue=names),
    node(
        "menu",
        MenuNode,
        intro=few_prompts,
        prompts=prompts,
        keys=keys,
        tries=st.integers(1, 9),
        on_no_key=again,
        on_wrong_key=again,
        on_failure=maybe,
    ),
)


@st.composite
def flows(draw: st.DrawFn) -> Flow:
    built = draw(st.dictionaries(st.sampled_from("abcde"), nodes, min_size=1))
    first, resort = draw(names), draw(names)
    return Flow.model_validate(
        {"flow": "random", "start": first, "last_resort": resort, "nodes": built}
    )


events: st.SearchStrategy[Event] = st.one_of(
    st.builds(Key, st.sampled_from("0123456789*#AD") | st.text(max_size=2)),
    st.builds(QueueFailed, st.text(max_size=3)),
    st.sampled_from([PromptEnded(), PromptFailed(), TimedOut(), TimedOut(), Entered()]),
)
waits = st.floats(0, 200)


def is_settled(state: State) -> bool:
    """Over, or in a queue for as long as it takes."""
    return state.phase == "ended" or (state.phase == "queued" and state.deadline is None)


def played(flow: Flow, script: list[tuple[Event, float]]) -> tuple[State, float]:
    now = 1000.0
    state, _ = step(flow, start(flow), Entered(), now)
    for event, wait in script:
        now += wait
        after, actions = step(flow, state, event, now)
        if after == state and not isinstance(event, Entered):
            assert not actions
        assert sum(isinstance(action, HangUp) for action in actions) == (
            after.phase == "ended" != state.phase
        )
        assert after.phase == "ended" or after.deadline is not None or after.phase == "queued"
        assert len(after.path) <= MAX_PATH
        assert after.hops <= MAX_HOPS
        assert from_json(to_json(after)) == after
        state = after
    return state, now


@given(flows(), st.lists(st.tuples(events, waits), max_size=40))
def test_no_event_ever_raises_or_leaves_a_caller_without_a_next_moment(
    flow: Flow, script: list[tuple[Event, float]]
) -> None:
    played(flow, script)


@given(flows(), st.lists(st.tuples(events, waits), max_size=10), st.data())
def test_a_caller_who_stops_pressing_always_comes_to_an_end_or_to_a_queue(
    flow: Flow, script: list[tuple[Event, float]], data: st.DataObject
) -> None:
    state, now = played(flow, script)
    # Each hop takes at most one prompt and one silence for each of the nine tries of a menu.
    for _ in range(MAX_HOPS * 2 * 9 + 10):
        if is_settled(state):
            return
        assert state.deadline is not None
        ended = state.phase in ("speaking", "again") and data.draw(st.booleans())
        now = now if ended else max(now, state.deadline)
        state, _ = step(flow, state, PromptEnded() if ended else TimedOut(), now)
    raise AssertionError(f"still moving: {state}")


@given(flows(), st.lists(st.tuples(events, waits), max_size=10))
def test_a_caller_who_leaves_is_gone_whatever_follows(
    flow: Flow, script: list[tuple[Event, float]]
) -> None:
    state, now = played(flow, script)
    left, actions = step(flow, state, CallerLeft(), now)
    assert (left.phase, actions) == ("ended", ())
    for event, wait in script:
        now += wait
        assert step(flow, left, event, now) == (left, ())
