"""``python -m ari_app.runtime.day_process``: the figures of the day, in a process of its own.

Its first argument is the database. Each line on standard input holds the time (epoch seconds) and
asks for a look; each look answers with one line of JSON: rows by section, or why there are none. It
ends with its input. Decides nothing: it brings ``db`` and ``reports`` together.
"""

import asyncio
import json
import os
import sys
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from ari_app.db.engine import open_engine
from ari_app.db.report_rows import JournalTail
from ari_app.reports.live import LiveDay

NICENESS: Final = 10
AWAY: Final = "away"


async def look(tail: JournalTail, day: LiveDay, now: float) -> str:
    try:
        async for line in tail.look(day.read_since(now)):
            day.take(line)
    except (SQLAlchemyError, OSError) as error:
        return json.dumps({AWAY: type(error).__name__})
    return json.dumps(day.sections(now))


async def _serve(database_url: str) -> None:
    engine = open_engine(database_url)
    tail, day = JournalTail(engine), LiveDay()
    try:
        while asked := await asyncio.to_thread(sys.stdin.readline):
            print(await look(tail, day, float(asked)), flush=True)
    finally:
        await engine.dispose()


if __name__ == "__main__":
    os.nice(NICENESS)
    asyncio.run(_serve(sys.argv[1]))
