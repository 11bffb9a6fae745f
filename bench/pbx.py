"""One Asterisk for all systems of a run: the project's own configuration plus what they need.

It decides the numbers that reach each system and the agents that all of them share. All run on
one process with one set of modules, so that none has an Asterisk of its own making. It must not
know how load is made or measured.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml

from ari_app.asterisk.process import AsteriskProcess, ari_auth
from ari_app.settings import PROJECT_DIR, Settings, load_settings
from ari_app.softphone.alaw import decode
from bench.rtp import OTHER_PROMPT_BYTES, PROMPT_BYTES, wave

AGENT_HOST = "127.0.0.3"
SERVICE_NUMBER = "12345"
# Prompts of the project, whose sounds are replaced by tones of one second.
PROMPT = "connecting"
OTHER_PROMPT = "no_agent_language"
PROMPT_S = 1.0
SOLO_AGENT = "2001"
BOSS = "2002"
POOL, SOLO = "pool", "solo"
# The number dialled for each system and group.
SERVICE_NUMBERS = {POOL: SERVICE_NUMBER, SOLO: "12346"}
QUEUE_NUMBERS = {POOL: "70001", SOLO: "70002"}
BARE_QUEUE_NUMBERS = {POOL: "71001", SOLO: "71002"}
LOOP_NUMBERS = {POOL: "72001", SOLO: "72002"}
LOOP_APP = "bench-ari-client"

# The same way as the dialplan of the others: one prompt, then the group's queue.
_TREE = f"""\
flow: main
language: zh_CN
start: hello
last_resort: desk
nodes:
  hello: {{type: say, prompts: [{PROMPT}], next: whom, on_failure: whom}}
  whom:
    type: branch
    cases: [{{if: {{dialled: "{SERVICE_NUMBERS[SOLO]}"}}, next: solo}}]
    otherwise: desk
  desk: {{type: queue, queue: general, needs: {{zh: 1}}}}
  solo: {{type: queue, queue: urgent, needs: {{zh: 1}}}}
"""

# Plain Answer() waits up to 500 ms for the caller's first audio, which ARI's answer does not.
_ANSWER = "Answer(0,i)"


@dataclass(frozen=True, slots=True)
class Site:
    """Where everything of one run is, and who works there."""

    settings: Settings
    pool: tuple[str, ...]
    env: dict[str, str]

    @property
    def agents(self) -> dict[str, tuple[str, ...]]:
        return {POOL: self.pool, SOLO: (SOLO_AGENT,)}


def build_site(folder: Path, *, port_offset: int, agents: int, phone_port: int) -> Site:
    """A fresh folder with a configuration of its own, made from the project's."""
    shutil.rmtree(folder, ignore_errors=True)
    config = folder / "config"
    shutil.copytree(PROJECT_DIR / "config", config)
    settings = load_settings(env=environment(folder, port_offset))
    pool = tuple(str(1001 + index) for index in range(agents))
    site = Site(settings, pool, environment(folder, port_offset))
    _write_prompts(config / "prompts")
    _write_agents(site, phone_port)
    _drop_wrap_up(config / "queues.yaml")
    (config / "flows" / "main.yaml").write_text(_TREE)
    custom = config / "asterisk"
    custom.mkdir(exist_ok=True)
    (custom / "extensions_custom.conf").write_text(_dialplan(settings))
    (custom / "queues_custom.conf").write_text(_queues(site))
    return site


def environment(folder: Path, port_offset: int) -> dict[str, str]:
    """The settings of the run, as Asterisk and the service are told them."""
    return {
        "HOTLINE_CONFIG": str(folder / "config"),
        "HOTLINE_RUN_DIR": str(folder / "run"),
        "HOTLINE_PORT_OFFSET": str(port_offset),
        "HOTLINE_MAX_CALLS": "2000",
    }


def _write_prompts(prompts: Path) -> None:
    folder = prompts / "zh_CN"
    for prompt, sound in ((PROMPT, PROMPT_BYTES), (OTHER_PROMPT, OTHER_PROMPT_BYTES)):
        (folder / f"{prompt}.sln16").unlink(missing_ok=True)
        (folder / f"{prompt}.sln").write_bytes(decode(wave(sound, round(PROMPT_S * 8000))))


def _drop_wrap_up(file: Path) -> None:
    """The other systems have none."""
    loaded = yaml.safe_load(file.read_text(encoding="utf-8"))
    for queue in loaded["queues"].values():
        queue["wrap_up_s"] = 0
    file.write_text(yaml.safe_dump(loaded, allow_unicode=True), encoding="utf-8")


def _write_agents(site: Site, phone_port: int) -> None:
    def agent(agent_id: str) -> dict[str, Any]:
        contact = f"sip:{agent_id}@{AGENT_HOST}:{phone_port}"
        return {
            "name": agent_id,
            "queues": ["urgent" if agent_id == SOLO_AGENT else "general"],
            "skills": {"zh": 5},
            "phone": {"contact": contact},
        }

    everyone = [*site.pool, SOLO_AGENT]
    agents = {one: agent(one) for one in everyone}
    agents[BOSS] = {**agent(BOSS), "role": "supervisor"}
    text = yaml.safe_dump({"agents": agents})
    site.settings.agents_file.write_text(text)


def _dialplan(settings: Settings) -> str:
    lines = ["[from-trunk](+)"]
    record = f"MixMonitor({settings.recordings_dir}/${{UNIQUEID}}.wav,b)"
    for numbers, steps in ((QUEUE_NUMBERS, [record]), (BARE_QUEUE_NUMBERS, [])):
        for group, number in numbers.items():
            queue = [*steps, _ANSWER, f"Playback(hotline/zh_CN/{PROMPT})", f"Queue({group})"]
            lines += _extension(number, [*queue, "Hangup()"])
    for group, number in LOOP_NUMBERS.items():
        lines += _extension(number, [record, f"Stasis({LOOP_APP},citizen,{group})", "Hangup()"])
    return "\n".join([*lines, ""])


def _extension(number: str, steps: list[str]) -> list[str]:
    first, *others = steps
    return [f"exten => {number},1,{first}", *(f" same => n,{step}" for step in others)]


def _queues(site: Site) -> str:
    """The service gives calls to who was free longest; so does `leastrecent`."""
    lines: list[str] = []
    for group, agents in site.agents.items():
        lines += [
            f"[{group}]", "strategy = leastrecent", "musicclass = default", "timeout = 20",
            "retry = 1", "wrapuptime = 0", "ringinuse = no", "autofill = yes",
            "joinempty = yes", "leavewhenempty = no", "announce-frequency = 0",
            *(f"member = PJSIP/{one}" for one in agents),
        ]  # fmt: skip
    return "\n".join([*lines, ""])


async def leftovers(settings: Settings) -> int:
    """Channels and bridges that Asterisk still holds."""
    async with httpx.AsyncClient(
        base_url=f"{settings.ari_url}/ari", auth=ari_auth(settings), trust_env=False, timeout=10
    ) as client:
        answers = [await client.get(kind) for kind in ("/channels", "/bridges")]
    return sum(len(answer.raise_for_status().json()) for answer in answers)


def asterisk_of(site: Site) -> AsteriskProcess:
    return AsteriskProcess(site.settings)
