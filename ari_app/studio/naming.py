"""The names that a tree may use here, and the schema: what an editor completes.

Decides which words go with each name. Reads the configuration; knows no tree.
"""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from ari_app.configuration import Groundwork, load_groundwork
from ari_app.core.records import Json
from ari_app.studio.checking import Row
from ivr.facts import FORMS
from ivr.model import Flow
from ivr.play.cases import CasesFile
from ivr.profiles import PROFILES
from ivr.schema import schema_of
from ivr.yaml_source import MAX_BYTES


def names(config_dir: Path) -> Row:
    """What exists, each with words for people; empty lists while the configuration is broken."""
    ground = load_groundwork(config_dir)
    known = _known({}) if isinstance(ground, list) else _known(_of(ground))
    profiles: list[Json] = [*PROFILES]
    facts: list[Json] = [asdict(one) for one in FORMS]
    return {
        **known,
        "facts": facts,
        "profiles": profiles,
        "max_bytes": MAX_BYTES,
        "flow_schema": schema_of(Flow, "flow"),
        "cases_schema": schema_of(CasesFile, "cases"),
    }


KINDS = ("queues", "skills", "prompts", "numbers", "schedules", "languages", "fields", "modes")


def _known(found: Mapping[str, Mapping[str, str]]) -> Row:
    return {
        kind: [{"name": name, "about": about} for name, about in found.get(kind, {}).items()]
        for kind in KINDS
    }


def _of(ground: Groundwork) -> dict[str, dict[str, str]]:
    used, catalogue = ground.names, ground.prompts.catalogue
    return {
        "queues": dict.fromkeys(map(str, used.queues or ()), ""),
        "skills": dict.fromkeys(map(str, used.skills or ()), ""),
        "prompts": {
            name: next((one.text for one in prompt.wordings.values()), "")
            for name, prompt in catalogue.prompts.items()
        },
        "numbers": {name: one.number for name, one in ground.world.numbers.items()},
        "schedules": dict.fromkeys(map(str, used.schedules or ()), ""),
        "languages": dict.fromkeys(map(str, catalogue.languages), ""),
        "fields": {name: str(kind) for name, kind in (used.fields or {}).items()},
        "modes": {name: mode.label for name, mode in ground.centre.modes.items()},
    }
