"""A hotline on a working morning: people with names, calls behind it and calls under way.

Decides who is there and what has happened before a page is opened. All of it is real: Asterisk,
the service as a process, SIPp citizens and phones. Knows no page.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import yaml

from ari_app.asterisk.process import running_asterisk
from ari_app.settings import PROJECT_DIR, load_settings
from ari_app.softphone.citizen import Citizen
from ari_app.softphone.phone import PHONES_IP, Mode, Phone
from tests.asterisk.hall import Desk, Hall
from tests.asterisk.hall_config import SHARED
from tests.ports import free_offset, free_udp_port

CITIZENS_IP = "127.0.0.9"
"""Of this town alone: no port is taken by another suite that runs beside it."""
AGENTS = ("1001", "1002", "1003", "1004", "1005", "1006", "1007", "1008")
PEOPLE: Mapping[str, tuple[str, str, Mapping[str, int]]] = {
    "1001": ("王敏", "agent", {"zh": 5}),
    "1002": ("李强", "agent", {"zh": 5, "yue": 4}),
    "1003": ("张慧", "agent", {"zh": 5, "en": 4}),
    "1004": ("陈静", "agent", {"zh": 5, "ja": 4}),
    "1005": ("金花", "agent", {"zh": 5, "ko": 5}),
    "1006": ("刀美", "agent", {"zh": 5, "th": 3}),
    "1007": ("赵刚", "agent", {"zh": 5, "enterprise": 4}),
    "1008": ("孙丽", "agent", {"zh": 5, "enterprise": 3, "en": 2}),
    "2001": ("周班长", "supervisor", {"zh": 5, "en": 3}),
    "3001": ("何晓", "quality", {}),
    "4001": ("吴清", "auditor", {}),
    "9001": ("郑远", "admin", {}),
}
"""Number: name, role, skills."""

BEHIND = (
    ("13912345601", "刘建国", "1002"), ("13712345602", "陈桂芳", "1003"),
    ("18612345603", "欧阳文静", "1004"), ("02886123456", "成都某小区物业", "1005"),
    ("13512345605", "", "1002"), ("15812345606", "阿依古丽·买买提", "1003"),
)  # fmt: skip
"""Calls that are over: number, name, who answered."""
GAVE_UP = (("13612345611", "何大爷"), ("17712345612", ""))
TALKING = (("13012345621", "马晓东", "1002"), ("13212345622", "Anna Schmidt", "1003"))
WAITING = (
    ("13312345631", "周桂兰"), ("18912345632", "苗苗妈妈"), ("075586123456", "深圳市民"),
)  # fmt: skip
RINGING = ("13412345641", "诸葛明月")


@dataclass
class Town:
    hall: Hall
    phones: dict[str, Phone] = field(default_factory=dict)
    citizens: list[Citizen] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.hall.settings.web_url

    def calling(
        self, number: str, name: str | bytes, keys: str = "0"
    ) -> contextlib.AbstractAsyncContextManager[Citizen]:
        """A citizen who was answered and has pressed these keys."""
        return self.hall.calling(number, keys, name=name, ip=CITIZENS_IP)

    async def work(self, agent_id: str) -> Desk:
        """An agent takes calls, at a phone that answers by itself."""
        return await self.hall.desk(agent_id)

    async def behind(self) -> None:
        """What happened this morning: talks that are over, and citizens who gave up."""
        desks = [await self.work(agent_id) for agent_id in ("1002", "1003", "1004", "1005")]
        for number, name, _ in BEHIND:
            await self._talk(number, name)
        for desk in desks:
            await desk.post("/agent/not-ready", {"reason": "rest"})
        boss = await Desk(self.hall, "2001").sign_in()
        await self.hall.send("PUT", "/queues/general/wrap-up", {"wrap_up_s": 20}, boss.headers)
        await self.hall.send("PUT", "/wrap-up", {"wrap_up_s": 15}, boss.headers)
        order = {"state": "paused", "reason": "training"}
        await self.hall.send("PUT", "/agents/1005/state", order, boss.headers)
        for number, name in GAVE_UP:
            async with self.calling(number, name) as citizen:
                await citizen.hang_up()

    async def _talk(self, number: str, name: str) -> None:
        async with self.calling(number, name) as citizen:
            citizen.rtp.play_tone(700)
            phone = await self._answering()
            phone.rtp.play_tone(1100)
            await phone.rtp.wait_heard(700, within_s=30.0, min_s=1.5)
            await citizen.hang_up()

    async def _answering(self) -> Phone:
        """The phone that is in a talk now."""
        async with asyncio.timeout(60):
            while True:
                for phone in self.phones.values():
                    if phone.calls and not phone.calls[-1].is_over:
                        return phone
                await asyncio.sleep(0.05)

    async def now(self, stack: contextlib.AsyncExitStack) -> None:
        """What is under way: talks, a break, a call that rings at 1001, citizens who wait."""
        desks = {desk.agent_id: desk for desk in self.hall.desks}
        for number, name, agent_id in TALKING:
            await desks[agent_id].ready()
            await self._call(stack, number, name)
            await desks[agent_id].wait_state("talking", within_s=30.0)
        await desks["1004"].post("/agent/not-ready", {"reason": "meal"})
        self.phones["1001"].mode = Mode.WAIT
        first = await self.work("1001")
        await self._call(stack, *RINGING)
        await first.wait_state("offered", within_s=30.0)
        for number, name in WAITING:
            await self._call(stack, number, name)

    async def answer_at_1001(self) -> None:
        """Lift the phone that rings; again is no harm."""
        phone = self.phones["1001"]
        if "answered" not in phone.calls[-1].times:
            await phone.answer()
            phone.rtp.play_tone(1100)  # a phone that is silent for 10 s is taken for lost

    async def _call(self, stack: contextlib.AsyncExitStack, number: str, name: str) -> None:
        citizen = await stack.enter_async_context(self.calling(number, name))
        citizen.rtp.play_tone(700)
        self.citizens.append(citizen)


def _config(folder: Path, ports: Mapping[str, int], tree: str) -> Path:
    config = folder / "config"
    config.mkdir()
    shipped = PROJECT_DIR / "config"
    for name in SHARED:
        (config / name).symlink_to(shipped / name)
    if tree:
        (config / "flows").unlink()
        (config / "flows").mkdir()
        (config / "flows" / "main.yaml").write_text(tree, encoding="utf-8")
    (config / "outbound.yaml").write_text("enabled: false\n")
    queues = yaml.safe_load((shipped / "queues.yaml").read_text(encoding="utf-8"))
    queues["queues"] = {
        "general": {"ring_s": 120, "wrap_up_s": 1}, "enterprise": {}, "urgent": {},
    }  # fmt: skip
    queues["staff"] = {**queues["staff"], "missed_offers": 20}
    people = {number: _person(number, ports) for number in PEOPLE}
    for name, content in {"queues": queues, "agents": {"agents": people}}.items():
        text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
        (config / f"{name}.yaml").write_text(text, encoding="utf-8")
    return config


def _person(number: str, ports: Mapping[str, int]) -> dict[str, Any]:
    name, role, skills = PEOPLE[number]
    person: dict[str, Any] = {
        "name": name, "role": role, "skills": dict(skills),
        "queues": ["general", "urgent"] if skills else [],
    }  # fmt: skip
    if number in ports:
        person["phone"] = {"contact": f"sip:{number}@{PHONES_IP}:{ports[number]}"}
    return person


@contextlib.asynccontextmanager
async def open_town(folder: Path, tree: str = "") -> AsyncIterator[Town]:
    """The people, nobody signed in and no call yet; ``tree`` is served instead of the shipped."""
    ports = {number: free_udp_port(PHONES_IP) for number in (*AGENTS, "2001")}
    env = {
        "HOTLINE_PORT_OFFSET": str(free_offset()),
        "HOTLINE_RUN_DIR": str(folder / "var"),
        "HOTLINE_TRUNK_ADDRESSES": CITIZENS_IP,
    }
    settings = load_settings(_config(folder, ports, tree), env)
    async with running_asterisk(settings) as asterisk, aiohttp.ClientSession() as session:
        hall = Hall(settings, asterisk, session, ports)
        try:
            await hall.start_service()
            async with contextlib.AsyncExitStack() as stack:
                town = Town(hall)
                for number in ("1001", "1002", "1003", "1004", "1005"):
                    phone = hall.phone(number, Mode.ANSWER)
                    town.phones[number] = await stack.enter_async_context(phone)
                yield town
        finally:
            for desk in hall.desks:
                await desk.close()
            await hall.stop_service()


@contextlib.asynccontextmanager
async def busy_town(folder: Path) -> AsyncIterator[Town]:
    """The same in the middle of the morning."""
    async with open_town(folder) as town, contextlib.AsyncExitStack() as calls:
        await town.behind()
        await town.now(calls)
        yield town
