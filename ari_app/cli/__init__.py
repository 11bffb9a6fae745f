"""The ``hotline`` command: one console script, nouns and verbs.

Decides names, options and exit codes. Exit codes: 0 all well, 1 problems found or something
failed, 2 wrong usage, 78 a configuration that cannot be served.
"""

import asyncio
import sys
from pathlib import Path
from typing import Annotated, Optional

import typer

from ari_app.cli.audit import app as audit_app
from ari_app.cli.audit_day import run as audit_day
from ari_app.cli.ivr import app as ivr_app
from ari_app.cli.outbound import callbacks_app, duty_app, visits_app
from ari_app.cli.outbox import app as outbox_app
from ari_app.cli.rehearse import run as rehearse
from ari_app.cli.report import app as report_app
from ari_app.cli.surge import surge_app
from ari_app.settings import Settings, SettingsError, load_settings

BAD_CONFIGURATION = 78

app = typer.Typer(
    help="12345 hotline: the telephone side, on Asterisk. 政府热线电话系统。",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=True,
)
prompts_app = typer.Typer(help="Spoken prompts. 提示音。", no_args_is_help=True)
db_app = typer.Typer(help="The database. 数据库。", no_args_is_help=True)
app.add_typer(prompts_app, name="prompts")
app.add_typer(db_app, name="db")
app.add_typer(ivr_app, name="ivr")
app.add_typer(audit_app, name="audit")
app.add_typer(outbox_app, name="outbox")
app.add_typer(report_app, name="report")
app.add_typer(report_app, name="report")
app.add_typer(surge_app, name="surge")
app.add_typer(callbacks_app, name="callbacks")
app.add_typer(duty_app, name="duty")
app.add_typer(visits_app, name="visits")
app.command("rehearse")(rehearse)
app.command("audit-day")(audit_day)

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, max=10000, help="How many.")]

_config: dict[str, Path | None] = {"dir": None}


@app.callback()
def _options(
    config: Annotated[
        Optional[Path],  # noqa: UP045  (typer reads it at run time)
        typer.Option("--config", help="Folder with hotline.yaml, agents.yaml, flows/ ..."),
    ] = None,
) -> None:
    _config["dir"] = config


def main() -> None:
    """Entry point of the console script."""
    try:
        app()
    except SettingsError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        sys.exit(BAD_CONFIGURATION)


def _settings() -> Settings:
    return load_settings(_config["dir"])


@app.command()
def up() -> None:
    """Start Asterisk and the service, and keep both running until Ctrl-C. 启动全部。"""
    from ari_app.cli.up import up as run

    raise typer.Exit(run(_settings()))


@app.command()
def serve() -> None:
    """Run the service alone, beside an Asterisk that is already there. 仅启动服务。"""
    from ari_app.cli.serve import serve as run

    raise typer.Exit(run(_settings()))


@app.command()
def check(as_json: Json = False) -> None:
    """Check every configuration file; exit code 1 and file:line when one is wrong. 检查配置。"""
    from ari_app.cli.check import check as run

    raise typer.Exit(run(_config["dir"], as_json=as_json))


@app.command()
def doctor(as_json: Json = False) -> None:
    """Check this machine: Asterisk, modules, prompts, ports, disk, database. 自检。"""
    from ari_app.cli.doctor import doctor as run

    raise typer.Exit(run(_settings(), as_json))


@app.command()
def demo(as_json: Json = False) -> None:
    """Play one whole call, citizen and agent, step by step. 演示一次完整通话。"""
    from ari_app.cli.demo import demo as run

    raise typer.Exit(run(_settings(), as_json=as_json))


@app.command()
def reload(as_json: Json = False) -> None:
    """Put changed files of config/ into service; talks go on. 使修改的配置生效。"""
    from ari_app.cli.reload import reload as run

    raise typer.Exit(run(_settings(), as_json=as_json))


@app.command()
def calls(limit: Limit = 20, as_json: Json = False) -> None:
    """The latest calls. 最近的来电。"""
    from ari_app.cli.lists import show_calls

    raise typer.Exit(asyncio.run(show_calls(_settings(), limit, as_json=as_json)))


@app.command()
def tickets(limit: Limit = 20, as_json: Json = False) -> None:
    """The latest tickets. 最近的工单。"""
    from ari_app.cli.lists import show_tickets

    raise typer.Exit(asyncio.run(show_tickets(_settings(), limit, as_json=as_json)))


@prompts_app.command("build")
def prompts_build(
    install: Annotated[
        bool, typer.Option("--install", help="Bring the voices first (600 MB).")
    ] = False,
) -> None:
    """Render the prompts whose wording changed. 合成提示音。"""
    from ari_app.cli.prompts import build

    raise typer.Exit(build(_settings().config_dir, install=install))


@db_app.command("upgrade")
def db_upgrade() -> None:
    """Bring the database to this program's schema. 升级数据库。"""
    from ari_app.cli.serve import upgrade_database

    raise typer.Exit(upgrade_database(_settings()))
