"""``hotline demo``: plays a citizen and an agent, and tells step by step what happens.

Decides the story and when it counts as told: each step must have happened. Knows the service
only from outside: SIP, RTP, the agents' API and the passwords that ``hotline up`` made.
"""

import asyncio
import contextlib
import json
import shutil
import sys
import time
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from rich.console import Console
from rich.table import Table

from ari_app.asterisk.phones import read_phones
from ari_app.cli.demo_service import ServiceMissing, running_service
from ari_app.passwords import load_passwords
from ari_app.settings import Settings
from ari_app.softphone.agent_desk import AgentDesk, DeskRefused
from ari_app.softphone.citizen import Citizen
from ari_app.softphone.phone import Phone
from ari_app.softphone.prompt_match import wait_prompt
from ari_app.softphone.sipp import INSTALL_HINT, SippFailed
from ari_app.softphone.waiting import NotSeen

AGENT = "1003"
CITIZEN = "13800138000"
DIALLED = "12345"
ENGLISH_KEY = "3"
CITIZEN_HZ, AGENT_HZ = 1300, 1700
TALK_S = 1.0
TICKET_LIMIT_S = 15.0
TICKET_FIELDS = (
    "ticket_id", "call_id", "caller_number", "caller_region", "dialled_number", "language",
    "outcome", "agent_id", "wait_s", "recording_ref",
)  # fmt: skip


@dataclass
class Story:
    """The steps told so far; prints each as it happens unless the end is wanted as JSON."""

    is_quiet: bool
    steps: list[dict[str, Any]] = field(default_factory=list)
    began_at: float = field(default_factory=time.time)

    def tell(self, step: str, text: str, at: float | None = None) -> None:
        after_s = round((at or time.time()) - self.began_at, 3)
        self.steps.append({"step": step, "after_s": after_s, "text": text})
        if not self.is_quiet:
            print(f"{after_s:8.3f} s  {text}", flush=True)


def demo(settings: Settings, as_json: bool = False) -> int:
    """Play one call; exit code 0 only if every step happened."""
    if shutil.which("sipp") is None:
        print(INSTALL_HINT, file=sys.stderr)
        return 1
    story = Story(is_quiet=as_json)
    ticket: dict[str, Any] = {}
    problem = None
    try:
        ticket = asyncio.run(_perform(settings, story))
    except (NotSeen, SippFailed, DeskRefused, ServiceMissing, aiohttp.ClientError) as error:
        problem = str(error)
    except KeyboardInterrupt:
        problem = "ended by Ctrl-C"
    if as_json:
        told = {"ok": problem is None, "problem": problem, "steps": story.steps, "ticket": ticket}
        print(json.dumps(told, ensure_ascii=False, indent=2))
    elif problem is None:
        _print_ticket(ticket)
    if problem is not None:
        print(f"The demo stops here: {problem}", file=sys.stderr)
    return 0 if problem is None else 1


async def _perform(settings: Settings, story: Story) -> dict[str, Any]:
    phones = read_phones(settings.agents_file)
    if AGENT not in phones or not phones[AGENT].registers:
        raise ServiceMissing(
            f"{settings.agents_file}: the demo plays agent {AGENT}, who must be there with "
            "'phone: {register: true}'"
        )
    async with running_service(settings) as how:
        story.tell("service", how)
        passwords = load_passwords(settings, list(phones)).agents[AGENT]
        async with Phone(AGENT, server=settings.sip) as phone:
            await phone.register(passwords.sip)
            host, port = phone.address
            story.tell("registered", f"agent {AGENT}'s phone is registered at {host}:{port}")
            try:
                async with AgentDesk(settings.web_url, AGENT, passwords.api) as desk:
                    return await _call(settings, story, phone, desk)
            finally:
                with contextlib.suppress(NotSeen, SippFailed):
                    await phone.register(passwords.sip, expires_s=0)


async def _call(settings: Settings, story: Story, phone: Phone, desk: AgentDesk) -> dict[str, Any]:
    story.tell("signed_in", f"agent {AGENT} has signed in over the API")
    await _make_ready(desk)
    story.tell("ready", f"agent {AGENT} is ready for calls")
    try:
        trunk_ip = settings.trunk_addresses[0]
        async with Citizen(CITIZEN, dialled=DIALLED, server=settings.sip, ip=trunk_ip) as citizen:
            await _choose_english(settings, story, citizen)
            call_id = await _reach_agent(story, citizen, phone, desk)
            await _talk(story, citizen, phone)
        ticket = await _ticket_of(call_id, story, desk)
        await desk.post("agent/wrap-up-done")
        story.tell("wrapped_up", f"agent {AGENT} has finished the wrap-up")
        return ticket
    finally:
        with contextlib.suppress(DeskRefused, aiohttp.ClientError):
            await desk.post("sign-out")


async def _make_ready(desk: AgentDesk) -> None:
    """A wrap-up outlives a sign-out and a restart: that of an earlier demo is ended first."""
    own = await desk.post("agent/ready")
    if own["state"] == "wrap_up":
        own = await desk.post("agent/wrap-up-done")
    if own["state"] != "ready":
        raise NotSeen(f"agent {AGENT} cannot play now: the state is '{own['state']}', not 'ready'")


async def _choose_english(settings: Settings, story: Story, citizen: Citizen) -> None:
    citizen.rtp.play_silence()
    dialled = await citizen.dial()
    story.tell("dialled", f"citizen {CITIZEN} dials {DIALLED}", dialled.at)
    answered = await citizen.wait_answered(10)
    story.tell("answered", "the hotline answers", answered.at)
    first = await citizen.rtp.wait_audio(10)
    greeting = settings.prompts_dir / "zh_CN" / "notice_greeting.sln"
    if greeting.exists():
        match = await wait_prompt(citizen.rtp, greeting, 10)
        story.tell("greeting", f"the citizen hears {greeting.name}", match.received_at)
    else:
        story.tell("greeting", "the citizen hears the greeting", first.at)
    await citizen.press(ENGLISH_KEY)
    story.tell("key", f"the citizen presses {ENGLISH_KEY} for English")


async def _reach_agent(story: Story, citizen: Citizen, phone: Phone, desk: AgentDesk) -> str:
    pop = await desk.wait("offer", 20)
    ring = await phone.wait_ringing(20)
    caller = pop.body.get("caller") or {}
    seen = f"{caller.get('number')} ({caller.get('region') or 'region unknown'})"
    told = [
        (ring.times["ringing"], "rings", f"agent {AGENT}'s phone rings, caller {ring.caller}"),
        (pop.at, "pop", f"on the screen: {seen}, language {pop.body.get('language')}"),
    ]
    for at, step, text in sorted(told):
        story.tell(step, text, at)
    story.tell("agent_answers", "the agent answers", await phone.answer())
    call_id = str(pop.body["call"])
    await desk.wait("connected", 10, call=call_id)
    return call_id


async def _talk(story: Story, citizen: Citizen, phone: Phone) -> None:
    citizen.rtp.play_tone(CITIZEN_HZ)
    phone.rtp.play_tone(AGENT_HZ)
    await phone.rtp.wait_heard(CITIZEN_HZ, 10, min_s=TALK_S)
    story.tell("agent_hears", f"the agent hears the citizen ({CITIZEN_HZ} Hz for {TALK_S:g} s)")
    await citizen.rtp.wait_heard(AGENT_HZ, 10, min_s=TALK_S)
    story.tell("citizen_hears", f"the citizen hears the agent ({AGENT_HZ} Hz for {TALK_S:g} s)")
    await citizen.hang_up()
    story.tell("hung_up", "the citizen hangs up")
    released = await phone.wait("released", within_s=10)
    story.tell("released", "the agent's phone is released", released)
    phone.check()


async def _ticket_of(call_id: str, story: Story, desk: AgentDesk) -> dict[str, Any]:
    deadline = time.monotonic() + TICKET_LIMIT_S
    found: dict[str, Any] = {}
    while time.monotonic() < deadline:
        rows = (await desk.get("tickets", caller=CITIZEN))["tickets"]
        found = next((row for row in rows if row["call_id"] == call_id), {})
        if found.get("outcome") and _recorded_s(found) is not None:
            story.tell("ticket", f"ticket {found['ticket_id']} is written: {found['outcome']}")
            story.tell("recording", f"the recording is {_recorded_s(found):.1f} s long")
            if found["outcome"] != "answered":
                raise NotSeen(f"the ticket's outcome is {found['outcome']}, not 'answered'")
            return found
        await asyncio.sleep(0.1)
    what = "a recording on its ticket" if found.get("outcome") else "a finished ticket"
    raise NotSeen(f"call {call_id} has not got {what} within {TICKET_LIMIT_S:g} s: {found}")


def _recorded_s(ticket: dict[str, Any]) -> float | None:
    """Length of the recording, once it was checked and found to be there."""
    for one in ticket.get("recording_ref") or []:
        if isinstance(one, dict) and one.get("duration_s"):
            return float(one["duration_s"])
    return None


def _print_ticket(ticket: dict[str, Any]) -> None:
    table = Table(
        title="The ticket of this call", box=None, show_header=False, title_justify="left"
    )
    for name in TICKET_FIELDS:
        if name in ticket:
            table.add_row(name, str(ticket[name]))
    Console().print(table)
