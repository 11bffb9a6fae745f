"""What the API may do with tickets: implements ``web.ports.TicketDesk``.

Brings together the rules, the clock and the database. What changes is decided in
``tickets/case.py``; here only what a refusal looks like, and who sees what.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from ari_app.core.phone_number import one_form, region_of
from ari_app.db import work
from ari_app.db.drafts import drop_drafts
from ari_app.db.fields import ticket_values
from ari_app.runtime import draft_desk
from ari_app.runtime.clock import Clock
from ari_app.tickets import case as cases
from ari_app.tickets.case import Case, Centre, Change, Editor, may_work_on
from ari_app.tickets.clocks import WorkTime
from ari_app.tickets.history import Entry, clashes
from ari_app.tickets.masking import for_reader
from ari_app.tickets.repeats import likely
from ari_app.tickets.rules import Rules
from ari_app.tickets.skeleton import content_hash, skeleton
from ari_app.tickets.work_order import Asked, Refused, WorkOrder
from ari_app.web.ports import Row, Unavailable
from ari_app.web.problems import Problem
from ivr.calendar import Calendar

T = TypeVar("T")

LIMIT_S = 3.0
NOBODYS = ""
DAY_S = 86400.0
NO_TICKET = Problem(404, "no_such_ticket", "没有这个工单，请检查工单号。")
NO_ORDER = Problem(404, "no_such_work_order", "没有这个派单，请检查派单号。")
_SHOWN_OF_REPEATS = (
    "ticket_id", "arrived_at", "channel", "case_type", "urgency", "category_code", "matter_cause",
    "matter_address", "closed_at", "agent_id",
)  # fmt: skip

Decide = Callable[[Case, Centre], Change | Refused | None]


class TicketDesk:
    def __init__(
        self, store: work.TicketStore, rules: Rules, calendar: Calendar, clock: Clock
    ) -> None:
        self._store, self._clock = store, clock
        self.change(rules, calendar)

    def change(self, rules: Rules, calendar: Calendar) -> None:
        """From the next decision on."""
        self._rules = rules
        self._time = WorkTime(calendar, rules.sla.schedule)

    # --- what people do ----------------------------------------------------------------------

    async def find(self, ticket_id: str, editor: Editor) -> Row:
        def read(connection: Connection) -> tuple[Case | None, Editor]:
            found = work.load(connection, [ticket_id], lock=False).get(ticket_id)
            return found, _with_ticket(connection, editor)

        case, editor = await self._run(read)
        if case is None:
            raise NO_TICKET
        return self._shown(case, editor)

    async def edit(
        self, ticket_id: str, seen: int | None, fields: Mapping[str, Any], editor: Editor
    ) -> Row:
        wanted = ticket_values(ticket_id, fields)

        def decide(case: Case, _: Centre) -> Change | Refused | None:
            entries = case.ticket["audit"] or ()
            if seen is not None and seen > case.ticket["version"]:
                raise _no_such_version(seen, case)
            met = [] if seen is None else clashes(entries, seen, wanted, case.ticket)
            if met:
                raise _changed(met, case)
            return cases.edited(case, wanted)

        return await self._change(ticket_id, editor, decide, drafts_of=editor.who)

    async def dispatch(
        self, ticket_id: str, units: Sequence[str], profile: str, editor: Editor
    ) -> Row:
        def decide(case: Case, centre: Centre) -> Change | Refused:
            return cases.dispatched(case, units, profile, centre)

        return await self._change(ticket_id, editor, decide)

    async def close(self, ticket_id: str, disposition: str | None, editor: Editor) -> Row:
        def decide(case: Case, centre: Centre) -> Change | Refused:
            return cases.closed(case, disposition, centre)

        return await self._change(ticket_id, editor, decide, drafts_of=None)

    async def reopen(self, ticket_id: str, reason: str, editor: Editor) -> Row:
        return await self._change(ticket_id, editor, lambda case, _: cases.reopened(case, reason))

    async def join(self, ticket_id: str, first_id: str, editor: Editor) -> Row:
        def do(connection: Connection) -> tuple[Case, Editor]:
            known = _with_ticket(connection, editor)
            found = work.load(connection, [ticket_id, first_id])
            if len(found) < len({ticket_id, first_id}):
                raise NO_TICKET
            one, first = found[ticket_id], found[first_id]
            _check(one, known)
            before, brought = (
                work.joined_count(connection, each) for each in (first_id, ticket_id)
            )
            centre = self._centre()
            changes = cases.joined(one, first, before, centre, brought=brought)
            if isinstance(changes, Refused):
                raise _refused(changes)
            after = work.apply(connection, one, changes[0], editor.who, centre.now)
            work.apply(connection, first, changes[1], editor.who, centre.now)
            drop_drafts(connection, ticket_id)
            return after, known

        return self._shown(*await self._run(do))

    async def repeats(self, ticket_id: str) -> Row:
        def read(connection: Connection) -> tuple[Case | None, list[Row]]:
            found = work.load(connection, [ticket_id], lock=False).get(ticket_id)
            since_s = self._rules.sla.repeat_days * DAY_S
            return found, work.earlier_of(connection, found.ticket, since_s) if found else []

        case, earlier = await self._run(read)
        if case is None:
            raise NO_TICKET
        rows: list[Any] = [
            {"score": score, **{name: one[name] for name in _SHOWN_OF_REPEATS}}
            for score, one in likely(case.ticket, earlier)
        ]
        return {"count": len(earlier), "repeats": rows}

    # --- what is typed and not saved ---------------------------------------------------------

    async def draft(self, ticket_id: str, editor: Editor) -> Row:
        def read(connection: Connection) -> Row:
            _open(connection, ticket_id, editor, lock=False)
            return draft_desk.draft_of(connection, ticket_id, editor)

        return await self._run(read)

    async def keep_draft(
        self, ticket_id: str, seen: int, tab: str, fields: Mapping[str, Any], editor: Editor
    ) -> Row:
        def do(connection: Connection) -> Row:
            case = _open(connection, ticket_id, editor, lock=True)
            kept = (seen, tab, fields)
            return draft_desk.keep(connection, case, kept, editor, self._clock.now())

        return await self._run(do)

    async def in_hand(self, editor: Editor) -> Row:
        def read(connection: Connection) -> tuple[Case | None, Editor, Row | None]:
            known = _with_ticket(connection, editor)
            if known.on_ticket is None:
                return None, known, None
            case = work.load(connection, [known.on_ticket], lock=False).get(known.on_ticket)
            return case, known, draft_desk.draft_of(connection, known.on_ticket, known)

        case, known, draft = await self._run(read)
        return {
            "ticket": None if case is None else self._shown(case, known),
            "draft": draft if case is not None else None,
        }

    async def served_by(self, agent: str, limit: int) -> list[Row]:
        return await self._run(lambda one: work.served_by(one, agent, limit))

    # --- what departments and other channels do ----------------------------------------------

    async def step(self, work_order_id: str, asked: Asked, who: str) -> Row:
        def do(connection: Connection) -> Case:
            ticket_id = work.find_order(connection, work_order_id)
            if ticket_id is None:
                raise NO_ORDER
            case, centre = work.load(connection, [ticket_id])[ticket_id], self._centre()
            change = cases.stepped(case, work_order_id, asked, centre)
            if isinstance(change, Refused):
                raise _refused(change)
            return work.apply(connection, case, change, who, centre.now)

        case = await self._run(do)
        [order] = [one for one in case.orders if one.work_order_id == work_order_id]
        return self._order(order)

    async def take_in(
        self, channel: str, key: str, arrived_at: float | None, fields: Mapping[str, Any]
    ) -> Row:
        number = one_form(str(fields.get("caller_number") or ""))
        caller = {"caller_number": number} if number else {}
        if region_of(number):
            caller["caller_region"] = region_of(number)
        now = self._clock.now()
        if arrived_at is not None and not (math.isfinite(arrived_at) and arrived_at <= now + 60):
            raise Problem(422, detail="arrived_at 应是不晚于现在的时间（秒）。")
        content = content_hash({**fields, "arrived_at": arrived_at})
        known = {**fields, **caller}
        row = skeleton(channel, key, now if arrived_at is None else arrived_at, known)

        def do(connection: Connection) -> tuple[Case, bool, bool]:
            case, is_new = work.take_in(connection, row, content, "intake", now)
            return case, is_new, work.is_same_message(case, content)

        case, is_new, is_same = await self._run(do)
        if not is_same:
            said = (
                f"{channel} 的 {key} 已用于另一条内容（工单 {case.ticket_id}），请更换 intake_key。"
            )
            raise Problem(409, "key_used", said)
        return {"ticket_id": case.ticket_id, "created": is_new}

    async def work_orders(self, unit: str | None, limit: int) -> list[Row]:
        orders = await self._run(lambda one: work.live_orders(one, unit, limit))
        return [self._order(order) for order in orders]

    def units(self) -> Row:
        rows: list[Any] = [
            {
                "unit": name,
                "label": unit.label,
                "categories": list(unit.categories),
                "has_duty_phones": bool(unit.duty_phones),
            }
            for name, unit in self._rules.units.by_name.items()
        ]
        profiles = {name: one.label for name, one in self._rules.sla.profiles.items()}
        return {"units": rows, "profiles": {**profiles}}

    # --- parts -------------------------------------------------------------------------------

    async def _change(
        self, ticket_id: str, editor: Editor, decide: Decide, *, drafts_of: str | None = NOBODYS
    ) -> Row:
        """``drafts_of``: whose draft is in the ticket now; None: nobody needs one any more."""

        def do(connection: Connection) -> tuple[Case, Editor]:
            known = _with_ticket(connection, editor)
            case = work.load(connection, [ticket_id]).get(ticket_id)
            if case is None:
                raise NO_TICKET
            _check(case, known)
            centre = self._centre()
            change = decide(case, centre)
            if isinstance(change, Refused):
                raise _refused(change)
            if drafts_of != NOBODYS:
                drop_drafts(connection, ticket_id, drafts_of)
            if change is None:
                return case, known
            return work.apply(connection, case, change, editor.who, centre.now), known

        return self._shown(*await self._run(do))

    async def _run(self, do: Callable[[Connection], T]) -> T:
        def guarded(connection: Connection) -> T | Problem:
            # A refusal is no failure of the connection, which stays open; nothing was written.
            try:
                return do(connection)
            except Problem as problem:
                return problem

        try:
            found = await self._store.run(guarded, LIMIT_S)
        except SQLAlchemyError as error:
            raise Unavailable(type(error).__name__) from error
        if isinstance(found, Problem):
            raise found
        return found

    def _centre(self) -> Centre:
        return Centre(self._rules, self._time, self._clock.now())

    def _shown(self, case: Case, editor: Editor) -> Row:
        row = for_reader(case.ticket, is_concerned=is_concerned(case.ticket, editor))
        row.pop("edited")
        centre = self._centre()
        return {
            **row,
            "card": cases.card_of(case, centre),
            "dispatch_by": cases.dispatch_by(case, centre),
            "work_orders": [self._order(order) for order in case.orders],
        }

    def _order(self, order: WorkOrder) -> Row:
        profile = self._rules.sla.profile(order.profile)
        return {
            **asdict(order),
            "unit_label": self._rules.units.label(order.unit),
            "state": order.state.value,
            "card": order.card(profile, self._time, self._clock.now()),
            "ends_at": order.ends_at,
        }


def is_concerned(ticket: Mapping[str, Any], editor: Editor) -> bool:
    """Who may see who called about a confidential matter: that it is nobody's is not enough."""
    is_own = ticket.get("agent_id") == editor.who or ticket["ticket_id"] == editor.on_ticket
    return editor.is_supervisor or is_own


def _open(connection: Connection, ticket_id: str, editor: Editor, *, lock: bool) -> Case:
    """The ticket, if the editor may work on it."""
    case = work.load(connection, [ticket_id], lock=lock).get(ticket_id)
    if case is None:
        raise NO_TICKET
    _check(case, _with_ticket(connection, editor))
    return case


def _with_ticket(connection: Connection, editor: Editor) -> Editor:
    return replace(editor, on_ticket=work.ticket_of_call(connection, editor.on_call))


def _check(case: Case, editor: Editor) -> None:
    if not may_work_on(case.ticket, editor):
        raise Problem(403, cases.NOT_YOURS.code, cases.NOT_YOURS.message)


def _refused(refused: Refused) -> Problem:
    return Problem(409, refused.code, refused.message)


def _no_such_version(seen: int, case: Case) -> Problem:
    now = case.ticket["version"]
    said = f"没有版本 {seen}：工单现在是版本 {now}，请重新读取后再保存。"
    return Problem(409, "no_such_version", said, headers={"ETag": f'"{now}"'})


def _changed(met: Sequence[tuple[str, Entry]], case: Case) -> Problem:
    errors = [
        {"field": name, "message": f"{entry['by']} 已改为“{case.ticket[name]}”"}
        for name, entry in met
    ]
    said = "他人已修改相同的字段，请核对后再保存。"
    etag = f'"{case.ticket["version"]}"'
    return Problem(409, "changed", said, errors=errors, headers={"ETag": etag})
