"""``hotline audit``: who did what, and whether anybody changed what is written of it.

Reads the database, so it works while the service is down. Decides only what is shown.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from ari_app.cli.database import with_engine
from ari_app.cli.instants import clock
from ari_app.db.audit import AuditReader
from ari_app.settings import Settings

app = typer.Typer(help="Who did what, as a chain. 审计。", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


def _settings() -> Settings:
    from ari_app import cli  # this module is one of its parts

    return cli._settings()


@app.command("list")
def show(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=10000, help="How many.")] = 20,
    who: Annotated[str, typer.Option("--who", help="Only what this account did.")] = "",
    as_json: Json = False,
) -> None:
    """The latest rows. 最近的操作记录。"""

    async def read(reader: AuditReader) -> int:
        rows = await reader.rows(limit, who=who)
        if as_json:
            print(json.dumps(rows, ensure_ascii=False, indent=2))
        else:
            _print(rows)
        return 0

    raise typer.Exit(asyncio.run(_with_reader(_settings(), read)))


@app.command("verify")
def verify(as_json: Json = False) -> None:
    """Walk the chain; exit code 1 and the row when one was changed or is missing. 校验审计链。"""

    async def read(reader: AuditReader) -> int:
        found = await reader.verify()
        if as_json:
            said = {"rows": found.count, "head": found.head, "faults": found.faults}
            print(json.dumps(said, indent=2))
        else:
            for fault in found.faults:
                print(fault, file=sys.stderr)
            state = f"{len(found.faults)} faults" if found.faults else "the chain is whole"
            print(f"{found.count} rows, {state}; head {found.head or '-'}")
        return 1 if found.faults else 0

    raise typer.Exit(asyncio.run(_with_reader(_settings(), read)))


async def _with_reader(settings: Settings, read: Callable[[AuditReader], Awaitable[int]]) -> int:
    return await with_engine(settings, lambda engine: read(AuditReader(engine)))


def _print(rows: list[dict[str, Any]]) -> None:
    table = Table("no.", "at", "who", "what", "to", "result", box=None, header_style="bold")
    for row in rows:
        at = clock(row["at"])
        texts = (str(row["seq"]), at, row["who"], row["what"], row["subject"], row["result"])
        table.add_row(*("".join(c if c.isprintable() else "?" for c in text) for text in texts))
    Console(markup=False, highlight=False).print(table)
    print(f"{len(rows)} shown, the newest first")
