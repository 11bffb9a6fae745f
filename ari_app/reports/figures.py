"""The figures: what each one counts, in words and as a rule over one call.

A share is one count over another and a mean goes over one count's calls, so every figure leads to
its calls. Decides all definitions; docs/reports.md holds the same words in English.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from ari_app.reports.facts import CallFacts, Talk

ANSWER_S: Final = 15.0
"""电话受理应在 15 秒之内接听 (GB/T 33358-2016, from published summaries)."""
SHORT_S: Final = 5.0
AGAIN_S: Final = 7 * 86400.0

WITHOUT_QUEUE = (
    "answered_fallback", "abandoned_fallback", "abandoned_before_answer", "refused",
)  # fmt: skip
"""Outcomes of callers who wanted a person and never came as far as a queue."""
ABANDONED = (
    "abandoned_in_flow", "abandoned_waiting", "abandoned_ringing", "abandoned_fallback",
    "abandoned_before_answer", "refused",
)  # fmt: skip

Rule = Callable[[CallFacts], bool]


def is_inbound(call: CallFacts) -> bool:
    return call.arrived_at is not None and not call.is_placed


def is_offered(call: CallFacts) -> bool:
    return is_inbound(call) and (call.queued_at is not None or call.outcome in WITHOUT_QUEUE)


def is_answered(call: CallFacts) -> bool:
    return is_offered(call) and call.person_at is not None


def is_abandoned(call: CallFacts) -> bool:
    return is_offered(call) and call.person_at is None and call.outcome in ABANDONED


def is_settled(call: CallFacts) -> bool:
    return is_offered(call) and (call.person_at is not None or call.ended_at is not None)


def waited_s(call: CallFacts) -> float | None:
    """From the queue, or from the arrival where there was none, to a person or to the end."""
    since = call.arrived_at if call.queued_at is None else call.queued_at
    until = call.ended_at if call.person_at is None else call.person_at
    return None if since is None or until is None else max(0.0, until - since)


def audio_s(call: CallFacts) -> float | None:
    if call.heard_at is None or call.arrived_at is None:
        return None
    return call.heard_at - call.arrived_at if call.ring_s is None else call.ring_s


def _within(seconds: float | None) -> bool:
    return seconds is not None and seconds <= ANSWER_S


def _from_arrival(call: CallFacts) -> float | None:
    if call.person_at is None or call.arrived_at is None:
        return None
    return call.person_at - call.arrived_at


def _ended_as(outcome: str) -> Rule:
    return lambda call: is_inbound(call) and call.outcome == outcome


def _instead(outcome: str) -> Rule:
    return lambda call: is_offered(call) and call.person_at is None and call.outcome == outcome


def _is_other(call: CallFacts) -> bool:
    got = (*ABANDONED, "message_left", "callback_promised")
    return is_settled(call) and call.person_at is None and call.outcome not in got


@dataclass(frozen=True, slots=True)
class Count:
    label: str
    says: str
    rule: Rule


COUNTS: Final[dict[str, Count]] = {
    "arrived": Count("呼入", "打进来的电话，不含我方呼出。", is_inbound),
    "placed": Count("呼出", "我方呼出的电话：回拨、值班电话、回访。",
                    lambda call: call.arrived_at is not None and call.is_placed),
    "offered": Count("请求人工", "进入过任一队列，或未及排队即占线、被拒、由备用线路接待的来电。",
                     is_offered),
    "answered": Count("人工接通", "请求人工的来电中，与话务员、外部号码或备用话机通上话的。",
                      is_answered),
    "abandoned": Count("放弃", "请求人工而未接通，挂断或被拒的来电。", is_abandoned),
    "abandoned_short": Count(
        "短放弃", f"放弃的来电中，排队（或来电）{SHORT_S:g} 秒内挂断的。",
        lambda call: is_abandoned(call) and (waited_s(call) or 0.0) < SHORT_S),
    "abandoned_before_answer": Count("应答前放弃", "系统应答之前挂断。",
                                     _ended_as("abandoned_before_answer")),
    "abandoned_in_flow": Count("语音流程中放弃", "在语音流程中挂断，多数未请求人工。",
                               _ended_as("abandoned_in_flow")),
    "abandoned_waiting": Count("排队中放弃", "排队等待时挂断。", _ended_as("abandoned_waiting")),
    "abandoned_ringing": Count("振铃中放弃", "话务员话机振铃或接线时挂断。",
                               _ended_as("abandoned_ringing")),
    "abandoned_fallback": Count("备用线路放弃", "服务停止时在备用线路上挂断。",
                                _ended_as("abandoned_fallback")),
    "refused": Count("被拒", "因过载被拒绝的来电。", _ended_as("refused")),
    "message_left": Count("转留言", "请求人工而改为留言。", _instead("message_left")),
    "callback_promised": Count("转回拨", "请求人工而改约回拨。", _instead("callback_promised")),
    "other": Count("其他结束", "请求人工，未接通，由流程或系统结束。", _is_other),
    "under_way": Count("进行中", "请求人工，尚未接通也未结束。",
                       lambda call: is_offered(call) and not is_settled(call)),
    "settled": Count("已有结果", "请求人工的来电中已接通或已结束的。", is_settled),
    "heard": Count("听到声音", "由本系统应答并已听到首个声音（语音、音乐）的来电。",
                   lambda call: is_inbound(call) and audio_s(call) is not None),
    "audio_15s": Count("15秒内听到声音", "从振铃到首个声音不超过 15 秒。",
                       lambda call: is_inbound(call) and _within(audio_s(call))),
    "arrival_15s": Count("来电15秒内人工接听", "从来电到与人通话不超过 15 秒。",
                         lambda call: is_answered(call) and _within(_from_arrival(call))),
    "queue_15s": Count("排队15秒内人工接听", "从进入队列到与人通话不超过 15 秒。",
                       lambda call: is_answered(call) and _within(waited_s(call))),
    "resolved": Count("一次解决", "接通后 7 天内同一号码未再来电；隐藏号码视为未再来电。",
                      lambda call: is_answered(call) and not call.is_called_again),
    "several_agents": Count("多人接待", "与一名以上话务员通话（转接、咨询）的来电。",
                            lambda call: len({talk.agent for talk in call.talks}) > 1),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Share:
    label: str
    says: str
    part: str
    whole: str


SHARES: Final[dict[str, Share]] = {
    "connect_rate": Share("接通率", "人工接通 ÷ 请求人工（短放弃计入分母）。",
                          "answered", "offered"),
    "abandon_rate": Share("放弃率", "放弃 ÷ 请求人工。", "abandoned", "offered"),
    "level_audio": Share("15秒应答率（振铃到首个声音）", "15 秒内听到声音 ÷ 听到声音。",
                         "audio_15s", "heard"),
    "level_arrival": Share("15秒接听率（来电到话务员）",
                           "来电 15 秒内人工接听 ÷ 请求人工且已有结果。",
                           "arrival_15s", "settled"),
    "level_queue": Share("15秒接听率（排队到话务员）",
                         "排队 15 秒内人工接听 ÷ 请求人工且已有结果。",
                         "queue_15s", "settled"),
    "first_contact": Share("一次解决率", "一次解决 ÷ 人工接通。", "resolved", "answered"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mean:
    """Over the calls of ``of`` that have the value."""

    label: str
    says: str
    of: str
    value: Callable[[CallFacts], float | None]


MEANS: Final[dict[str, Mean]] = {
    "asa_s": Mean("平均应答时长", "人工接通的来电从进入队列（或来电）到与人通话的平均秒数。",
                  "answered", waited_s),
    "abandon_s": Mean("平均放弃时长", "放弃的来电从进入队列（或来电）到挂断的平均秒数。",
                      "abandoned", waited_s),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TalkMean:
    """Over talks: one for each agent of a call."""

    label: str
    says: str
    value: Callable[[Talk], float | None]


TALK_MEANS: Final[dict[str, TalkMean]] = {
    "talk_s": TalkMean("平均通话", "每名话务员每次通话的平均秒数，不含保持。",
                       lambda talk: talk.talk_s),
    "hold_s": TalkMean("平均保持", "每次通话中保持的平均秒数。",
                       lambda talk: None if talk.ended_at is None else talk.hold_s),
    "wrap_up_s": TalkMean("平均整理", "每次通话后话后整理的平均秒数。",
                          lambda talk: talk.wrap_up_s),
    "aht_s": TalkMean("平均处理时长", "通话＋保持＋整理，按每名话务员每次通话平均。",
                      lambda talk: talk.handle_s),
}  # fmt: skip

OTHERS: Final[dict[str, tuple[str, str]]] = {
    "talks": ("通话次数", "话务员通话的次数；转接给第二人计两次。"),
    "offers": ("派话", "派给话务员的次数。"),
    "offers_missed": ("未接派话", "派话中无人接、拒接、话机忙或不可达的次数。"),
    "occupancy": ("占有率", "（通话＋保持＋整理）÷（通话＋保持＋整理＋示闲），小休不计。"),
    "signed_in_s": ("签入时长", "签入的秒数。"),
    "paused_s": ("小休时长", "示忙、小休的秒数。"),
    "connect_rate_24h": (
        "24小时接通率",
        "截至该小时末连续 24 小时内的接通率；国标要求不低于 95%。",
    ),
    "connect_rate_24h_lowest": ("24小时接通率最低", "期间内各整点的 24 小时接通率中最低者。"),
}
MISSED = ("no_answer", "declined", "phone_busy", "phone_unreachable")


@dataclass(slots=True)
class Tally:
    """Sums of one row."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTS, 0))
    sums: dict[str, tuple[float, int]] = field(default_factory=dict)
    talks: int = 0
    offers: int = 0
    missed: int = 0

    def add(self, call: CallFacts) -> None:
        """A call of the period, without its talks."""
        for name, count in COUNTS.items():
            self.counts[name] += count.rule(call)
        for name, mean in MEANS.items():
            if COUNTS[mean.of].rule(call):
                self._sum(name, mean.value(call))

    def add_talk(self, talk: Talk) -> None:
        self.talks += 1
        for name, mean in TALK_MEANS.items():
            self._sum(name, mean.value(talk))

    def add_offer(self, reason: str) -> None:
        self.offers += 1
        self.missed += reason in MISSED

    def _sum(self, name: str, value: float | None) -> None:
        if value is not None:
            total, count = self.sums.get(name, (0.0, 0))
            self.sums[name] = (total + value, count + 1)

    def plus(self, other: "Tally") -> "Tally":
        """Both together."""
        sums = dict(self.sums)
        for name, (total, count) in other.sums.items():
            mine = sums.get(name, (0.0, 0))
            sums[name] = (mine[0] + total, mine[1] + count)
        return Tally(
            {name: count + other.counts[name] for name, count in self.counts.items()},
            sums,
            self.talks + other.talks,
            self.offers + other.offers,
            self.missed + other.missed,
        )

    def share(self, name: str) -> float | None:
        """None where there was nothing to count: no calls are neither good nor bad."""
        share = SHARES[name]
        whole = self.counts[share.whole]
        return round(self.counts[share.part] / whole, 4) if whole else None

    def mean(self, name: str) -> float | None:
        total, count = self.sums.get(name, (0.0, 0))
        return round(total / count, 2) if count else None

    def value(self, name: str) -> float | int | None:
        if name in COUNTS:
            return self.counts[name]
        if name in SHARES:
            return self.share(name)
        return {"talks": self.talks, "offers": self.offers, "offers_missed": self.missed}.get(
            name, self.mean(name)
        )


def definition(name: str) -> tuple[str, str]:
    """Label and sentence of a figure; KeyError for none of ours."""
    if name in OTHERS:
        return OTHERS[name]
    found = COUNTS.get(name) or SHARES.get(name) or MEANS.get(name) or TALK_MEANS[name]
    return found.label, found.says
