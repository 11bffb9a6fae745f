"""What must hold for every caller of a tree, whatever happens; each breach with a way to it.

Decides the codes E601 to E609 and W603 and what they say. Must not know files, and how the graph
was made.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from ivr.events import (
    MessageFailed,
    PromptFailed,
    QueueFailed,
    TimedOut,
    TransferFailed,
)
from ivr.play.cases import Expect, HeardOf, PathOf
from ivr.proof.bounds import ENDLESS, NO_WAY, Nearest
from ivr.proof.counterexample import Way, way_of
from ivr.proof.judge import Finding, Judge, Steps, cost
from ivr.proof.walk_all import Edge
from ivr.state import MAX_HOPS


def findings(judge: Judge) -> Iterator[Finding]:
    """Every breach but unreached nodes, which need all trees."""
    yield from _circles(judge)
    yield from _dead_ends(judge)
    yield from _too_much(judge)
    yield from _keys(judge)
    yield from _guard(judge)
    yield from _failures(judge)
    yield from _hung_up(judge)
    yield from _for_ever(judge)


QUEUED: Final = Expect(ends="queued")


def _circles(judge: Judge) -> Iterator[Finding]:
    for part in judge.all_circles:
        # Named by its first node in the tree's order, which no way to it changes.
        entry = judge.first_of(part)
        more = _round(judge, entry, set(part))
        nodes = list(dict.fromkeys(judge.states[number].node for number, _ in more))
        ring = " -> ".join([*nodes, nodes[0]])
        way = replace(judge.way(entry, more), circle=len(more))
        seconds = sum(edge.seconds for _, edge in more) * MAX_HOPS / max(1, len(nodes))
        late = seconds > judge.limits.seconds and way.goes_by_itself
        if any(judge.states[number].phase == "queued" for number in part):
            yield Finding(
                "W603",
                nodes[0],
                f"who waits here is sent in a circle: {ring}. After {MAX_HOPS} nodes it ends "
                "at the last resort.",
                "Stay in one queue node, with announce.",
                f"等待者在这些节点间循环：{ring}。建议在同一队列节点内用 announce 播报。",
                way,
            )
            continue
        expect = (
            Expect(within_s=judge.limits.seconds)
            if late
            else Expect(path=PathOf(without=(nodes[-1],)))
        )
        yield Finding(
            "E602",
            nodes[0],
            f"without a key press this never ends: {ring}.",
            "Let one of them lead to a queue or hangup node.",
            f"不按键就永远循环：{ring}。",
            way,
            expect,
        )


def _round(judge: Judge, entry: int, part: set[int]) -> Steps:
    """Once around the circle."""
    inside = [
        [e for e in edges if e.target in part] if number in part else []
        for number, edges in enumerate(judge.moving)
    ]
    ways = []
    for edge in inside[entry]:
        around = Nearest(inside, [edge.target], cost)
        if around.cost[entry] != NO_WAY:
            ways.append([(entry, edge), *around.way(entry)])
    return min(ways, key=len)


def _dead_ends(judge: Judge) -> Iterator[Finding]:
    alive = judge.back(judge.persons | judge.ended)
    dead = {number for number in range(len(judge.states)) if number not in alive}
    circling = judge.back({n for part in judge.all_circles for n in part})
    stuck = {
        number
        for number, state in enumerate(judge.states)
        if state.deadline is None and state.phase not in ("new", "queued", "ended")
    }
    for node, number in judge.by_node((dead - circling) | stuck):
        yield Finding(
            "E601",
            node,
            "a dead end: from here no person, no service and no end of the call is reached.",
            "Let it lead to a queue or hangup node.",
            "死路：从这里到不了人工、服务或通话结束。",
            judge.way(number),
            QUEUED,
        )


def _too_much(judge: Judge) -> Iterator[Finding]:
    """Too long, or too many announcements, before a person."""
    limits = judge.limits
    starts = judge.graph.starts
    values, first = judge.seconds
    worst = max(starts, key=lambda start: values[start])
    if limits.seconds < values[worst] < ENDLESS:
        steps = judge.follow(worst, first)
        heaviest = max(steps, key=lambda step: step[1].seconds)
        yield Finding(
            "E603",
            judge.states[heaviest[0]].node,
            f"who presses nothing may need {values[worst]:.0f} s until a person is asked for, "
            f"{limits.seconds:g} s are allowed; here it takes longest.",
            "Say less, wait less, or offer it fewer times.",
            f"不按键的来电者最久 {values[worst]:.0f} 秒后才接人工，上限 {limits.seconds:g} 秒。",
            _way(judge, steps),
            Expect(within_s=limits.seconds),
        )
    values, first = judge.announcements
    worst = max(starts, key=lambda start: values[start])
    if limits.announcements < values[worst] < ENDLESS:
        steps = judge.follow(worst, first)
        heard = [(number, edge) for number, edge in steps if edge.said and not edge.asks]
        number, edge = heard[limits.announcements]
        yield Finding(
            "E604",
            judge.states[number].node,
            f"who presses nothing may hear {values[worst]:.0f} announcements until a person is "
            f"asked for, {limits.announcements} are allowed; this is one too many.",
            "Say less, or offer it fewer times.",
            f"不按键的来电者接人工前最多要听 {values[worst]:.0f} 段录音，"
            f"上限 {limits.announcements} 段。",
            _way(judge, steps),
            Expect(heard=HeardOf(without=(edge.said[0],))),
        )


def _way(judge: Judge, steps: Steps) -> Way:
    return way_of(judge.graph, steps, steps[-1][1].target)


def _keys(judge: Judge) -> Iterator[Finding]:
    owed = [n for n in judge.helped - judge.ended if not judge.states[n].served]
    bad = [number for number in owed if judge.keys[number] > judge.limits.keys]
    if not bad:
        return
    most = max(judge.keys[number] for number in bad)
    for node, number in judge.by_node(n for n in bad if judge.keys[n] == most):
        yield Finding(
            "E605",
            node,
            f"from here a person needs {most} key presses at least, "
            f"{judge.limits.keys} are allowed.",
            "Let silence, or one key, lead to a queue.",
            f"从这里到人工至少要按 {most} 次键，上限 {judge.limits.keys} 次。",
            judge.way(number),
            QUEUED,
        )


def _guard(judge: Judge) -> Iterator[Finding]:
    """The interpreter would take a caller out of the tree who is on a way that ends."""
    values, first = judge.entered
    finite: list[tuple[float, int, Steps]] = [
        (values[start], start, [])
        for start in judge.graph.starts
        if MAX_HOPS < values[start] < ENDLESS
    ]
    for number, edges in enumerate(judge.graph.pressed):
        for edge in edges:
            # A key press begins the count anew.
            most = values[edge.target] + edge.entered
            if MAX_HOPS < most < ENDLESS:
                finite.append((most, number, [(number, edge)]))
    if not finite:
        return
    most, number, steps = max(finite, key=lambda one: one[0])
    steps = [*steps, *judge.follow(steps[0][1].target if steps else number, first)]
    doors = [at for at, (_, edge) in enumerate(steps) if edge.entered]
    node = judge.states[steps[doors[MAX_HOPS]][1].target].node
    before = judge.nearest.way(number)
    yield Finding(
        "E606",
        node,
        f"{most:.0f} nodes follow one another without a key press; after {MAX_HOPS} the caller is "
        "sent to the last resort, so this one is never reached that way.",
        "Put prompts of several nodes together.",
        f"不按键连续经过 {most:.0f} 个节点；超过 {MAX_HOPS} 个即转到兜底队列。",
        _way(judge, [*before, *steps[: doors[MAX_HOPS] + 1]]),
        Expect(path=PathOf(contains=(node,))),
    )


def _failures(judge: Judge) -> Iterator[Finding]:
    """Something fails, or nobody is free, and the caller has nobody any more."""
    lost: dict[int, Edge] = {}
    for number in judge.helped:
        state = judge.states[number]
        if state.served:
            continue
        for edge in judge.graph.silent[number]:
            if (_goes_wrong(state.phase, edge) or _nobody_there(edge)) and not (
                edge.target in judge.helped or judge.states[edge.target].served
            ):
                lost.setdefault(number, edge)
    for node, number in judge.by_node(lost):
        edge = lost[number]
        what, zh = _WRONG.get(type(edge.event), _WRONG[PromptFailed])
        by_itself = isinstance(edge.event, TimedOut) and judge.states[number].phase == "queued"
        if by_itself or _nobody_there(edge):
            what, zh = "when nobody is free", "无人接听时"
        yield Finding(
            "E607",
            node,
            f"{what} the caller is left with nobody: the way from there only hangs up.",
            "Let it lead to a queue, or leave it out: the last resort is one.",
            f"{zh}，来电者再也到不了人工。",
            judge.way(number, [(number, edge)]),
            QUEUED,
        )


_WRONG: Final = {
    PromptFailed: ("when the prompt fails", "录音播放失败时"),
    QueueFailed: ("when the queue takes nobody", "队列已满或关闭时"),
    TransferFailed: ("when the number is not reached", "转接失败时"),
    MessageFailed: ("when no message is recorded", "留言失败时"),
}


def _goes_wrong(phase: str, edge: Edge) -> bool:
    """Nobody is free, or something does not work."""
    return edge.fails or (isinstance(edge.event, TimedOut) and phase in ("queued", "failed"))


def _nobody_there(edge: Edge) -> bool:
    """The tree itself looked how full a queue is, or whether somebody with a skill is there."""
    return any(name.startswith(("agents.", "queue.")) for name, _ in edge.answers)


def _hung_up(judge: Judge) -> Iterator[Finding]:
    if judge.graph.flow.placed:
        return
    for node, number in judge.by_node(judge.usual & judge.ended):
        yield Finding(
            "E608",
            node,
            "a caller of whom nothing is known and who presses nothing is hung up on here, and "
            "no person was asked for.",
            "Let silence lead to a queue.",
            "不按键的普通来电者在这里被挂断，没有接过人工。",
            judge.way(number),
            QUEUED,
        )


def _for_ever(judge: Judge) -> Iterator[Finding]:
    def waits(number: int) -> bool:
        state = judge.states[number]
        queue = judge.queues.get(state.node)
        return bool(queue and queue.needs) and state.phase == "queued" and state.until is None

    for node, number in judge.by_node(filter(waits, range(len(judge.states)))):
        needs = ", ".join(skill for skill, _ in judge.queues[node].needs)
        yield Finding(
            "E609",
            node,
            f"who waits here waits for ever while nobody with the skill {needs} is signed in.",
            "Add max_wait_s, and on_timeout to a queue without needs.",
            f"没有具备技能 {needs} 的话务员签入时，来电者将一直等待。",
            judge.way(number),
            Expect(ends="queued", needs={}),
        )
