"""Reads the journal for the departments' report: a period's work orders and what came of them.

Decides no figure. Lines are read until now: an order may be closed, and its citizen visited, long
after the period.
"""

from sqlalchemy.ext.asyncio import AsyncEngine

from ari_app.db.report_rows import lines
from ari_app.reports.orders import READ, OrderFold, Orders
from ari_app.reports.period import Period


async def orders_dispatched(engine: AsyncEngine, period: Period) -> Orders:
    """Those dispatched in the period, with the score of the ticket's return visit."""
    fold = OrderFold(period)
    async for line in lines(engine, period.since, READ):
        fold.take(line)
    return fold.orders()
