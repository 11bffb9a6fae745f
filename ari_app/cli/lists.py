"""``hotline calls`` and ``hotline tickets``: the latest rows, as a table or as JSON.

Reads the database, so it works while the service is down. Decides only what is shown.
"""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence

from rich.console import Console
from rich.table import Table

from ari_app.cli.database import with_engine
from ari_app.cli.instants import clock
from ari_app.db.repo import Repo
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
    rows = await with_engine(settings, lambda engine: read(Repo(engine)))
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
            return clock(value)
        case float():
            return f"{value:.1f}"
        case [{"duration_s": float(seconds), "problem": problem}]:
            return f"{seconds:.0f} s" if problem is None else f"{seconds:.0f} s {problem}"
        case list():
            return ", ".join(map(str, value)) or "-"
    return "".join(letter if letter.isprintable() else "?" for letter in str(value))
