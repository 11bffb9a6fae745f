"""The interpreter: one event in, the caller's next place and what to do about it out.

Decides that no tree, however wrong, holds a caller: whatever cannot go on goes to the last resort,
and whoever was sent around MAX_HOPS times without pressing a key stays there.
Must not know the clock, Asterisk, or any node type but the queue.
"""

from dataclasses import replace
from typing import Final

from ivr.actions import Action, HangUp
from ivr.events import CallerLeft, Entered, Event, TimedOut
from ivr.model import Flow
from ivr.nodes import AnyNode, QueueNode
from ivr.state import MAX_HOPS, State, enter
from ivr.turn import Turn

# How long a caller waits before the last resort's queue, which refused, is asked again.
RETRY_S: Final = 5.0


def start(flow: Flow) -> State:
    """A caller before the first node; the event Entered sets it going."""
    return State(node=flow.start, language=flow.language, path=((flow.start, ""),))


def step(flow: Flow, state: State, event: Event, now: float) -> tuple[State, tuple[Action, ...]]:
    """Never raises. An event that means nothing here changes nothing and returns no action."""
    if state.phase == "ended":
        return state, ()
    if isinstance(event, CallerLeft):
        return replace(state, phase="ended", deadline=None), ()
    if isinstance(event, TimedOut) and (state.deadline is None or now < state.deadline):
        return state, ()
    node = flow.nodes.get(state.node)
    if node is None:
        # The tree was changed while the service was down and has no such node any more.
        return _settle(flow, Turn(state, goto=flow.last_resort), now)
    turn = node.step(state, event, now)
    if turn is None and isinstance(event, TimedOut):
        # The node was of another type before a restart: nothing else would ever move this caller.
        turn = Turn(state, goto=flow.last_resort)
    return _settle(flow, turn, now) if turn else (state, ())


def _settle(flow: Flow, turn: Turn, now: float) -> tuple[State, tuple[Action, ...]]:
    """Enter node after node until one waits for an event."""
    actions = turn.actions
    while turn.goto is not None:
        name, node = _next_place(flow, turn)
        if node is None:
            return replace(turn.state, phase="ended", deadline=None), (*actions, HangUp("no_way"))
        if turn.state.phase == "failed" and name == turn.state.node:
            return replace(turn.state, deadline=now + RETRY_S), actions
        entered = enter(turn.state, name)
        turn = node.step(entered, Entered(), now) or Turn(entered, goto=flow.last_resort)
        actions += turn.actions
    return turn.state, actions


def _next_place(flow: Flow, turn: Turn) -> tuple[str, AnyNode | None]:
    wanted = flow.nodes.get(turn.goto or flow.last_resort)
    if wanted is not None and turn.state.hops < MAX_HOPS:
        return turn.goto or flow.last_resort, wanted
    resort = flow.nodes.get(flow.last_resort)
    return flow.last_resort, resort if isinstance(resort, QueueNode) else None
