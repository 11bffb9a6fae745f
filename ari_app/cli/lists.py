"""``hotline calls`` and ``hotline tickets``: the latest rows, as a table or as JSON.

Reads the database, so it works while the service is down. Decides only what is shown.
"""

import json
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime

from rich.console import Console
from rich.table import Table
from sqlalchemy.exc import SQLAlchemyError

from ari_app.db.engine import open_engine
from ari_app.db.repo import Repo
from ari_app.db.schema import check_database
from ari_app.settings import Settings

Row = Mapping[str, object]

# What a table shows fits into 100 columns; --json has everything.
CALLS = ("arrived_at", "call_id", "caller", "dialled", "outcome", "ended_at")
TICKETS = (
    "arrived_at", "ticket_id", "caller_number", "language", "outcome", "agent_id", "wait_s",
    "recording_ref",
)  # fmt: skip
HEADINGS = {
    "call_id": "call", "ticket_id": "ticket", "caller_number": "caller", "agent_id": "agent",
    "wait_s": "waited", "recording_ref": "recording",
}  # fmt: skip
ALL_OF_A_CALL = (*CALLS, "phase", "source")


async def show_calls(settings: Settings, limit: int, *, as_json: bool) -> int:
    async def read(repo: Repo) -> list[Row]:
        rows = await repo.calls(limit)
        return [{name: getattr(row, name) for name in ALL_OF_A_CALL} for row in rows]

    return await _show(settings, read, CALLS, as_json=as_json)


async def show_tickets(settings: Settings, limit: int, *, as_json: bool) -> int:
    async def read(repo: Repo) -> list[Row]:
        return [
            {"ticket_id": row.ticket_id, "call_id": row.call_id, **row.fields}
            for row in await repo.tickets(limit)
        ]

    return await _show(settings, read, TICKETS, as_json=as_json)


async def _show(
    settings: Settings,
    read: Callable[[Repo], Awaitable[list[Row]]],
    columns: Sequence[str],
    *,
    as_json: bool,
) -> int:
    problem = await check_database(settings.database_url)
    if problem is not None:
        print(problem, file=sys.stderr)
        return 1
    engine = open_engine(settings.database_url)
    try:
        rows = await read(Repo(engine))
    except (SQLAlchemyError, OSError) as error:
        print(f"The database cannot be read: {error}", file=sys.stderr)
        return 1
    finally:
        await engine.dispose()
    if as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        _print_table(rows, columns)
    return 0


def _print_table(rows: Sequence[Row], columns: Sequence[str]) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        name = HEADINGS.get(column, column.removesuffix("_at"))
        table.add_column(name, overflow="fold", no_wrap=column in ("arrived_at", "ended_at"))
    for row in rows:
        table.add_row(*(_cell(column, row.get(column)) for column in columns))
    Console(markup=False, highlight=False).print(table)
    print(f"{len(rows)} shown, the newest first")


def _cell(column: str, value: object) -> str:
    match value:
        case None | "":
            return "-"
        case float() if column.endswith("_at"):
            return f"{datetime.fromtimestamp(value).astimezone():%m-%d %H:%M:%S}"
        case float():
            return f"{value:.1f}"
        case [{"duration_s": float(seconds), "problem": problem}]:
            return f"{seconds:.0f} s" if problem is None else f"{seconds:.0f} s {problem}"
        case list():
            return ", ".join(map(str, value)) or "-"
    return "".join(letter if letter.isprintable() else "?" for letter in str(value))
