"""Supervisors' standing orders: wrap-up lengths and surge mode, as they hold at this moment.

Decides which order counts where several speak of the same thing, and what is written down so that
a restart forgets none. Knows no agent's state and no call.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar, cast

from ari_app.core.commands import Command, Refuse, Write
from ari_app.core.desk_events import AgentWrapUpChanged, SurgeChanged, WrapUpChanged
from ari_app.core.journal_lines import Kind, note
from ari_app.core.modes import Mode, Surge
from ari_app.core.records import Json, SaveOrder
from ari_app.core.values import AgentId, Centre, QueueName

Because = Literal["agent", "mode", "queue_order", "queue"]

OF_QUEUE, OF_AGENT, SURGE = "wrap_up.queue.", "wrap_up.agent.", "surge"


@dataclass(frozen=True, slots=True)
class WrapUp:
    """How long a wrap-up that begins now lasts, in seconds, and whose word that is."""

    length_s: float
    because: Because


class Orders:
    """Empty at first; ``take_up`` brings back what held before a restart."""

    def __init__(self, centre: Centre) -> None:
        self._centre = centre
        self.queue_s: dict[QueueName, float] = {}
        self.agent_s: dict[AgentId, float] = {}
        self.surge: Surge | None = None

    def take_up(self, kept: Mapping[str, Json]) -> None:
        """``kept`` is what the table of orders holds: see ``SaveOrder``."""
        for key, value in kept.items():
            self._take_up(key, value)

    def _take_up(self, key: str, value: Json) -> None:
        """What is no order of ours, or speaks of what is configured no more, is left alone."""
        if key.startswith(OF_QUEUE) and isinstance(value, int | float):
            self.queue_s[QueueName(key.removeprefix(OF_QUEUE))] = float(value)
        elif key.startswith(OF_AGENT) and isinstance(value, int | float):
            self.agent_s[AgentId(key.removeprefix(OF_AGENT))] = float(value)
        elif key == SURGE and isinstance(value, dict) and value.get("mode") in self._centre.modes:
            self.surge = _surge(value)

    @property
    def mode(self) -> Mode | None:
        return self._centre.modes[self.surge.mode] if self.surge is not None else None

    def instead(self, prompt: str) -> str:
        """The prompt that is said in place of this one while the mode is on."""
        return prompt if self.mode is None else self.mode.announce.get(prompt, prompt)

    def wrap_up(self, agent: AgentId, queue: QueueName) -> WrapUp:
        """The agent's own order, else the mode's, else the queue's order, else the queue's own."""
        if agent in self.agent_s:
            return WrapUp(self.agent_s[agent], "agent")
        if self.mode is not None and self.mode.wrap_up_s is not None:
            return WrapUp(self.mode.wrap_up_s, "mode")
        if queue in self.queue_s:
            return WrapUp(self.queue_s[queue], "queue_order")
        return WrapUp(self._centre.queue(queue).wrap_up_s, "queue")

    def longest_wrap_up(self, agent: AgentId, queues: Collection[QueueName]) -> WrapUp:
        """Where nobody knows of which queue the call was."""
        lengths = [self.wrap_up(agent, queue) for queue in sorted(queues)]
        none = self.wrap_up(agent, QueueName(""))
        return max(lengths, key=lambda one: one.length_s, default=none)

    # --- what is ordered ---------------------------------------------------------------------

    def change_queue(self, said: WrapUpChanged) -> list[Command]:
        names = list(self._centre.queues) if said.queue is None else [said.queue]
        if unknown := [name for name in names if name not in self._centre.queues]:
            known = ", ".join(sorted(self._centre.queues))
            return [Refuse("no_such_queue", f"没有队列 {unknown[0]}；可用的队列：{known}。")]
        for name in names:
            _set(self.queue_s, name, said.wrap_up_s)
        return _saved((f"{OF_QUEUE}{name}", said.wrap_up_s) for name in names)

    def change_agent(self, said: AgentWrapUpChanged) -> list[Command]:
        _set(self.agent_s, said.agent, said.wrap_up_s)
        return _saved([(f"{OF_AGENT}{said.agent}", said.wrap_up_s)])

    def change_surge(self, said: SurgeChanged, now: float) -> list[Command]:
        """Another mode replaces the one that is on: never are two on together."""
        if said.mode is None:
            if self.surge is None:
                return [Refuse("not_on", "当前没有开启突发模式。")]
            return self._set_surge(None, said.by, now)
        if said.mode not in self._centre.modes:
            known = "、".join(sorted(self._centre.modes)) or "（modes.yaml 为空）"
            return [Refuse("no_such_mode", f"没有模式 {said.mode}；可用的模式：{known}。")]
        if said.until is not None and said.until <= now:
            return [Refuse("bad_until", "until 必须是以后的时刻（自 1970 年起的秒数）。")]
        return self._set_surge(Surge(said.mode, now, said.until, said.by), said.by, now)

    def surge_over(self, now: float) -> list[Command]:
        """Its time has come, if it has one; nothing otherwise."""
        if self.surge is None or self.surge.is_on(now):
            return []
        return self._set_surge(None, "", now)

    def _set_surge(self, surge: Surge | None, by: str, now: float) -> list[Command]:
        before, self.surge = self.surge, surge
        data: dict[str, Json] = {
            "from": before.mode if before else None,
            "to": surge.mode if surge else None,
            "until": surge.until if surge else None,
            "by": by,
        }
        kept = None if surge is None else shown_surge(surge)
        return [*_saved([(SURGE, kept)]), note(Kind.SURGE_CHANGED, now, data=data)]


def shown_surge(surge: Surge) -> dict[str, Json]:
    return {"mode": surge.mode, "since": surge.since, "until": surge.until, "by": surge.by}


def shown_mode(orders: Orders) -> dict[str, Json]:
    """What desks and the API are told of surge mode."""
    surge, mode = orders.surge, orders.mode
    if surge is None or mode is None:
        return {"on": False, "mode": None, "label": None, "since": None, "until": None, "by": None}
    return {"on": True, "label": mode.label, **shown_surge(surge)}


def _surge(kept: Mapping[str, Json]) -> Surge:
    until = cast(float | None, kept.get("until"))
    since = cast(float, kept.get("since") or 0.0)
    return Surge(cast(str, kept["mode"]), since, until, cast(str, kept.get("by") or ""))


K = TypeVar("K", AgentId, QueueName)


def _set(lengths: dict[K, float], name: K, length_s: float | None) -> None:
    if length_s is None:
        lengths.pop(name, None)
    else:
        lengths[name] = length_s


def _saved(values: Iterable[tuple[str, Json]]) -> list[Command]:
    return [Write(SaveOrder(key, value)) for key, value in values]
