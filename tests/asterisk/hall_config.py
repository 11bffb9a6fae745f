"""A hall's configuration: shipped trees and prompts, agents whose phones have fixed addresses."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import yaml

from ari_app.settings import PROJECT_DIR
from ari_app.softphone.phone import PHONES_IP

SHARED = (
    "flows", "prompts", "hotline.yaml", "numbers.yaml", "modes.yaml", "units.yaml", "sla.yaml",
    "hours.yaml", "holidays.yaml",
)  # fmt: skip
QUEUES = {"general": {"ring_s": 5, "wrap_up_s": 1}, "enterprise": {}, "urgent": {}}
PAGES = {**QUEUES, "general": {**QUEUES["general"], "ring_s": 20}}
"""The first call of a browser opens its microphone, for which a busy machine takes seconds."""
STAFF = {"missed_offers": 1}
SKILLS = {
    "1001": {"zh": 5},
    "1002": {"zh": 5},
    "1003": {"zh": 4, "en": 4},
    "1004": {"zh": 3},
    "1005": {"zh": 3},
}
SUPERVISORS = {"1005"}
NO_FILES: Mapping[str, str] = {}


def make_config(
    folder: Path,
    ports: Mapping[str, int],
    tree: str = "",
    seats: Iterable[str] = (),
    files: Mapping[str, str] = NO_FILES,
    browsers: Iterable[str] = (),
    admins: Iterable[str] = (),
    at_home: Iterable[str] = (),
) -> Path:
    """The shipped trees and prompts, with agents whose phones have fixed addresses, or are pages
    of ``browsers`` or of ``at_home``, whose pages speak Opus."""
    roles = dict.fromkeys(SUPERVISORS, "supervisor") | dict.fromkeys(admins, "admin")
    config = folder / "config"
    config.mkdir()
    for name in SHARED:
        (config / name).symlink_to(PROJECT_DIR / "config" / name)
    if tree:
        (config / "flows").unlink()
        (config / "flows").mkdir()
        (config / "flows" / "main.yaml").write_text(tree, encoding="utf-8")
    agents = {
        agent_id: {
            "name": f"坐席{agent_id}",
            "queues": ["general", "urgent", "enterprise"],
            "skills": skills,
            "role": roles.get(agent_id, "agent"),
            "phone": (
                {"browser": True, "codec": "opus"} if agent_id in at_home
                else {"browser": True} if agent_id in browsers
                else {"contact": _at(agent_id, ports)}
            ),
        }
        for agent_id, skills in SKILLS.items()
    }  # fmt: skip
    shipped = yaml.safe_load((PROJECT_DIR / "config" / "queues.yaml").read_text(encoding="utf-8"))
    places = {seat: {"phone": {"contact": _at(seat, ports)}} for seat in seats}
    queues = PAGES if browsers else QUEUES
    shipped_files = {
        "agents": {"agents": agents, "seats": places},
        "queues": {**shipped, "queues": queues, "staff": {**shipped["staff"], **STAFF}},
    }
    for name, content in shipped_files.items():
        text = yaml.safe_dump(content, allow_unicode=True)
        (config / f"{name}.yaml").write_text(text, encoding="utf-8")
    # Unless a test asks for it, nobody is called back in the middle of another one.
    for name, text in {"outbound.yaml": "enabled: false\n", **files}.items():
        (config / name).unlink(missing_ok=True)  # it may be a link to the shipped one
        (config / name).write_text(text, encoding="utf-8")
    return config


def _at(place: str, ports: Mapping[str, int]) -> str:
    return f"sip:{place}@{PHONES_IP}:{ports[place]}"
