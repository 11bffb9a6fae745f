"""The dial list: every entry with its next moment, and what becomes of it when a call has ended.

Places calls only when their time has come, Asterisk has been seen, and it is known what earlier
runs planned; the line, agents and legs are others'. What is kept here is written down with every
move, so that a restart finds it.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import assert_never

from ari_app.core import journal_lines as lines
from ari_app.core.commands import Refuse, Tell, Write
from ari_app.core.journal_lines import Kind as Line
from ari_app.core.outbound import callbacks, duty
from ari_app.core.outbound.asked import (
    CallbackAsked,
    CallMissed,
    DutyAsked,
    EntryCancelled,
    OutboundAsked,
    VisitsAsked,
    VisitsPaused,
)
from ari_app.core.outbound.dial_book import DialBook, Out
from ari_app.core.outbound.entry import Entry, EntryState, Signal
from ari_app.core.outbound.placing import place
from ari_app.core.outbound.policy import DutyList, Policy, Window
from ari_app.core.outbound.visits import visit_entry
from ari_app.core.records import Json, SaveOrder
from ari_app.core.seam import CallOver, CallWithdrawn, PlacedDials, PlacedTalks
from ari_app.core.seam import ToDialList as ToDialList
from ari_app.core.values import AgentId, CallId

NO_AGENT_S = 30.0
"""After an agent left before the citizen answered: the next one may be found at once."""
OFF_S = 60.0
"""How long until what falls due while calls are switched off is looked at again."""
NOT_COUNTED = frozenset({"no_agent", "withdrawn", "interrupted"})
"""Results that are no attempt of the citizen's missing: nobody was rung in full."""
PAUSED = "visits.paused"
NO_ENTRY = Refuse("no_such_entry", "外呼名单中没有这一条，或它已经结束。")
IS_OFF = Refuse(
    "outbound_off", "外呼未启用：hotline.yaml 没有设置 trunk_out，或 outbound.yaml 关闭了外呼。"
)


class DialList(DialBook):
    """``handle`` takes what calls tell, ``handle_asked`` people's wishes, ``take_due`` time."""

    def change(self, policy: Policy, units: DutyList, supervisors: Iterable[AgentId]) -> Out:
        """What is planned keeps its moment; windows, attempts and pace count from now on.

        Switched off, what still waits for an agent waits for another day; who rings, rings on.
        """
        self.policy, self._units = policy, units
        self._supervisors = tuple(supervisors)
        self._pacing.pace = policy.pace
        waits = [e for e in self.entries.values() if e.state is EntryState.DUE and e.call]
        return [] if policy.is_enabled else [CallWithdrawn(CallId(e.call)) for e in waits]

    # --- calls say ---------------------------------------------------------------------------

    def handle(self, said: ToDialList, now: float) -> Out:
        entry = self._of_call(said.call)
        match said:
            case CallOver():
                if entry is not None:
                    return self._attempt_over(entry, said, now)
                if said.is_placed and not self.is_known:
                    self._early.append(said)
                return [] if said.is_placed else self._caller_gone(said, now)
            case PlacedDials():
                return [] if entry is None else self._move(entry, Signal.DIAL, now)
            case PlacedTalks():
                return [] if entry is None else self._move(entry, Signal.ANSWER, now)
        assert_never(said)

    def _caller_gone(self, over: CallOver, now: float) -> Out:
        """A call that came in: served, nobody need be called back; promised or missed, they do."""
        if not self.policy.is_enabled or not over.number:
            return []
        if over.outcome in callbacks.SERVED:
            return self._called_again(over.number, now)
        new_id = self._new_id("callback", now)
        entry = callbacks.promised(over, new_id, self.policy)
        if entry is None:
            entry = callbacks.missed(over, self._new_id("missed", now), self.policy)
        return [] if entry is None else self._add_callback(entry, now)

    def _add_callback(self, entry: Entry, now: float) -> Out:
        """One call back a number: an earlier one keeps its place, unless it was only missed."""
        out: Out = []
        for same in [e for e in self.entries.values() if callbacks.is_same(e, entry.number)]:
            if (same.kind, entry.kind) != ("missed", "callback"):
                return out
            out += self._cancel(same, "promised", now)
        return [*out, *self._add(entry, now)]

    def _called_again(self, number: str, now: float) -> Out:
        same = [e for e in self.entries.values() if callbacks.is_same(e, number)]
        return [one for entry in same for one in self._cancel(entry, "called_again", now)]

    def _attempt_over(self, entry: Entry, over: CallOver, now: float) -> Out:
        return self._ended(entry, over, over.result or _result(entry, over), now)

    def _ended(self, entry: Entry, over: CallOver | None, result: str, now: float) -> Out:
        attempt = entry.attempts[-1]
        data: dict[str, Json] = {"entry": entry.entry_id, "result": result}
        noted = lines.note(Line.DIAL_ENDED, now, call=attempt.call, data=data)
        entry = entry.ended(result, now, counts=result not in NOT_COUNTED)
        if result == "answered":
            fields = dict(over.fields) if over else {}
            entry = replace(entry, score=fields.get("survey_score", ""))
            return [noted, *self._move(entry, Signal.SUCCEED, now)]
        if entry.kind == "duty":
            return [noted, *self._next_phone(entry, result, now)]
        return [noted, *self._try_again(entry, result, now)]

    def _try_again(self, entry: Entry, result: str, now: float) -> Out:
        tries = self.policy.visits if entry.kind == "visit" else self.policy.callbacks
        if entry.tries >= tries.max_attempts:
            return self._move(replace(entry, reason=result), Signal.GIVE_UP, now)
        # Twice in a row is not chance: nobody's phone rings for a moment every half minute.
        before = entry.attempts[-2].result if len(entry.attempts) > 1 else ""
        soon = result in NOT_COUNTED and before not in NOT_COUNTED
        due_at = now + (NO_AGENT_S if soon else tries.spacing_s)
        if not entry.is_urgent:
            due_at = tries.window.next_open(due_at)
        return self._move(entry, Signal.TRY_AGAIN, now, due_at)

    def _next_phone(self, entry: Entry, result: str, now: float) -> Out:
        tries = self.policy.duty
        phones = self._units.duty_phones(entry.unit)
        after = duty.after(entry, result, len(phones), tries, now)
        out: Out = []
        if duty.escalates(entry, after, tries):
            data: dict[str, Json] = {"entry": entry.entry_id, "ticket_id": entry.ticket_id}
            data |= {"unit": entry.unit, "round": after.round}
            out += [Tell(one, "duty_unanswered", data) for one in self._supervisors]
            out.append(lines.note(Line.DUTY_ESCALATED, now, call=entry.entry_id, data=data))
        if duty.is_over(after, tries) or not phones:
            return [*out, *self._move(replace(after, reason=result), Signal.GIVE_UP, now)]
        return [*out, *self._move(after, Signal.TRY_AGAIN, now, after.due_at)]

    # --- people ask --------------------------------------------------------------------------

    def handle_asked(self, said: OutboundAsked, now: float) -> Out:
        is_for_new_calls = not isinstance(said, EntryCancelled | VisitsPaused)
        if is_for_new_calls and not self.policy.is_enabled:
            return [] if isinstance(said, CallMissed) else [IS_OFF]
        match said:
            case CallbackAsked():
                entry = callbacks.asked(said, self._new_id("callback", now), self.policy, now)
                return self._add_callback(entry, now)
            case EntryCancelled():
                known = self.entries.get(said.entry_id)
                return [NO_ENTRY] if known is None else self._cancelled(known, said.reason, now)
            case CallMissed():
                found = callbacks.found(said, self._new_id("missed", now), self.policy, now)
                return [] if found is None else self._add_callback(found, now)
            case DutyAsked():
                return self._duty(said, now)
            case VisitsAsked():
                return self._visits(said, now)
            case VisitsPaused():
                self._pacing.is_paused = said.is_paused
                return [Write(SaveOrder(PAUSED, said.is_paused))]
        assert_never(said)

    def _cancelled(self, entry: Entry, reason: str, now: float) -> Out:
        if entry.state is EntryState.TALKING:
            return [Refuse("is_talking", "正在通话，不能取消；可以请坐席挂机。")]
        return self._cancel(entry, reason, now)

    def _duty(self, said: DutyAsked, now: float) -> Out:
        phones = self._units.duty_phones(said.unit)
        if not phones:
            text = f"units.yaml 中单位 {said.unit} 没有值班电话（duty_phones），无法呼叫。"
            return [Refuse("no_duty_phone", text)]
        same = (said.ticket_id, said.unit)
        if any(e.kind == "duty" and (e.ticket_id, e.unit) == same for e in self.entries.values()):
            return [Refuse("is_dialled", "这个工单已在呼叫该单位的值班电话。")]
        entry = Entry(
            self._new_id("duty", now), "duty", said.ticket_id, phones[0].number, now, now,
            is_urgent=True, unit=said.unit, urgency=said.urgency,
        )  # fmt: skip
        return self._add(entry, now)

    def _visits(self, said: VisitsAsked, now: float) -> Out:
        known = {e.ticket_id for e in self.entries.values() if e.kind == "visit"}
        out: Out = []
        for visit in said.visits:
            if visit.ticket_id not in known and visit.number:
                known.add(visit.ticket_id)
                entry = visit_entry(visit, self._new_id("visit", now), self.policy.visits, now)
                out += self._add(entry, now)
        return out

    # --- time passes -------------------------------------------------------------------------

    @property
    def _may_place(self) -> bool:
        """Nobody is called whom an earlier run may have called, or who may be on the line."""
        return self._is_seen and self.is_known

    def next_deadline(self) -> float | None:
        return self._ends.next() if self._may_place else None

    def take_due(self, now: float) -> Out:
        if not self._may_place:
            return []
        out: Out = []
        for entry_id in self._ends.take_due(now):
            if entry_id in self.entries:
                out += self._due(self.entries[entry_id], now)
        return out

    def _due(self, entry: Entry, now: float) -> Out:
        if entry.state is EntryState.DUE and entry.call:
            return [CallWithdrawn(CallId(entry.call))]  # the window closes while it waits
        if not self.policy.is_enabled:
            self._ends.set(entry.entry_id, now + OFF_S)
            return []
        if entry.kind == "visit" and self.policy.visits.window.is_open(now):
            later = self._pacing.later(now)
            if later is not None:
                self._ends.set(entry.entry_id, later)
                return []
            self._pacing.begun(now)
        return self._place(entry, now)

    def _place(self, entry: Entry, now: float) -> Out:
        """Its time has come: outside its window it waits on, else the call begins."""
        window = None if entry.is_urgent else self._window(entry)
        if window is not None and not window.is_open(now):
            entry = replace(entry, due_at=window.next_open(now))
            return self._save(entry)
        placed = place(entry, self.policy, self._units, now)
        if placed is None:
            return self._move(replace(entry, reason="no_duty_phone"), Signal.GIVE_UP, now)
        entry, call = placed
        until = window.closes_at(now) if window is not None else None
        out = self._move(entry, Signal.TIME_CAME, now, until)
        return [*out, call]

    def _window(self, entry: Entry) -> Window:
        tries = self.policy.visits if entry.kind == "visit" else self.policy.callbacks
        return tries.window

    # --- after a gap -------------------------------------------------------------------------

    def settle(self, is_live: Callable[[str], bool], now: float) -> Out:
        """Asterisk has been seen: entries whose call is gone go on from there."""
        out: Out = []
        for entry in list(self.entries.values()):
            if entry.call and not is_live(entry.call):
                is_served = entry.state is EntryState.TALKING and entry.kind != "duty"
                out += self._ended(entry, None, "answered" if is_served else "interrupted", now)
            else:
                self._ends.set(entry.entry_id, entry.due_at)
        self._is_seen = True
        return out

    def take_up(self, entries: Iterable[Entry], is_live: Callable[[str], bool], now: float) -> Out:
        """The database holds all that earlier runs wrote, and this is what they planned."""
        self._keep(entries)
        self.is_known = True
        self._closed.clear()
        early, self._early = self._early, []
        out = [one for said in early for one in self.handle(said, now)]
        return [*out, *(self.settle(is_live, now) if self._is_seen else ())]


def _result(entry: Entry, over: CallOver) -> str:
    """Somebody answered: did they talk, or press what the tree asked for?"""
    if entry.kind == "duty":
        return "answered" if duty.ACKNOWLEDGED in over.path else "no_key"
    if over.outcome in callbacks.SERVED:
        return "answered"
    if entry.kind == "visit":
        return "answered" if "survey_score" in dict(over.fields) else "no_key"
    return "failed"
