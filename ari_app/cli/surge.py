"""``hotline surge on|off|status``: asks the running service.

Decides what is shown. What a mode changes stands in ``modes.yaml``.
"""

import re
import time
from datetime import datetime
from typing import Annotated, Any

import typer

from ari_app.cli.service_client import ask

surge_app = typer.Typer(help="Surge mode, all of it at once. 突发模式。", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_DURATION = re.compile(r"(\d{1,4})([mhd])")
_UNITS = {"m": 60, "h": 3600, "d": 86400}


@surge_app.command("on")
def on(
    mode: Annotated[str, typer.Argument(help="One of modes.yaml.")],
    lasting: Annotated[
        str, typer.Option("--for", help="How long: 90m, 2h, 3d. Default: until it is ended.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Change greeting, priorities, pools, wrap-up and announcements. 开启突发模式。"""
    _ask("PUT", as_json=as_json, body={"mode": mode, "until": _end(lasting)})


@surge_app.command("off")
def off(as_json: Json = False) -> None:
    """Undo all of it. 关闭突发模式。"""
    _ask("DELETE", as_json=as_json)


@surge_app.command("status")
def status(as_json: Json = False) -> None:
    """Is a mode on, and since when. 突发模式状态。"""
    _ask("GET", as_json=as_json)


def _end(lasting: str) -> float | None:
    if not lasting:
        return None
    found = _DURATION.fullmatch(lasting)
    if found is None:
        raise typer.BadParameter(f"--for {lasting}: write a number and m, h or d, like 90m or 12h.")
    return time.time() + int(found[1]) * _UNITS[found[2]]


def _ask(method: str, *, as_json: bool, body: dict[str, Any] | None = None) -> None:
    from ari_app import cli  # this module is one of its parts

    settings = cli._settings()
    raise typer.Exit(ask(settings, method, "surge", body=body, as_json=as_json, show=_show))


def _show(found: dict[str, Any]) -> None:
    if not found["on"]:
        print("No surge mode is on.")
        return
    until = f" until {_instant(found['until'])}" if found["until"] else ""
    since = f"since {_instant(found['since'])}{until}, by {found['by']}"
    print(f"Surge mode '{found['mode']}' ({found['label']}) is on {since}.")


def _instant(at: float) -> str:
    return f"{datetime.fromtimestamp(at).astimezone():%Y-%m-%d %H:%M}"
