"""A hotline in small, all of it real: Asterisk, the service as a process, desks over the API.

Tests play citizens and agents in it. After each test ``settled`` looks for anything left over and
compares what SIPp dialled with Asterisk's event log, the calls and the tickets.
"""

import asyncio
import contextlib
import re
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import yaml

from ari_app.asterisk.process import AsteriskProcess, running_asterisk
from ari_app.core.call import UNCHECKED
from ari_app.core.values import is_placed
from ari_app.db.cel import CelImport
from ari_app.db.engine import open_engine
from ari_app.db.repo import Repo
from ari_app.settings import Settings, child_environment, load_settings
from ari_app.softphone.citizen import Citizen
from ari_app.softphone.phone import PHONES_IP, Mode, Phone
from ari_app.softphone.tones import tones_in_wav
from tests.asterisk.hall_config import NO_FILES, SKILLS, make_config
from tests.ports import free_offset, free_tcp_port, free_udp_port

NOTHING_OF = ("hotline_waiting_calls{", "hotline_agents{", "hotline_engine_errors_total")
"""Figures that must be absent or zero once everybody has gone home."""

MANY = 100_000

SERVE = ("setpriv", "--pdeathsig", "KILL", sys.executable, "-m", "ari_app", "serve")


@dataclass(frozen=True)
class SecondService:
    """A second instance of the service."""

    web_url: str
    process: asyncio.subprocess.Process

    async def stop(self) -> None:
        self.process.terminate()
        async with asyncio.timeout(30):
            await self.process.wait()


async def eventually(
    condition: Callable[[], Awaitable[object]], *, within_s: float, what: str
) -> None:
    """Wait until the condition holds; it returns what is wrong, or nothing."""
    wrong: object = "never looked"
    try:
        async with asyncio.timeout(within_s):
            while (wrong := await condition()) is not None:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"{what}: {wrong}") from None


class Desk:
    """An agent's screen: the API and the socket, with everything that was pushed to it."""

    def __init__(self, hall: "Hall", agent_id: str) -> None:
        self._hall = hall
        self.agent_id = agent_id
        self.messages: list[dict[str, Any]] = []
        self._arrived = asyncio.Condition()
        self._token = ""
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._reader: asyncio.Task[None] | None = None

    async def sign_in(self, **where: str) -> "Desk":
        """``seat`` or ``takes_over``, when it is not the own phone."""
        body = {"agent": self.agent_id, "password": self._hall.password(self.agent_id), **where}
        self._token = (await self._hall.post("/sign-in", body))["token"]
        return self

    async def open(self) -> "Desk":
        """Open the desk's socket."""
        self._socket = await self._hall.session.ws_connect(
            f"{self._hall.settings.web_url}/api/v1/desk", headers=self.headers
        )
        self._reader = asyncio.create_task(self._read())
        await self.wait("hello", within_s=30.0)
        return self

    async def ready(self) -> "Desk":
        await self.post("/agent/ready")
        return self

    async def post(self, path: str, body: Mapping[str, object] | None = None) -> Any:
        return await self._hall.post(path, body or {}, self.headers)

    async def state(self) -> dict[str, Any]:
        return await self._hall.get("/agent", self.headers)

    async def wait_state(self, state: str, *, within_s: float, reason: str | None = None) -> None:
        async def differs() -> object:
            own = await self.state()
            same = own["state"] == state and reason in (None, own["reason"])
            return None if same else own

        await eventually(differs, within_s=within_s, what=f"{self.agent_id} is not {state}")

    async def wait(self, kind: str, *, within_s: float, call: str | None = None) -> dict[str, Any]:
        """The first message of this kind (about this call)."""

        def found() -> dict[str, Any] | None:
            fits = (
                message
                for message in self.messages
                if message["type"] == kind and call in (None, message.get("call"))
            )
            return next(fits, None)

        try:
            async with asyncio.timeout(within_s), self._arrived:
                await self._arrived.wait_for(found)
        except TimeoutError:
            kinds = [message["type"] for message in self.messages]
            raise AssertionError(f"{self.agent_id}: no {kind!r}, only {kinds}") from None
        message = found()
        assert message is not None
        return message

    async def close(self) -> None:
        if self._reader is not None:
            self._reader.cancel()
        if self._socket is not None:
            await self._socket.close()
        with contextlib.suppress(aiohttp.ClientError, AssertionError):
            await self.post("/sign-out")

    async def _read(self) -> None:
        assert self._socket is not None
        async for frame in self._socket:
            async with self._arrived:
                self.messages.append(frame.json())
                self._arrived.notify_all()

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"}


@dataclass
class Hall:
    """Everything one file of tests runs against."""

    settings: Settings
    asterisk: AsteriskProcess
    session: aiohttp.ClientSession
    ports: Mapping[str, int]
    service: asyncio.subprocess.Process | None = None
    placed: int = 0
    taken_in: int = 0
    """Tickets that other channels brought."""
    desks: list[Desk] = field(default_factory=list)

    # --- the service -------------------------------------------------------------------------

    async def start_service(self) -> None:
        with (self.settings.run_dir / "service.log").open("ab") as log:
            self.service = await asyncio.create_subprocess_exec(
                *SERVE, env=self._environment(), stdout=log, stderr=log
            )
        await self.wait_ready()

    def _environment(self) -> dict[str, str]:
        return child_environment(self.settings)

    async def wait_ready(self, within_s: float = 150.0) -> None:
        async def not_ready() -> object:
            try:
                async with self.session.get(f"{self.settings.web_url}/readyz") as answer:
                    return None if answer.status == 200 else await answer.text()
            except aiohttp.ClientError as error:
                return f"{error!r}\n{self.log()[-3000:]}"

        await eventually(not_ready, within_s=within_s, what="the service is not ready")
        await self._heartbeat_seen()

    async def _heartbeat_seen(self) -> None:
        """The dialplan lets calls in only while the heartbeat is fresh."""

        async def stale() -> object:
            shown = await self.asterisk.rx("dialplan show globals")
            found = re.search(r"HOTLINE_HEARTBEAT=(\d+)", shown)
            return None if found and time.time() - int(found[1]) < 2 else shown

        await eventually(stale, within_s=30.0, what="no heartbeat")

    async def wait_heartbeat_stale(self) -> None:
        """Until the dialplan has reason to think that the service hangs."""
        limit_s = self.settings.heartbeat_limit_s + 1

        async def fresh() -> object:
            shown = await self.asterisk.rx("dialplan show globals")
            found = re.search(r"HOTLINE_HEARTBEAT=(\d+)", shown)
            return None if found and time.time() - int(found[1]) > limit_s else shown

        await eventually(fresh, within_s=30.0 + limit_s, what="the heartbeat goes on")

    async def start_second_service(self) -> "SecondService":
        """Another process with the same app name, on the same Asterisk and database."""
        web_port = free_tcp_port() - self.settings.port_offset
        settings = self.settings.model_copy(update={"web_port": web_port})
        env = {**self._environment(), "HOTLINE_WEB_PORT": str(web_port)}
        with (self.settings.run_dir / "second.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(*SERVE, env=env, stdout=log, stderr=log)
        return SecondService(settings.web_url, process)

    async def first_is_standby(self) -> object:
        return await self.component(self.settings.web_url, "asterisk", "replaced")

    async def component(self, web_url: str, name: str, expected: str = "ok") -> object:
        """What differs from the expectation in a service's own status."""
        try:
            async with self.session.get(f"{web_url}/status") as answer:
                shown = (await answer.json())["components"][name]
        except aiohttp.ClientError as error:
            return repr(error)
        return None if expected in str(shown) else shown

    def signal_service(self, number: signal.Signals) -> None:
        assert self.service is not None
        self.service.send_signal(number)

    async def kill_service(self) -> None:
        assert self.service is not None
        self.service.kill()
        await self.service.wait()

    async def stop_service(self) -> None:
        if self.service is None or self.service.returncode is not None:
            return
        self.service.terminate()
        async with asyncio.timeout(30):
            await self.service.wait()

    async def restored(self) -> None:
        """A test that failed while the service was down must not fail the next ones too."""
        if self.service is not None and self.service.returncode is not None:
            await self.start_service()

    async def cut_link(self) -> None:
        """Close all of the service's sockets from Asterisk's side, events and requests."""
        await self.asterisk.rx("ari shutdown websocket sessions")

    async def logged(self, event: str, count: int) -> object:
        """What is missing of so many entries in the service's log."""
        found = self.log().count(event)
        return None if found >= count else f"{found} of {count}"

    def log(self) -> str:
        return (self.settings.run_dir / "service.log").read_text(errors="replace")

    # --- people ------------------------------------------------------------------------------

    def citizen(self, number: str, **details: Any) -> Citizen:
        """A caller; each one counts as a placed call."""
        self.placed += 1
        return Citizen(number, server=self.settings.sip, **details)

    @contextlib.asynccontextmanager
    async def calling(self, number: str, keys: str = "", **details: Any) -> AsyncIterator[Citizen]:
        """A caller who was answered and has pressed these keys at once."""
        async with self.citizen(number, **details) as citizen:
            await citizen.dial()
            await citizen.wait_answered()
            if keys:
                await citizen.press(keys)
            yield citizen

    def phone(self, agent_id: str, mode: Mode = Mode.ANSWER) -> Phone:
        return Phone(agent_id, port=self.ports[agent_id], mode=mode, server=self.settings.sip)

    async def desk(self, agent_id: str, *, ready: bool = True, **where: str) -> Desk:
        desk = Desk(self, agent_id)
        self.desks.append(desk)
        await desk.sign_in(**where)
        await desk.open()
        return await desk.ready() if ready else desk

    def password(self, agent_id: str) -> str:
        secrets = yaml.safe_load(self.settings.secrets_file.read_text(encoding="utf-8"))
        return str(secrets["agents"][agent_id]["api"])

    def operator(self) -> str:
        """What commands on the service's machine show."""
        return self.program("operator")

    def program(self, name: str) -> str:
        """The token of a program: ``operator``, ``city`` or ``intake``."""
        secrets = yaml.safe_load(self.settings.secrets_file.read_text(encoding="utf-8"))
        return str(secrets[name])

    # --- the API -----------------------------------------------------------------------------

    async def post(
        self, path: str, body: Mapping[str, object], headers: Mapping[str, str] | None = None
    ) -> Any:
        return await self.send("POST", path, body, headers)

    async def send(
        self, method: str, path: str, body: Mapping[str, object],
        headers: Mapping[str, str] | None = None,
    ) -> Any:  # fmt: skip
        url = f"{self.settings.web_url}/api/v1{path}"
        async with self.session.request(method, url, json=body, headers=headers) as answer:
            text = await answer.text()
            assert answer.status < 300, f"{path}: {answer.status} {text}"
            return await answer.json() if text else None

    async def get(self, path: str, headers: Mapping[str, str]) -> Any:
        url = f"{self.settings.web_url}/api/v1{path}"
        async with self.session.get(url, headers=headers) as answer:
            assert answer.status == 200, f"{path}: {answer.status} {await answer.text()}"
            return await answer.json()

    # --- the truth ---------------------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def reading(self) -> AsyncIterator[Repo]:
        engine = open_engine(self.settings.database_url)
        try:
            yield Repo(engine)
        finally:
            await engine.dispose()

    async def stored(self, agent_id: str, state: str) -> object:
        """What else than this state the database knows of an agent."""
        async with self.reading() as repo:
            states = {agent.agent_id: agent.state for agent in await repo.agents()}
        return None if states.get(agent_id) == state else f"stored: {states}"

    async def ticket(self, number: str, *, within_s: float = 30.0) -> Mapping[str, Any]:
        """The fields of the closed ticket of the only call of this number."""
        found: list[Any] = []

        async def missing() -> object:
            async with self.reading() as repo:
                found[:] = await repo.recent_tickets(number, 0.0)
                if len(found) != 1:
                    return f"{len(found)} tickets"
                return None if found[0].outcome else "still open"

        await eventually(missing, within_s=within_s, what=f"ticket of {number}")
        return dict(found[0].fields)

    async def recording(self, number: str, *, within_s: float = 30.0) -> Path:
        """The complete recording of the only call of this number."""
        fields: dict[str, Any] = {}

        async def missing() -> object:
            fields.update(await self.ticket(number, within_s=within_s))
            files = fields.get("recording_ref") or [{"problem": UNCHECKED}]
            return "not checked yet" if files[0]["problem"] == UNCHECKED else None

        await eventually(missing, within_s=within_s, what=f"recording of {number}")
        [file] = fields["recording_ref"]
        assert file["problem"] is None, file
        return self.settings.recordings_dir / file["file"]

    async def settled(self) -> None:
        """Nothing is left over, and every call placed has one log entry, one row, one ticket."""
        for desk in self.desks:
            await desk.close()
        self.desks.clear()
        await eventually(self._left_over, within_s=30.0, what="left over")
        await eventually(self._miscounted, within_s=30.0, what="counts differ")

    async def _left_over(self) -> object:
        channels = await self.asterisk.rx("core show channels concise")
        bridges = await self.asterisk.rx("bridge show all")
        lines = [line for line in bridges.splitlines() if ".b" in line]
        if channels.strip() or lines:
            return f"channels {channels!r}, bridges {lines}"
        async with self.session.get(f"{self.settings.web_url}/metrics") as answer:
            waiting = [
                line for line in (await answer.text()).splitlines() if line.startswith(NOTHING_OF)
            ]
        return [line for line in waiting if not line.endswith(" 0.0")] or None

    async def _miscounted(self) -> object:
        async with self.reading() as repo:
            counts = await repo.counts()
            ours = sum(is_placed(call.call_id) for call in await repo.calls(MANY))
        logged = len(CelImport(self.settings.cel_file).poll())
        seen = {
            "placed": self.placed,
            "logged": logged,
            "calls": counts.call_count - ours,
            "tickets": counts.ticket_count - self.taken_in,
        }
        same = len(set(seen.values())) == 1 and counts.open_call_count == 0
        return None if same else f"{seen}, {counts.open_call_count} still open"


def recorded_s(recording: Path, frequencies: list[int]) -> dict[int, float]:
    """For how long each tone is in a recording, in one piece or in several.

    A busy machine sends a tone with holes, and a recording has them where they were.
    """
    heard = tones_in_wav(recording, frequencies, min_s=0.1)
    return {hz: sum(span.length_s for span in spans) for hz, spans in heard.items()}


@contextlib.asynccontextmanager
async def open_hall(
    folder: Path,
    database_url: str = "",
    *,
    shared_port: int | None = None,
    tree: str = "",
    trunk_out: str = "",
    webhook_url: str = "",
    seats: Sequence[str] = (),
    files: Mapping[str, str] = NO_FILES,
    browsers: Sequence[str] = (),
    admins: Sequence[str] = (),
    at_home: Sequence[str] = (),
) -> AsyncIterator[Hall]:
    """``shared_port``: all agents' phones are at one address, as the crowd's are.

    ``tree`` is a main.yaml to serve instead of the shipped ones; ``files`` are further files of the
    configuration, by their paths in its folder; ``browsers`` are agents whose phone is a page,
    ``admins`` those with that role, ``at_home`` those whose page speaks Opus.
    """
    ports = {agent_id: shared_port or free_udp_port(PHONES_IP) for agent_id in (*SKILLS, *seats)}
    env = {
        "HOTLINE_PORT_OFFSET": str(free_offset()),
        "HOTLINE_RUN_DIR": str(folder / "var"),
        "HOTLINE_DATABASE_URL": database_url,
        "HOTLINE_TRUNK_OUT": trunk_out,
        "HOTLINE_WEBHOOK_URL": webhook_url,
    }
    config = make_config(folder, ports, tree, seats, files, browsers, admins, at_home)
    settings = load_settings(config, env)
    async with running_asterisk(settings) as asterisk, aiohttp.ClientSession() as session:
        hall = Hall(settings, asterisk, session, ports)
        try:
            await hall.start_service()
            yield hall
        finally:
            await hall.stop_service()
