"""Where an agent stands: one table, and the data a move leaves behind.

Everything an agent can do is a row of ``TRANSITIONS``. If a new feature needs an ``if`` about the
state anywhere else, the table is missing a row. Knows no calls, phones or screens.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import cast

from ari_app.core.records import Json, SaveAgent
from ari_app.core.strain import Limit, Strain
from ari_app.core.values import AgentId, CallId


class AgentState(StrEnum):
    OFFLINE = "offline"
    PAUSED = "paused"
    READY = "ready"
    OFFERED = "offered"
    TALKING = "talking"
    WRAP_UP = "wrap_up"
    SUPERVISING = "supervising"


STATE_WORDS: Mapping[AgentState, str] = {
    AgentState.OFFLINE: "未签入",
    AgentState.PAUSED: "未就绪",
    AgentState.READY: "就绪",
    AgentState.OFFERED: "振铃",
    AgentState.TALKING: "通话",
    AgentState.WRAP_UP: "话后整理",
    AgentState.SUPERVISING: "监听",
}
"""As agents and supervisors read them."""


class Signal(StrEnum):
    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"
    WANT_READY = "want_ready"
    WANT_PAUSE = "want_pause"
    OFFER = "offer"
    CONNECT = "connect"
    CALLER_LEFT = "caller_left"
    OFFER_MISSED = "offer_missed"  # no answer, declined, busy or unreachable: the reason says which
    OFFER_SKIPPED = "offer_skipped"  # missed too, but not so often that the agent must rest
    CALL_END = "call_end"
    WRAP_UP_END = "wrap_up_end"
    SUPERVISE = "supervise"
    SUPERVISE_END = "supervise_end"


S, G = AgentState, Signal
TRANSITIONS: dict[AgentState, dict[Signal, AgentState]] = {
    S.OFFLINE: {G.SIGN_IN: S.PAUSED},
    S.PAUSED: {
        G.WANT_READY: S.READY,
        G.WANT_PAUSE: S.PAUSED,
        G.SIGN_OUT: S.OFFLINE,
        G.SUPERVISE: S.SUPERVISING,
    },
    S.READY: {
        G.OFFER: S.OFFERED,
        G.WANT_PAUSE: S.PAUSED,
        G.SIGN_OUT: S.OFFLINE,
        G.SUPERVISE: S.SUPERVISING,
    },
    S.SUPERVISING: {G.CONNECT: S.TALKING, G.SUPERVISE_END: S.READY},
    S.OFFERED: {
        G.CONNECT: S.TALKING,
        G.CALLER_LEFT: S.READY,
        G.OFFER_MISSED: S.PAUSED,
        G.OFFER_SKIPPED: S.READY,
    },
    S.TALKING: {G.CALL_END: S.WRAP_UP},
    S.WRAP_UP: {G.WRAP_UP_END: S.READY},
}
BUSY = frozenset({S.OFFERED, S.TALKING, S.WRAP_UP, S.SUPERVISING})
"""States in which a wish to pause or to leave is kept until the call is done with."""
AWAY = frozenset({S.OFFLINE, S.PAUSED})
"""States of rest."""
_TAKEN_UP_BY = frozenset({G.WRAP_UP_END, G.CALLER_LEFT, G.OFFER_SKIPPED, G.SUPERVISE_END})
"""Signals at which what was wished during the call comes true."""
_KEEPS_MISSED = frozenset({G.OFFER, G.CALLER_LEFT, G.OFFER_SKIPPED})


@dataclass(frozen=True, slots=True)
class Agent:
    """``after_call`` is where a wish made during a call leads: ready, paused or offline.

    ``by`` and ``after_by`` name the supervisor who ordered it; empty when the agent wished it.
    ``until`` is when the state ends by itself; of a pause, when it ought to. ``is_over_limit`` is
    set once it did not. ``seat`` is the phone's account where it is not the agent's own number.
    ``missed`` offers came in a row; the last one's caller is in ``avoids`` until ``avoids_until``.
    ``relief`` takes over the seat when this agent leaves. ``extended`` counts how often the
    wrap-up was lengthened. ``desk_lost_at`` is set while a desk that was connected is away.
    Instants are epoch seconds.
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
    by: str = ""
    after_by: str = ""
    is_over_limit: bool = False
    seat: str = ""
    missed: int = 0
    avoids: CallId | None = None
    avoids_until: float | None = None
    relief: AgentId | None = None
    extended: int = 0
    strain: Strain = field(default_factory=Strain)

    def moved(
        self,
        signal: Signal,
        now: float,
        *,
        reason: str = "",
        until: float | None = None,
        call: CallId | None = None,
        by: str = "",
    ) -> "Agent | None":
        """The agent after the signal, or None when the table does not allow it now."""
        target = TRANSITIONS[self.state].get(signal)
        if target is None:
            return self._wished(signal, reason, by)
        # A missed offer rests whoever wanted to stay; who asked to leave meanwhile leaves.
        is_over = target is AgentState.READY and signal in _TAKEN_UP_BY
        if is_over or (signal is Signal.OFFER_MISSED and self.after_call is AgentState.OFFLINE):
            target, reason, by = self.after_call, self.after_reason, self.after_by
        settled = target in (AgentState.READY, AgentState.PAUSED, AgentState.OFFLINE)
        return replace(
            self,
            state=target,
            reason=reason,
            by=by,
            since=now,
            until=until,
            call=None if settled else call or self.call,
            after_call=AgentState.READY if settled else self.after_call,
            after_reason="" if settled else self.after_reason,
            after_by="" if settled else self.after_by,
            is_over_limit=False,
            missed=self.missed if signal in _KEEPS_MISSED else 0,
            extended=0,
        )

    def _wished(self, signal: Signal, reason: str, by: str) -> "Agent | None":
        """A wish made while busy changes nothing now, only what comes after the call.

        What a supervisor ordered, the agent does not take back, but may leave instead.
        """
        if self.state not in BUSY or (self.after_by and not by and signal is not Signal.SIGN_OUT):
            return None
        match signal:
            case Signal.WANT_PAUSE:
                return self._after(AgentState.PAUSED, reason, by)
            case Signal.SIGN_OUT:
                # Whoever was ordered to pause and leaves does not come back as if never ordered.
                why = reason if by else "signed_out"
                return self._after(AgentState.OFFLINE, why, by or self.after_by)
            case Signal.WANT_READY if self.state is not AgentState.OFFERED or by:
                return self._after(AgentState.READY, "", by)
        return None

    def _after(self, state: AgentState, reason: str, by: str) -> "Agent":
        return replace(self, after_call=state, after_reason=reason, after_by=by)

    def record(self) -> SaveAgent:
        return SaveAgent(
            agent_id=self.agent_id,
            state=self.state.value,
            reason=self.reason,
            since=self.since,
            until=self.until,
            call_id=self.call,
            snapshot={**_plain(self), **_strain_of(self.strain)},
        )


def restored(record: SaveAgent, now: float) -> Agent:
    """The agent as last written down. A desk that was connected has to come back in time."""
    kept = record.snapshot
    has_desk = bool(kept.get("has_desk"))
    return Agent(
        agent_id=AgentId(record.agent_id),
        state=AgentState(record.state),
        reason=record.reason,
        since=record.since,
        until=record.until,
        call=CallId(record.call_id) if record.call_id else None,
        after_call=AgentState(_text(kept, "after_call") or "ready"),
        after_reason=_text(kept, "after_reason"),
        has_desk=has_desk,
        desk_lost_at=now if has_desk and record.state != AgentState.OFFLINE else None,
        by=_text(kept, "by"),
        after_by=_text(kept, "after_by"),
        is_over_limit=bool(kept.get("is_over_limit")),
        seat=_text(kept, "seat"),
        missed=int(_number(kept, "missed") or 0),
        avoids=CallId(_text(kept, "avoids")) or None,
        avoids_until=_number(kept, "avoids_until"),
        relief=AgentId(_text(kept, "relief")) or None,
        extended=int(_number(kept, "extended") or 0),
        strain=_strain(kept),
    )


def _plain(agent: Agent) -> dict[str, Json]:
    """What a record keeps beside the columns; what says nothing is left out."""
    said: dict[str, Json] = {
        "after_reason": agent.after_reason,
        "by": agent.by,
        "after_by": agent.after_by,
        "is_over_limit": agent.is_over_limit,
        "seat": agent.seat,
        "missed": agent.missed,
        "avoids": agent.avoids,
        "avoids_until": agent.avoids_until,
        "relief": agent.relief,
        "extended": agent.extended,
    }
    always: dict[str, Json] = {"after_call": agent.after_call.value, "has_desk": agent.has_desk}
    return always | {name: value for name, value in said.items() if value}


def _strain_of(strain: Strain) -> dict[str, Json]:
    said: dict[str, Json] = {
        "work_since": strain.work_since,
        "away_since": strain.away_since,
        "talked_s": strain.talked_s,
        "day_ends": strain.day_ends,
        "rested_at_s": strain.rested_at_s,
        "warned": [*strain.warned],
    }
    return {name: value for name, value in said.items() if value}


def _strain(kept: Mapping[str, Json]) -> Strain:
    return Strain(
        work_since=_number(kept, "work_since"),
        away_since=_number(kept, "away_since"),
        talked_s=_number(kept, "talked_s") or 0.0,
        day_ends=_number(kept, "day_ends") or 0.0,
        rested_at_s=_number(kept, "rested_at_s") or 0.0,
        warned=tuple(cast(list[Limit], kept.get("warned") or [])),
    )


def _text(kept: Mapping[str, Json], name: str) -> str:
    return cast(str, kept.get(name) or "")


def _number(kept: Mapping[str, Json], name: str) -> float | None:
    return cast(float | None, kept.get(name))


def standing(agent: Agent) -> dict[str, Json]:
    """What everybody may know of an agent's state."""
    return {
        "state": agent.state.value,
        "reason": agent.reason,
        "since": agent.since,
        "until": agent.until,
        "call": agent.call,
        "after_call": agent.after_call.value,
        "after_reason": agent.after_reason,
        "by": agent.by or agent.after_by,
        "is_over_limit": agent.is_over_limit,
        "seat": agent.seat or agent.agent_id,
    }


def shown(agent: Agent) -> dict[str, Json]:
    """The agent's state as desks and the API see it."""
    return {
        **standing(agent),
        "relief": agent.relief,
        "extended": agent.extended,
        "work_since": agent.strain.work_since,
        "talked_s": round(agent.strain.talked_s, 1),
    }
