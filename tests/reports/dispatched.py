"""Work orders as departments work on them, written by the desk, the dial list and the recorder."""

from dataclasses import dataclass, field
from typing import Any

from ari_app.core.events import KeyPressed, LegDown, LegUp
from ari_app.core.outbound.asked import Visit, VisitsAsked
from ari_app.core.records import OpenCall
from ari_app.core.values import LegId
from ari_app.db.work import TicketStore
from ari_app.runtime.ticket_desk import TicketDesk
from ari_app.tickets.case import Editor
from ari_app.tickets.work_order import Asked, Step
from tests.core.test_dial_list import VISIT_TREE, Outbound
from tests.db.databases import Database
from tests.runtime.fakes import HandClock
from tests.tickets.calendars import CALENDAR, SHIPPED, at

FROM, TO = "2026-03-02", "2026-03-03"
BEGUN = at("2026-03-02 09:00")
"""A Monday; all orders but one of the next day are dispatched on it."""
LATER = at("2026-03-31 09:00")
MINUTE_S, HOUR_S, DAY_S = 60.0, 3600.0, 86_400.0
SUNNY, SLOW, URGENT = "shandong_2020", "guangdong_2022", "tianjin_2025"
BOSS = Editor("2001", True)


@dataclass
class Centre:
    """A day's tickets; ``clock`` is turned by who lets time pass."""

    db: Database
    desk: TicketDesk
    clock: HandClock = field(default_factory=lambda: HandClock(BEGUN))

    async def ticket(self, call: str, **fields: Any) -> str:
        await self.db.recorder.write(
            OpenCall(call, self.clock.time, "13800138000", "", "", "12345")
        )
        ticket = f"t-{call}"
        matter = {"matter_cause": "路灯不亮", "disposition": "专班协调", **fields}
        await self.desk.edit(ticket, None, matter, BOSS)
        return ticket

    async def dispatch(self, ticket: str, unit: str, profile: str) -> str:
        row = await self.desk.dispatch(ticket, [unit], profile, BOSS)
        return str(row["work_orders"][-1]["work_order_id"])

    async def step(self, after_s: float, order: str, step: Step) -> None:
        self.clock.time += after_s
        await self.desk.step(order, Asked(step, "说明"), "city")

    async def visited(self, after_s: float, ticket: str, key: str) -> None:
        """The visit's own call, tree and dial list write what they write."""
        self.clock.time += after_s
        book = Outbound(ready=False, tree=VISIT_TREE)
        book.now = self.clock.time
        book.feed(VisitsAsked((Visit(ticket, "13800138000"),))).wait(0.0)
        leg = LegId(book.entry.call)
        book.feed(LegUp(leg)).feed(KeyPressed(leg, key)).feed(LegDown(leg))
        for record in book.written:
            await self.db.recorder.write(record)
        await self.db.recorder.caught_up()


async def work_on(db: Database) -> None:
    """Every step there is, in time and late; one ticket marked, reopened, dispatched anew."""
    store, clock = TicketStore(db.engine), HandClock(BEGUN)
    town = Centre(db, TicketDesk(store, SHIPPED.rules, CALENDAR, clock), clock)
    try:
        await _first_ticket(town)
        clock.time = BEGUN + HOUR_S
        await _second_ticket(town)
        clock.time = BEGUN + 2 * HOUR_S
        await town.dispatch(await town.ticket("c3"), "urban_management", SLOW)
        await _marked_and_reopened(town)
    finally:
        await store.close()


async def _first_ticket(town: Centre) -> None:
    """Urgent: housing signs within its 15 minutes and closes without a word before; health signs,
    extends, answers and closes within the extension."""
    ticket = await town.ticket("c1", urgency="紧急")
    housing = await town.dispatch(ticket, "housing", URGENT)
    health = await town.dispatch(ticket, "health", SUNNY)
    await town.step(5 * MINUTE_S, housing, Step.SIGN)
    await town.step(MINUTE_S, housing, Step.CLOSE)
    await town.step(MINUTE_S, health, Step.SIGN)
    await town.step(DAY_S, health, Step.EXTEND)
    await town.step(8 * DAY_S, health, Step.RESPOND)
    await town.step(DAY_S, health, Step.CLOSE)


async def _second_ticket(town: Centre) -> None:
    """Housing signs late and goes on; health sends it back."""
    ticket = await town.ticket("c2", urgency="紧急")
    housing = await town.dispatch(ticket, "housing", URGENT)
    health = await town.dispatch(ticket, "health", SUNNY)
    await town.step(16 * MINUTE_S, housing, Step.SIGN)
    await town.step(MINUTE_S, health, Step.RETURN)


async def _marked_and_reopened(town: Centre) -> None:
    """The citizen of the first ticket is content, then not: what comes of it has no mark yet."""
    town.clock.time = BEGUN + 12 * DAY_S
    await town.desk.close("t-c1", None, BOSS)
    await town.visited(HOUR_S, "t-c1", "5")
    await town.visited(HOUR_S, "t-c2", "2")
    await town.desk.reopen("t-c1", "又不亮了", BOSS)
    await town.dispatch("t-c1", "housing", SUNNY)
