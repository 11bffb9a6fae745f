"""``hotline ivr apply|promote|rollback|history|status|emergency``: asks the running service.

Decides options, words and exit codes: 0 done, 1 refused or nobody there, 2 wrong usage.
"""

import getpass
import re
import time
from datetime import datetime
from typing import Annotated, Any, Optional

import typer
from rich.console import Console
from rich.table import Table

from ari_app.cli.service_client import ask
from ari_app.core.rollout import Bounds
from ari_app.settings import Settings
from ivr.problems import Problem, render_problems

emergency_app = typer.Typer(
    help="The announcement said before everything else, in all trees. 应急公告。",
    no_args_is_help=True,
)

USUAL = Bounds()
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Share = Annotated[float, typer.Option(min=0.0, max=1.0)]
_UNITS = {"m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"(\d{1,4})([mhd])")
_INSTANT = "%Y-%m-%d %H:%M"


def apply(
    message: Annotated[str, typer.Option("--message", "-m", help="What was changed, and why.")],
    percent: Annotated[
        float, typer.Option(min=0.0, max=100.0, help="Try it on this share of the calls.")
    ] = 0.0,
    dialled: Annotated[
        Optional[list[str]],  # noqa: UP045  (typer reads it at run time)
        typer.Option(help="Try it on all calls to this number; may be repeated."),
    ] = None,
    max_abandoned: Share = USUAL.abandoned,
    max_errors: Share = USUAL.errors,
    min_calls: Annotated[int, typer.Option(min=1)] = USUAL.min_calls,
    force: Annotated[bool, typer.Option("--force", help="In spite of findings.")] = False,
    as_json: Json = False,
) -> None:
    """Put the folder of flows into service as a new version. 发布流程。"""
    body: dict[str, Any] = {"message": message, "force": force, "author": _author()}
    if percent or dialled:
        body["canary"] = {
            "percent": percent, "dialled": dialled or [], "max_abandoned": max_abandoned,
            "max_errors": max_errors, "min_calls": min_calls,
        }  # fmt: skip
    _ask("POST", "flows/versions", body=body, as_json=as_json, show=_show_applied)


def promote(as_json: Json = False) -> None:
    """Bring the version on trial into service for everybody. 试运行转正。"""
    _ask("POST", "flows/promote", body={"author": _author()}, as_json=as_json)


def rollback(
    to: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option(min=1, help="This version. Default: end the trial, or the one before."),
    ] = None,
    as_json: Json = False,
) -> None:
    """End the trial, or go back to an earlier version. 回退。"""
    _ask("POST", "flows/rollback", body={"author": _author(), "to": to}, as_json=as_json)


def history(as_json: Json = False) -> None:
    """All versions, the newest first. 历史版本。"""
    _ask("GET", "flows/versions", as_json=as_json, show=_show_history)


def status(as_json: Json = False) -> None:
    """Which version is served, which is on trial, what the last apply said. 状态。"""
    _ask("GET", "flows/status", as_json=as_json, show=_show_status)


@emergency_app.command("on")
def emergency_on(
    prompt: Annotated[str, typer.Argument(help="A prompt of prompts.yaml.")],
    lasting: Annotated[str, typer.Option("--for", help="How long: 90m, 12h, 3d.")] = "",
    until: Annotated[
        Optional[datetime],  # noqa: UP045
        typer.Option(formats=[_INSTANT], help='"2026-11-24 08:00", time of this machine.'),
    ] = None,
    as_json: Json = False,
) -> None:
    """Say a prompt before everything else, until it ends by itself. 开启应急公告。"""
    body = {"prompt": prompt, "until": _end(lasting, until), "author": _author()}
    _ask("PUT", "emergency", body=body, as_json=as_json, show=_show_emergency)


@emergency_app.command("off")
def emergency_off(as_json: Json = False) -> None:
    """Say it no more. 关闭应急公告。"""
    _ask("DELETE", "emergency", as_json=as_json, show=_show_emergency)


@emergency_app.command("status")
def emergency_status(as_json: Json = False) -> None:
    """Is an announcement on. 应急公告状态。"""
    _ask("GET", "emergency", as_json=as_json, show=_show_emergency)


def _end(lasting: str, until: datetime | None) -> float:
    if bool(lasting) == (until is not None):
        raise typer.BadParameter('Say when it ends: --for 12h, or --until "2026-11-24 08:00".')
    if until is not None:
        return until.astimezone().timestamp()
    found = _DURATION.fullmatch(lasting)
    if found is None:
        raise typer.BadParameter(f"--for {lasting}: write a number and m, h or d, like 90m or 12h.")
    return time.time() + int(found[1]) * _UNITS[found[2]]


def _author() -> str:
    try:
        return getpass.getuser()[:64]
    except (KeyError, OSError):
        return "operator"


def _ask(method: str, path: str, *, as_json: bool, show: Any = None, body: Any = None) -> None:
    settings: Settings = _settings()
    shown = show or _show_version
    raise typer.Exit(ask(settings, method, path, body=body, as_json=as_json, show=shown))


def _settings() -> Settings:
    from ari_app import cli

    return cli._settings()


# --- what is printed -------------------------------------------------------------------------

_STATES = {
    "in_service": "in service", "on_trial": "on trial", "served_before": "served before",
    "kept": "",
}  # fmt: skip
_FOLDER = {
    "in_service": "the same as the version in service",
    "on_trial": "the same as the version on trial",
    "differs": "differs from the version in service: 'hotline ivr apply' brings it in",
    "unreadable": "cannot be read: see 'hotline ivr check'",
}


def _show_version(version: dict[str, Any]) -> None:
    print(f"Version {version['label']} is {_STATES[version['state']] or 'kept'}.")


def _show_applied(version: dict[str, Any]) -> None:
    findings = [Problem(**one) for one in version["findings"]]
    if findings:
        print(render_problems(findings))
    _show_version(version)


def _show_history(found: dict[str, Any]) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("version", "state", "made", "author", "message"):
        table.add_column(name, overflow="fold")
    for one in found["versions"]:
        made = _instant(one["made_at"])
        table.add_row(one["label"], _STATES[one["state"]], made, one["author"], one["message"])
    Console(markup=False, highlight=False).print(table)


def _show_status(found: dict[str, Any]) -> None:
    version, canary = found["version"], found["canary"]
    print(f"in service  {version['label']} since {_instant(found['since'])}: {version['message']}")
    print(f"            {_calls(found['calls'])}")
    if canary is not None:
        tried = canary["version"]
        numbers = f", {' '.join(canary['dialled'])}" if canary["dialled"] else ""
        print(f"on trial    {tried['label']} for {canary['percent']:g} %{numbers}")
        print(f"            {_calls(canary['calls'])}")
    if found["canary_stopped"]:
        print(f"last trial  ended: {found['canary_stopped']}")
    print(f"folder      {_FOLDER[found['folder']]}")
    failure = found["last_failure"]
    if failure is not None:
        print(f"last apply  failed at {_instant(failure['at'])} ({failure['code']})")
        for one in failure["problems"]:
            print(f"            {one['file']}:{one['line']}:{one['col']}: {one['message']}")


def _calls(counted: dict[str, Any]) -> str:
    return (
        f"{counted['begun']} calls, {counted['abandoned_share']:.0%} hung up in the tree, "
        f"{counted['errors_share']:.0%} met an error"
    )


def _show_emergency(found: dict[str, Any]) -> None:
    if not found["on"]:
        print("No emergency announcement is on.")
        return
    print(f"'{found['prompt']}' is said before everything else until {_instant(found['until'])}.")


def _instant(at: float) -> str:
    return f"{datetime.fromtimestamp(at).astimezone():{_INSTANT}}"
