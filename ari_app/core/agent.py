"""Where an agent stands: one table, and the data a move leaves behind.

Everything an agent can do is a row of ``TRANSITIONS``. If a new feature needs an ``if`` about the
state anywhere else, the table is missing a row. Knows no calls, phones or screens.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import cast

from ari_app.core.records import Json, SaveAgent
from ari_app.core.values import AgentId, CallId


class AgentState(StrEnum):
    OFFLINE = "offline"
    PAUSED = "paused"
    READY = "ready"
    OFFERED = "offered"
    TALKING = "talking"
    WRAP_UP = "wrap_up"


class Signal(StrEnum):
    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"
    WANT_READY = "want_ready"
    WANT_PAUSE = "want_pause"
    OFFER = "offer"
    CONNECT = "connect"
    CALLER_LEFT = "caller_left"
    OFFER_MISSED = "offer_missed"  # no answer, declined, busy or unreachable: the reason says which
    CALL_END = "call_end"
    WRAP_UP_END = "wrap_up_end"


S, G = AgentState, Signal
TRANSITIONS: dict[AgentState, dict[Signal, AgentState]] = {
    S.OFFLINE: {G.SIGN_IN: S.PAUSED},
    S.PAUSED: {G.WANT_READY: S.READY, G.WANT_PAUSE: S.PAUSED, G.SIGN_OUT: S.OFFLINE},
    S.READY: {G.OFFER: S.OFFERED, G.WANT_PAUSE: S.PAUSED, G.SIGN_OUT: S.OFFLINE},
    S.OFFERED: {G.CONNECT: S.TALKING, G.CALLER_LEFT: S.READY, G.OFFER_MISSED: S.PAUSED},
    S.TALKING: {G.CALL_END: S.WRAP_UP},
    S.WRAP_UP: {G.WRAP_UP_END: S.READY},
}
BUSY = frozenset({S.OFFERED, S.TALKING, S.WRAP_UP})
"""States in which a wish to pause or to leave is kept until the call is done with."""


@dataclass(frozen=True, slots=True)
class Agent:
    """``after_call`` is where a wish made during a call leads: ready, paused or offline.

    ``desk_lost_at`` is set while a desk that was connected is away (epoch seconds).
    """

    agent_id: AgentId
    state: AgentState = AgentState.OFFLINE
    reason: str = ""
    since: float = 0.0
    until: float | None = None
    call: CallId | None = None
    after_call: AgentState = AgentState.READY
    after_reason: str = ""
    has_desk: bool = False
    desk_lost_at: float | None = None

    def moved(
        self,
        signal: Signal,
        now: float,
        *,
        reason: str = "",
        until: float | None = None,
        call: CallId | None = None,
    ) -> "Agent | None":
        """The agent after the signal, or None when the table does not allow it now."""
        target = TRANSITIONS[self.state].get(signal)
        if target is None:
            return self._wished(signal, reason)
        # A missed offer rests whoever wanted to stay; who asked to leave meanwhile leaves.
        is_over = target is AgentState.READY and signal in (Signal.WRAP_UP_END, Signal.CALLER_LEFT)
        if is_over or (signal is Signal.OFFER_MISSED and self.after_call is AgentState.OFFLINE):
            target, reason = self.after_call, self.after_reason
        settled = target in (AgentState.READY, AgentState.PAUSED, AgentState.OFFLINE)
        return replace(
            self,
            state=target,
            reason=reason,
            since=now,
            until=until,
            call=None if settled else call or self.call,
            after_call=AgentState.READY if settled else self.after_call,
            after_reason="" if settled else self.after_reason,
        )

    def _wished(self, signal: Signal, reason: str) -> "Agent | None":
        """A wish made while busy changes nothing now, only what comes after the call."""
        if self.state not in BUSY:
            return None
        match signal:
            case Signal.WANT_PAUSE:
                return replace(self, after_call=AgentState.PAUSED, after_reason=reason)
            case Signal.SIGN_OUT:
                return replace(self, after_call=AgentState.OFFLINE, after_reason="signed_out")
            case Signal.WANT_READY if self.state is not AgentState.OFFERED:
                return replace(self, after_call=AgentState.READY, after_reason="")
        return None

    def record(self) -> SaveAgent:
        return SaveAgent(
            agent_id=self.agent_id,
            state=self.state.value,
            reason=self.reason,
            since=self.since,
            until=self.until,
            call_id=self.call,
            snapshot={
                "after_call": self.after_call.value,
                "after_reason": self.after_reason,
                "has_desk": self.has_desk,
            },
        )


def restored(record: SaveAgent, now: float) -> Agent:
    """The agent as last written down. A desk that was connected has to come back in time."""
    has_desk = bool(record.snapshot.get("has_desk"))
    return Agent(
        agent_id=AgentId(record.agent_id),
        state=AgentState(record.state),
        reason=record.reason,
        since=record.since,
        until=record.until,
        call=CallId(record.call_id) if record.call_id else None,
        after_call=AgentState(cast(str, record.snapshot.get("after_call") or "ready")),
        after_reason=cast(str, record.snapshot.get("after_reason") or ""),
        has_desk=has_desk,
        desk_lost_at=now if has_desk and record.state != AgentState.OFFLINE else None,
    )


def shown(agent: Agent) -> dict[str, Json]:
    """The agent's state as desks and the API see it."""
    return {
        "state": agent.state.value,
        "reason": agent.reason,
        "since": agent.since,
        "until": agent.until,
        "call": agent.call,
        "after_call": agent.after_call.value,
    }
