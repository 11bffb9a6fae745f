"""A citizen who talked to an agent waits again: handed on, or because the agent's leg died.

Decides which end of a leg was the agent's own wish, which place the citizen has, and that their
tree, whose patience was meant for the first wait, does not end the second.
"""

from dataclasses import replace

import ivr
from ari_app.core.call import Call, Phase
from ari_app.core.call_tree import CallTree
from ari_app.core.commands import DropBridge, StopHoldMusic, Write
from ari_app.core.heard import QUEUED
from ari_app.core.legs import Out, leave_bridge, leave_queue, queued
from ari_app.core.places import has_hold_music
from ari_app.core.talk import Standing, Talk
from ari_app.core.values import aside_of, bridge_of
from ari_app.core.verbs import ToAgent, ToQueue

HUNG_UP_CAUSES = frozenset({16, 17, 21, 31, 32})
"""Q.850 causes of a leg that somebody ended: a BYE (16; 31 where a phone says no more), a refusal
while talking (17, 21), or our own request (16, 32). With any other the leg died: 44 when no audio
came any more, 27, 38, 41, 102 when the phone or its network is gone, 0 when nobody knows."""

LOST_PROMPT = "agent_lost"
AGAIN_S = 30.0
"""Until a tree that says something from time to time says it again."""


WAIT_FOR_S = 30.0
"""How long a citizen waits for the one agent to whom they were handed on, before anybody may."""


def has_died(cause: int) -> bool:
    return cause not in HUNG_UP_CAUSES


def to_wait(call: Call, to: ToQueue | ToAgent) -> Call:
    """The call as it is to wait where it is handed on."""
    call = replace(call, standing=Standing.HANDED_ON)
    match to:
        case ToQueue(queue, needs):
            return replace(call, queue=queue, needs=needs, wants=None)
        case ToAgent(agent):
            return replace(call, wants=agent)


def returned(call: Call) -> Call:
    """Waits for anybody, before everybody else."""
    return replace(call, standing=Standing.RETURNED, wants=None, until=None)


def wait_again(call: Call, before: Call, tree: CallTree, now: float) -> tuple[Call, Out]:
    """Out of the bridge and into the line; ``before`` is the call as it was in its talk."""
    out = alone(before)
    call = call.after_talk(now, "")
    if not tree.has_queue(call):
        call, more = to_tree(call, tree, now)
        return call, [*out, *more]
    call = replace(
        call,
        phase=Phase.QUEUED,
        flow=patient(call.flow, now),
        unqueued_at=None,
        join="",
        steps_from=now if call.standing is Standing.HANDED_ON else call.steps_from,
    ).noting(now, QUEUED, call.queue)
    if call.standing is Standing.RETURNED:
        notice = ivr.Say((ivr.Prompt(LOST_PROMPT, call.flow.language),))
        call = tree.say(call, notice, now, out)
    call, music = tree.step(waiting_for(call, now), None, now)
    return call, [*out, *music, queued(call, now), Write(call.saved())]


def to_tree(call: Call, tree: CallTree, now: float) -> tuple[Call, Out]:
    """Nobody serves the queue they would wait in: it was removed, or never known of a talk that
    was found. Their tree says where they wait, and in the end its last resort does."""
    call, out = leave_queue(call, now)
    call = replace(call, standing=Standing.BY_TREE, wants=None, join="")
    call, more = tree.step(call, ivr.Entered(), now)
    return call, [*out, *more]


def waiting_for(call: Call, now: float) -> Call:
    """The wait for one agent by name has an end."""
    return replace(call, until=now + WAIT_FOR_S if call.wants else None)


def alone(call: Call) -> Out:
    """The citizen leaves the talk's bridges, and they go."""
    out: Out = [StopHoldMusic(bridge_of(call.call_id))] if has_hold_music(call) else []
    out += leave_bridge(call)
    if call.talk is Talk.CONSULTING:
        out.append(DropBridge(aside_of(call.call_id)))
    return out


def patient(state: ivr.State, now: float) -> ivr.State:
    """The tree neither ends this wait nor asks again what the citizen did not answer.

    It waits as in a queue, so that the end of a prompt of ours means nothing to it. Where it has
    not begun it stays so: nobody was sent into the line by it.
    """
    says_again = state.phase == "queued" and state.deadline not in (None, state.until)
    deadline = now + AGAIN_S if says_again else None
    if state.phase == "new":
        return state
    return state._replace(phase="queued", until=None, deadline=deadline)
