"""``hotline callbacks``, ``hotline duty`` and ``hotline visits``: calls that we place.

Asks the running service; only the audit reads the journal itself, so it works while the service is
down. Decides what is shown.
"""

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from ari_app.cli.database import with_engine
from ari_app.cli.instants import clock
from ari_app.cli.service_client import ask
from ari_app.core.outbound.overtaking import Audit, audit
from ari_app.db.dial_rows import DialRows
from ari_app.settings import Settings

callbacks_app = typer.Typer(help="Callbacks and missed calls. 回拨。", no_args_is_help=True)
duty_app = typer.Typer(help="Duty phones. 值班电话。", no_args_is_help=True)
visits_app = typer.Typer(help="Return visits. 回访。", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
All = Annotated[bool, typer.Option("--all", help="Those that are over as well.")]
EntryId = Annotated[str, typer.Argument(help="The entry's id, as list shows it.")]
DAY_S = 86400.0

COLUMNS = ("entry_id", "kind", "state", "number", "ticket_id", "due_at", "tries", "results")


def _settings() -> Settings:
    from ari_app import cli  # it imports this module

    return cli._settings()


def _list(path: str, *, everything: bool, as_json: bool) -> None:
    query = f"{path}?limit=1000&open_only={'false' if everything else 'true'}"
    raise typer.Exit(ask(_settings(), "GET", query, as_json=as_json, show=_show))


def _cancel(path: str, entry_id: str) -> None:
    done = lambda _: print(f"{entry_id} is called no more")  # noqa: E731
    raise typer.Exit(ask(_settings(), "DELETE", f"{path}/{entry_id}", show=done))


def _show(found: Any) -> None:
    entries: Sequence[Mapping[str, Any]] = found["entries"]
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in COLUMNS:
        table.add_column(column.removesuffix("_at").removesuffix("_id"), overflow="fold")
    for entry in entries:
        table.add_row(*(_cell(entry, column) for column in COLUMNS))
    Console(markup=False, highlight=False).print(table)
    paused = " (paused)" if found.get("is_paused") else ""
    print(f"{len(entries)} entries{paused}")


def _cell(entry: Mapping[str, Any], column: str) -> str:
    if column == "results":
        results = [one["result"] or "now" for one in entry["attempts"]]
        return ", ".join(results) + (f" = {entry['score']}" if entry["score"] else "") or "-"
    value = entry[column]
    if column == "due_at" and value is not None:
        return clock(value)
    return "-" if value in (None, "") else str(value)


@callbacks_app.command("list")
def list_callbacks(everything: All = False, as_json: Json = False) -> None:
    """Who is to be called back, with attempts and results. 回拨名单。"""
    _list("callbacks", everything=everything, as_json=as_json)


@callbacks_app.command("cancel")
def cancel_callback(entry_id: EntryId) -> None:
    """Call them back no more. 取消回拨。"""
    _cancel("callbacks", entry_id)


@callbacks_app.command("audit")
def audit_callbacks(
    days: Annotated[float, typer.Option("--days", min=0.01, help="How far back.")] = 1.0,
    as_json: Json = False,
) -> None:
    """Prove from the journal that no callback overtook a waiting caller. 核查回拨是否插队。"""
    raise typer.Exit(asyncio.run(_audit(_settings(), days, as_json=as_json)))


async def _audit(settings: Settings, days: float, *, as_json: bool) -> int:
    now = time.time()
    line = await with_engine(settings, lambda e: DialRows(e).line(now - days * DAY_S, now))
    found = audit(line)
    _show_audit(found, as_json=as_json)
    return 1 if found.overtakings else 0


def _show_audit(found: Audit, *, as_json: bool) -> None:
    rows = [
        {"at": one.at, "callback": one.callback.call, "caller": one.caller.call}
        for one in found.overtakings
    ]
    if as_json:
        print(json.dumps({"offers": found.offers, "overtakings": rows}, indent=2))
        return
    for row in rows:
        print(f"{row['callback']} was offered before {row['caller']}, who had an earlier place")
    print(f"{found.offers} offers of callbacks, {len(rows)} before somebody with an earlier place")


@duty_app.command("list")
def list_duty(everything: All = False, as_json: Json = False) -> None:
    """Which duty phones are being rung. 值班呼叫。"""
    _list("duty-calls", everything=everything, as_json=as_json)


@duty_app.command("call")
def call_duty(
    ticket: Annotated[str, typer.Argument(help="The ticket's id.")],
    unit: Annotated[str, typer.Argument(help="The unit's name in units.yaml.")],
    urgency: Annotated[str, typer.Option(help="普通, 急 or 紧急.")] = "紧急",
) -> None:
    """Ring the unit's duty phones until somebody acknowledges. 呼叫值班电话。"""
    body = {"unit": unit, "urgency": urgency}
    path = f"tickets/{ticket}/duty-call"
    done = lambda _: print("ringing; see hotline duty list")  # noqa: E731
    raise typer.Exit(ask(_settings(), "POST", path, body=body, show=done))


@duty_app.command("cancel")
def cancel_duty(entry_id: EntryId) -> None:
    """Ring no more. 取消值班呼叫。"""
    _cancel("duty-calls", entry_id)


@visits_app.command("list")
def list_visits(everything: All = False, as_json: Json = False) -> None:
    """Who is asked how content they are, and the marks. 回访名单。"""
    _list("visits", everything=everything, as_json=as_json)


@visits_app.command("add")
def add_visits(
    tickets: Annotated[list[str] | None, typer.Argument(help="Tickets' ids.")] = None,
    days: Annotated[float, typer.Option("--days", help="Closed within so many days.")] = 0.0,
) -> None:
    """Visit these tickets, or all that were closed of late. 添加回访。"""
    body: dict[str, Any] = {"ticket_ids": tickets or []}
    if days > 0:
        body = {"closed_from": time.time() - days * DAY_S}
    done = lambda found: print(f"{found['asked']} asked")  # noqa: E731
    raise typer.Exit(ask(_settings(), "POST", "visits", body=body, show=done))


@visits_app.command("pause")
def pause_visits() -> None:
    """Begin no further visit. 暂停回访。"""
    _pause(is_paused=True)


@visits_app.command("resume")
def resume_visits() -> None:
    """Go on. 继续回访。"""
    _pause(is_paused=False)


def _pause(*, is_paused: bool) -> None:
    done = lambda _: print("paused" if is_paused else "going on")  # noqa: E731
    body = {"is_paused": is_paused}
    raise typer.Exit(ask(_settings(), "PUT", "visits/paused", body=body, show=done))
