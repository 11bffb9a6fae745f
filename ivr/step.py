"""The interpreter: one event in, the caller's next place and what to do about it out.

Decides that no tree, however wrong, holds a caller: whatever cannot go on goes to the last resort,
and whoever was sent around MAX_HOPS times without pressing a key stays there.
Must not know the clock, Asterisk, or any node type but the queue.
"""

from typing import Final

from ivr.actions import Action, Prompt, Say
from ivr.events import CallerLeft, Entered, Event, TalkEnded, TimedOut
from ivr.facts import EMERGENCY_PROMPT, NO_FACTS, Facts
from ivr.model import Flow
from ivr.nodes import AnyNode, QueueNode
from ivr.state import MAX_HOPS, State, enter
from ivr.turn import LAST_RESORT, Moment, Turn, end

# How long a caller waits before the last resort's queue, which refused, is asked again.
RETRY_S: Final = 5.0


def start(flow: Flow, dialled: str = "") -> State:
    """A caller before the first node; the event Entered sets it going."""
    line = flow.lines.get(dialled)
    node = str(line.start if line and line.start else flow.start)
    return State(
        node=node,
        language=str(flow.language),
        path=((node, ""),),
        fields=tuple(line.fields.items()) if line else (),
        line=dialled if line else "",
    )


def step(
    flow: Flow, state: State, event: Event, now: float, facts: Facts = NO_FACTS
) -> tuple[State, tuple[Action, ...]]:
    """Never raises. An event that means nothing here changes nothing and returns no action."""
    if state.phase == "ended":
        return state, ()
    if isinstance(event, CallerLeft):
        return state._replace(phase="ended", deadline=None), ()
    if isinstance(event, TimedOut) and (state.deadline is None or now < state.deadline):
        return state, ()
    line = flow.lines.get(state.line)
    at = Moment(now, facts, line.greeting if line else None)
    turn = _answer(flow, state, event, at)
    if turn is None:
        return state, ()
    after, actions = _settle(flow, turn, at)
    if isinstance(event, Entered) and state.phase == "new" and len(state.path) == 1:
        actions = _announced(actions, at, state.language)
    return after, actions


def _answer(flow: Flow, state: State, event: Event, at: Moment) -> Turn | None:
    if isinstance(event, TalkEnded):
        served = state._replace(served=True)
        return Turn(served, goto=flow.after_talk) if flow.after_talk else end(served, "talk_ended")
    node = flow.nodes.get(state.node)
    if node is None:
        # The tree was changed while the service was down and has no such node any more.
        return Turn(state, goto=LAST_RESORT)
    turn = node.step(state, event, at)
    if turn is None and isinstance(event, TimedOut):
        # The node was of another type before a restart: nothing else would ever move this caller.
        return Turn(state, goto=LAST_RESORT)
    return turn


def _settle(flow: Flow, turn: Turn, at: Moment) -> tuple[State, tuple[Action, ...]]:
    """Enter node after node until one waits for an event."""
    actions = turn.actions
    while turn.goto is not None:
        name, node = _next_place(flow, turn)
        if node is None:
            last = end(turn.state, "served" if turn.state.served else "no_way", *actions)
            return last.state, last.actions
        if turn.state.phase == "failed" and name == turn.state.node:
            return turn.state._replace(deadline=at.now + RETRY_S), actions
        entered = enter(turn.state, name)
        turn = node.step(entered, Entered(), at) or Turn(entered, goto=LAST_RESORT)
        actions += turn.actions
    return turn.state, actions


def _next_place(flow: Flow, turn: Turn) -> tuple[str, AnyNode | None]:
    resort_name = flow.resort_of(turn.state.node)
    if turn.state.served and (turn.goto == LAST_RESORT or turn.state.hops >= MAX_HOPS):
        return resort_name, None
    wanted = flow.nodes.get(turn.goto or resort_name)
    if wanted is not None and turn.state.hops < MAX_HOPS:
        return turn.goto or resort_name, wanted
    resort = flow.nodes.get(resort_name)
    return resort_name, resort if isinstance(resort, QueueNode) else None


def _announced(actions: tuple[Action, ...], at: Moment, language: str) -> tuple[Action, ...]:
    """The announcement of an emergency comes before the first words of a call."""
    prompt = at.facts.value(EMERGENCY_PROMPT)
    if not prompt or not isinstance(prompt, str):
        return actions
    said = Prompt(prompt, language)
    for index, action in enumerate(actions):
        if isinstance(action, Say):
            return (*actions[:index], Say((said, *action.prompts)), *actions[index + 1 :])
    return (Say((said,)), *actions)
