"""``hotline outbox show|retry|secret``: what leaves for the city's ticket system.

Decides options, words and exit codes: 0 all well, 1 something waits for people or nobody answers.
"""

from typing import Annotated, Any, Optional

import typer
from rich.console import Console
from rich.table import Table

from ari_app.cli.instants import clock
from ari_app.cli.service_client import ask
from ari_app.passwords import load_passwords
from ari_app.settings import Settings

app = typer.Typer(help="Events for the ticket system. 工单推送。", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def _settings() -> Settings:
    from ari_app import cli

    return cli._settings()


@app.command()
def show(as_json: Json = False) -> None:
    """How many events wait, since when, and which ones were refused. 查看待推送与被拒事件。"""
    raise typer.Exit(ask(_settings(), "GET", "outbox", as_json=as_json, show=_show))


@app.command()
def retry(
    number: Annotated[
        Optional[int],  # noqa: UP045  (typer reads it at run time)
        typer.Argument(help="The number of a refused event, as 'show' names it."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All refused events.")] = False,
    as_json: Json = False,
) -> None:
    """Send a refused event once more. 重新推送。"""
    if (number is None) != everything:
        raise typer.BadParameter("name one event's number, or --all.")
    body = {"number": number}
    raise typer.Exit(
        ask(_settings(), "POST", "outbox/retry", body=body, as_json=as_json, show=_retried)
    )


@app.command()
def secret() -> None:
    """The secret with which the receiver checks our signatures. 显示签名密钥。"""
    print(load_passwords(_settings(), []).webhook)


def _retried(found: dict[str, Any]) -> None:
    print(f"{found['retried']} will be sent again at once.")
    if count := found["superseded"]:
        print(
            f"{count} not, and put away: a later event of the same ticket was sent or waits, and "
            "the older state would undo the newer one."
        )


def _show(found: dict[str, Any]) -> None:
    if not found["has_receiver"]:
        print("No receiver: set webhook_url in hotline.yaml. Everything is kept until then.")
    elif found["problem"]:
        print(f"The receiver takes nothing: {found['problem']}. It is asked again and again.")
    since = f", the oldest since {clock(found['oldest_at'])}" if found["oldest_at"] else ""
    print(f"{found['pending']} waiting{since}; {found['dead']} given up.")
    if not found["dead_events"]:
        return
    table = Table("number", "ticket", "event", "made at", "tries", "problem")
    for row in found["dead_events"]:
        table.add_row(
            str(row["number"]), row["ticket_id"], row["kind"], clock(row["created_at"]),
            str(row["attempts"]), row["problem"] or "",
        )  # fmt: skip
    Console().print(table)
    print("Mend what the problem names, then: hotline outbox retry NUMBER")
