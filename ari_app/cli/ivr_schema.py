"""``hotline ivr schema``: the JSON Schemas of the configuration files, for editors.

Decides which file is described by which model, and where the schemas lie: in ``config/``, so that a
file's first line ``# yaml-language-server: $schema=...`` finds its own.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Optional

import typer
from pydantic import BaseModel

from ari_app.agent_files import AgentsFile
from ari_app.calendar_files import HolidaysFile, HoursFile
from ari_app.outbound_files import OutboundFile
from ari_app.queue_files import QueuesFile
from ari_app.staff_files import ModesFile
from ari_app.ticket_files import SlaFile, UnitsFile
from ari_app.world_files import ListsFile, NumbersFile
from ivr.model import Flow
from ivr.play.cases import CasesFile
from ivr.problems import did_you_mean
from ivr.schema import schema_of
from recordings.catalogue import CatalogueFile

SCHEMAS: Final[Mapping[str, tuple[type[BaseModel], str]]] = {
    "flow": (Flow, "A tree of the hotline (flows/*.yaml)"),
    "cases": (CasesFile, "Scripted calls (flows/tests/*.yaml)"),
    "agents": (AgentsFile, "Agents (agents.yaml)"),
    "queues": (QueuesFile, "Queues and skills (queues.yaml)"),
    "hours": (HoursFile, "Working hours (hours.yaml)"),
    "holidays": (HolidaysFile, "Public holidays and make-up working days (holidays.yaml)"),
    "numbers": (NumbersFile, "Outside numbers (numbers.yaml)"),
    "lists": (ListsFile, "Callers with a list of their own (lists.yaml)"),
    "modes": (ModesFile, "Surge modes (modes.yaml)"),
    "units": (UnitsFile, "Departments that handle tickets (units.yaml)"),
    "sla": (SlaFile, "How long departments have (sla.yaml)"),
    "outbound": (OutboundFile, "Calls that we place (outbound.yaml)"),
    "prompts": (CatalogueFile, "What callers hear (prompts/prompts.yaml)"),
}


def schema(
    name: Annotated[str, typer.Argument(help=f"One of {', '.join(SCHEMAS)}.")] = "flow",
    out: Annotated[
        Optional[Path],  # noqa: UP045  (typer reads it at run time)
        typer.Option("--out", "-o", help="A folder: write all schemas there."),
    ] = None,
) -> None:
    """Print a JSON Schema for editors, or write all of them. 生成编辑器用的 JSON Schema。"""
    if name not in SCHEMAS:
        hint = did_you_mean(name, SCHEMAS, what="Schemas")
        raise typer.BadParameter(f"there is no schema '{name}'. {hint}", param_hint="NAME")
    if out is None:
        sys.stdout.write(text_of(name))
        return
    if not out.is_dir():
        raise typer.BadParameter(f"{out} is no folder.", param_hint="--out")
    for one in SCHEMAS:
        path = out / file_of(one)
        path.write_text(text_of(one), encoding="utf-8")
        print(path)


def file_of(name: str) -> str:
    return f"{name}.schema.json"


def text_of(name: str) -> str:
    model, about = SCHEMAS[name]
    return json.dumps(schema_of(model, about), ensure_ascii=False, indent=2) + "\n"
