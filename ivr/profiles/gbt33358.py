"""GB/T 33358-2016 and the State Council's documents about 12345, as far as trees can keep to them.

Decides the codes W701 to W708. Only published summaries were at hand, so each finding names the
topic of its clause and says so. Must not know files. Everything here is advice.
"""

import re
from collections.abc import Iterator
from functools import partial
from typing import Final

from ivr.fields import NodeRef, Speaks
from ivr.model import Flow, walk
from ivr.nodes import MenuNode, SetNode
from ivr.profiles.world import Spoken
from ivr.proof.bounds import ENDLESS, back, before, reach
from ivr.proof.counterexample import Way, way_of
from ivr.proof.judge import Finding, Judge
from ivr.proof.questions import DIALLED
from ivr.proof.walk_all import Edge

PATIENCE_S: Final = 60.0
"""Longer ways to a person are what callers complain of in published assessments."""
EMERGENCY: Final = ("110", "119", "120", "122")
URGENT: Final = 9
"""A queue with the highest priority is a way to an agent who connects at once."""

ADVERTISING: Final = re.compile(
    "广告|促销|打折|特价|特惠|抽奖|中奖|红包|大奖|秒杀|团购|赞助|冠名|代言|独家|优惠(?!政策)|限时(?!办)"
    "|加盟|办卡|充值|贷款产品|理财产品|扫码领取|免费领取"
    r"|\b(?:discount|sponsor(?:ed)?|promotion|special offer|buy now|advertis\w*|voucher)\b",
    re.IGNORECASE,
)


def findings(flow: Flow, judge: Judge, spoken: Spoken) -> Iterator[Finding]:
    if flow.placed:  # the other rules are for who calls us
        yield from _advertising(flow, spoken)
        return
    yield from _person_without_keys(judge)
    yield from _seconds(judge)
    yield from _menus(flow, judge)
    yield from _advertising(flow, spoken)
    yield from _emergency(flow, judge, spoken)
    yield from _language_desks(judge)
    yield from _day_and_night(judge)
    yield from _confidential(flow, judge)


def _finding(
    code: str, node: str, said: str, hint: str, zh: str, clause: str, way: Way | None = None
) -> Finding:
    source = f"({clause}; checked against a published summary.)"
    return Finding(code, node, f"{said} {source}", hint, f"{zh}（{clause}，依据公开摘要）", way)


def _person_without_keys(judge: Judge) -> Iterator[Finding]:
    recording = {n for n, state in enumerate(judge.states) if state.phase == "recording"}
    for node, number in judge.by_node(judge.usual & (judge.ended | recording)):
        yield _finding(
            "W701",
            node,
            "who presses nothing ends here and reaches no person.",
            "Let silence lead to a queue.",
            "不按键的来电者到不了人工。",
            "国办发〔2020〕53号，人工服务",
            judge.way(number),
        )


def _seconds(judge: Judge) -> Iterator[Finding]:
    values, first = judge.seconds
    worst = max(judge.graph.starts, key=lambda start: values[start])
    if not PATIENCE_S < values[worst] < ENDLESS:
        return
    steps = judge.follow(worst, first)
    slowest = max(steps, key=lambda step: step[1].seconds)[0]
    yield _finding(
        "W702",
        judge.states[slowest].node,
        f"who presses nothing may wait {values[worst]:.0f} s from the answer until a person is "
        f"looked for, more than {PATIENCE_S:g} s. The 15 s of the standard are for answering, "
        "which the program does at once; this is the time in the tree.",
        "Shorten what is said before.",
        f"从应答到开始接人工最长 {values[worst]:.0f} 秒（标准的15秒指接听，此处为流程内时间）。",
        "GB/T 33358-2016，接听时限",
        way_of(judge.graph, steps, steps[-1][1].target),
    )


def _menus(flow: Flow, judge: Judge) -> Iterator[Finding]:
    def goes_on(number: int, edge: Edge) -> bool:
        return number not in judge.stops

    heard = reach(judge.graph.silent, judge.graph.starts, goes_on)
    found = dict(judge.by_node(n for n in heard if _is_menu(flow, judge.states[n].node)))
    if not found:
        return
    nearest = min(found, key=lambda node: judge.nearest.cost[found[node]])
    yield _finding(
        "W703",
        nearest,
        f"a menu stands before the person; {len(found)} in all on the way without a key press. "
        "Menus are advised against.",
        "Let calls begin at a queue, or keep the one menu short.",
        f"人工之前有语音菜单（共 {len(found)} 个），标准不宜设置。",
        "GB/T 33358-2016，不宜设置交互式语音应答菜单",
    )


def _is_menu(flow: Flow, node: str) -> bool:
    return isinstance(flow.nodes.get(NodeRef(node)), MenuNode)


def _advertising(flow: Flow, spoken: Spoken) -> Iterator[Finding]:
    words = {
        prompt: match.group()
        for prompt, text in spoken.texts.items()
        if (match := ADVERTISING.search(text))
    }
    for name, node in flow.nodes.items() if words else ():
        parts = [part for _, part in walk(node) if isinstance(part, Speaks)]
        said = [one for part in parts for one in part.prompt_ids()]
        for prompt in dict.fromkeys(one for one in said if one in words):
            yield _finding(
                "W704",
                str(name),
                f"the prompt '{prompt}' says '{words[prompt]}', which sounds like advertising.",
                "Take it out of prompts.yaml, or word it differently.",
                f"提示音 {prompt} 含“{words[prompt]}”，疑似商业广告。",
                "GB/T 33358-2016，不应出现商业广告",
            )


def _emergency(flow: Flow, judge: Judge, spoken: Spoken) -> Iterator[Finding]:
    asked = [*judge.queues.values()]
    if any(one.priority >= URGENT for one in asked):
        return
    names = {one.join for one in asked if one.join} | judge.numbers
    reached = {spoken.numbers.get(name, name) for name in names}
    missing = [number for number in EMERGENCY if number not in reached]
    if missing:
        yield _finding(
            "W705",
            str(flow.start),
            f"no key leads to {', '.join(missing)}, nor to a queue of priority {URGENT}.",
            "Add a transfer node for each, or a key to an urgent queue.",
            f"无法转接 {'、'.join(missing)}，也没有紧急队列。",
            "国办函〔2025〕66号，紧急诉求即转110、119、120、122",
        )


def _language_desks(judge: Judge) -> Iterator[Finding]:
    def is_open(number: int) -> bool:
        state = judge.states[number]
        queue = judge.queues.get(state.node)
        return state.phase == "queued" and not (queue and queue.needs)

    everyone = {number for number in range(len(judge.states)) if is_open(number)}
    covered = back(everyone, before(judge.graph.silent))
    alone = {
        number
        for number, state in enumerate(judge.states)
        if state.phase == "queued" and number not in covered and not state.served
    }
    for node, number in judge.by_node(alone):
        skills = ", ".join(skill for skill, _ in judge.queues[node].needs)
        yield _finding(
            "W706",
            node,
            f"the desk for {skills} has no fallback: while nobody there is free, no other queue "
            "follows.",
            "Add max_wait_s, and on_timeout to a queue without needs.",
            f"座席（{skills}）无人时没有后备。",
            "GB/T 33358-2016，可设方言、少数民族语言、外语座席",
            judge.way(number),
        )


def _day_and_night(judge: Judge) -> Iterator[Finding]:
    told: set[str] = set()
    for hours in ("closed", "holiday"):
        come_by = reach(judge.edges, judge.graph.starts, partial(_is_then, hours))
        asking = {n for n in come_by if _asks_hours(judge, n)}
        if not asking or come_by & judge.persons:
            continue
        node = judge.states[judge.first_of(asking)].node
        if node in told:
            continue
        told.add(node)
        yield _finding(
            "W707",
            node,
            f"with every schedule {hours} no person is reached from here.",
            "Let it lead to a queue that somebody serves at night, too.",
            "非工作时间到不了人工，应 7×24 小时人工服务。",
            "GB/T 33358-2016与国办发〔2020〕53号，7×24小时",
        )


def _is_then(hours: str, number: int, edge: Edge) -> bool:
    """Whether this may happen while every schedule says so and nothing else is known."""
    asked = [(name, answer) for name, answer in edge.answers if name != DIALLED]
    return all(
        answer == hours if name.startswith("schedule.") else answer is None
        for name, answer in asked
    )


def _asks_hours(judge: Judge, number: int) -> bool:
    return any(
        name.startswith("schedule.") for edge in judge.edges[number] for name, _ in edge.answers
    )


def _confidential(flow: Flow, judge: Judge) -> Iterator[Finding]:
    been = {state.node for state in judge.states}
    marks = any(
        isinstance(node, SetNode) and node.field == "confidential" and name in been
        for name, node in flow.nodes.items()
    )
    talked = any(state.phase == "queued" for state in judge.states)
    if not marks and not talked:
        yield _finding(
            "W708",
            str(flow.start),
            "nobody can ask for confidence: no agent is reached, and no node sets the field "
            "'confidential'.",
            "Lead to a queue, or set the field: {type: set, field: confidential, value: 'yes'}.",
            "来电者无法要求保密：到不了人工，也没有节点设置 confidential。",
            "GB/T 33358-2016，保密要求",
        )
