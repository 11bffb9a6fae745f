"""One SIPp process and its scenario, steered and watched.

Decides how SIPp is started, told what to do (a request with the call's own Call-ID, for which
the scenario waits) and listened to (its log is a pipe; each line is an event). Knows no audio
and nothing of what the calls mean.
"""

import asyncio
import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ari_app.softphone.udp_ports import Address as Address
from ari_app.softphone.udp_ports import free_port as free_port
from ari_app.softphone.udp_ports import is_taken
from ari_app.softphone.waiting import PATIENCE_S, Bulletin, NotSeen

SCENARIOS = Path(__file__).parent / "scenarios"
INSTALL_HINT = "SIPp is not installed. Run: sudo apt-get install sip-tester"
REFUSAL_CODES = (
    *(400, 401, 403, 404, 405, 408, 410, 415, 420, 480, 481, 482, 484, 486, 487, 488),
    *(500, 501, 502, 503, 504, 505, 600, 603, 604, 606),
)


class SippFailed(AssertionError):
    """SIPp is missing, did not start, or met a message its scenario does not expect."""


class PortTaken(SippFailed):
    """Somebody else took the port before SIPp could; another one will do."""


@dataclass(frozen=True, slots=True)
class SipEvent:
    """A line that a scenario logged: when (epoch seconds), what, which call, and details."""

    at: float
    name: str
    call_id: str
    details: tuple[str, ...]


def _event(line: str) -> SipEvent | None:
    stamp, bar, rest = line.partition("|")
    if not bar:
        return None
    name, _, rest = rest.partition("|")
    call_id, *details = rest.split("|")
    return SipEvent(float(stamp.split("\t")[-1]), name, call_id, tuple(details))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What one SIPp process shall do. ``text`` holds replacements in the scenario file."""

    scenario: str
    local: Address
    remote: Address
    keys: Mapping[str, str] | None = None
    text: Mapping[str, str] | None = None
    calls: int | None = None
    rate: float = 10.0
    call_id: str | None = None
    fields: Sequence[str] = ()
    options: Sequence[str] = ()


class Sipp:
    """``async with Sipp(plan) as sipp``; the process never outlives the block."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.events: list[SipEvent] = []
        self.exit_code: int | None = None
        self.on_event: Callable[[SipEvent], None] = lambda event: None
        self.bulletin = Bulletin()
        self._folder = Path(tempfile.mkdtemp(prefix="softphone-"))
        self._partial = b""
        self._pipe = -1
        self._process: asyncio.subprocess.Process | None = None
        self._watcher: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Sipp":
        try:
            await self._start()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_exc: object) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
        if self._watcher is not None:
            await self._watcher
        if self._pipe >= 0:
            asyncio.get_running_loop().remove_reader(self._pipe)
            os.close(self._pipe)
            self._pipe = -1
        shutil.rmtree(self._folder, ignore_errors=True)

    async def _start(self) -> None:
        if shutil.which("sipp") is None:
            raise SippFailed(INSTALL_HINT)
        if is_taken(self.plan.local):
            raise PortTaken(f"UDP port {self.plan.local[1]} of {self.plan.local[0]} is in use")
        pipe = self._folder / "events"
        os.mkfifo(pipe)
        # Opened for both, so that the pipe never ends while SIPp opens and closes its side.
        self._pipe = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)
        asyncio.get_running_loop().add_reader(self._pipe, self._read)
        with (self._folder / "stderr").open("wb") as stderr:
            self._process = await asyncio.create_subprocess_exec(
                *self._command(),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=stderr,
                cwd=self._folder,
            )
        self._watcher = asyncio.create_task(self._watch(self._process), name="sipp watcher")
        await self._until_listening()

    def _command(self) -> list[str]:
        plan = self.plan
        scenario = (SCENARIOS / f"{plan.scenario}.xml").read_text()
        refusal = (
            '<recv response="{0}" optional="true" next="refused"><action>'
            '<log message="[timestamp]|refused|[call_id]|{0}"/></action></recv>'
        )
        texts = {"REFUSALS": "\n".join(refusal.format(code) for code in REFUSAL_CODES)}
        for name, value in (texts | dict(plan.text or {})).items():
            scenario = scenario.replace(name, value)
        (self._folder / "scenario.xml").write_text(scenario)
        (ip, port), (remote_ip, remote_port) = plan.local, plan.remote
        words = [*_with_parent(), "sipp", f"{remote_ip}:{remote_port}", "-sf", "scenario.xml"]
        words += ["-i", ip, "-p", str(port), "-mi", ip, "-nostdin", "-r", f"{plan.rate:g}"]
        words += ["-trace_logs", "-log_file", "events", "-trace_err", "-error_file", "errors"]
        words += ["-deadcall_wait", "0", "-skip_rlimit", *plan.options]
        # A wish that comes a moment too late must not cost the call its end; check() tells of it.
        words += ["-default_behaviors", "all,-abortunexp"]
        if plan.calls is not None:
            words += ["-m", str(plan.calls)]
        if plan.call_id is not None:
            words += ["-cid_str", plan.call_id.replace("%", "%%")]
        if plan.fields:
            lines = "\n".join(["SEQUENTIAL", *plan.fields]) + "\n"
            (self._folder / "fields.csv").write_text(lines)
            words += ["-inf", "fields.csv"]
        for key, value in (plan.keys or {}).items():
            words += ["-key", key, value]
        return words

    async def _until_listening(self) -> None:
        deadline = asyncio.get_running_loop().time() + PATIENCE_S
        while not is_taken(self.plan.local) and not self.events and self.exit_code is None:
            if asyncio.get_running_loop().time() > deadline:
                raise SippFailed(f"SIPp did not open {self.plan.local}: {self.errors()}")
            await asyncio.sleep(0.01)
        if self.exit_code not in (None, 0):
            said = self.errors()
            failure = PortTaken if "Address already in use" in said else SippFailed
            raise failure(f"SIPp ended at once ({self.exit_code}): {said}")

    async def _watch(self, process: asyncio.subprocess.Process) -> None:
        code = await process.wait()
        if self._pipe >= 0:
            self._read()
        self.exit_code = code
        self.bulletin.post()

    def _read(self) -> None:
        while True:
            try:
                chunk = os.read(self._pipe, 65536)
            except BlockingIOError:
                break
            *lines, self._partial = (self._partial + chunk).split(b"\n")
            for line in lines:
                event = _event(line.decode("latin-1").rstrip("\r"))
                if event is not None:
                    self.events.append(event)
                    self.on_event(event)
        self.bulletin.post()

    def tell(self, verb: str, call_id: str) -> None:
        """Send a steering request; SIPp gives it to the call with this Call-ID."""
        text = (
            f"{verb} sip:rig SIP/2.0\r\nVia: SIP/2.0/UDP {self.plan.local[0]}\r\n"
            f"From: <sip:rig>\r\nTo: <sip:rig>\r\nCall-ID: {call_id}\r\nCSeq: 1 {verb}\r\n"
            "Content-Length: 0\r\n\r\n"
        )
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(text.encode("latin-1"), self.plan.local)

    async def wait_event(
        self, *names: str, within_s: float, call_id: str | None = None, what: str = ""
    ) -> SipEvent:
        """Wait for the first event of these names (of this call)."""

        def find() -> SipEvent | None:
            return next(
                (
                    event
                    for event in self.events
                    if event.name in names and call_id in (None, event.call_id)
                ),
                None,
            )

        try:
            return await self.bulletin.until(
                find, within_s=within_s, what=what or " or ".join(names), hopeless=self._hopeless
            )
        except NotSeen as missing:
            seen = ", ".join(event.name for event in self.events[-12:]) or "nothing"
            raise NotSeen(f"{missing}; seen: {seen}; {self.errors()}") from None

    def _hopeless(self) -> str | None:
        return None if self.exit_code is None else f"SIPp ended with code {self.exit_code}"

    async def wait_exit(self, within_s: float) -> int:
        """Wait for the process to end by itself; its exit code."""
        return await self.bulletin.until(
            lambda: self.exit_code, within_s=within_s, what="SIPp did not end"
        )

    def errors(self) -> str:
        """What SIPp complained about, its last 2,000 characters."""
        said = []
        for name in ("errors", "stderr"):
            path = self._folder / name
            if path.exists():
                said.append(path.read_bytes().decode("latin-1").strip())
        text = "\n".join(part for part in said if part and not part.startswith("Resolving"))
        return f"SIPp said:\n{text[-2000:]}" if text else "SIPp had no complaint"

    def check(self) -> None:
        """Raise when SIPp met a message that its scenario does not expect."""
        said = self.errors()
        if "bort" in said or "nexpected" in said or self.exit_code not in (None, 0):
            raise SippFailed(f"{self.plan.scenario} (exit {self.exit_code}): {said}")


def _with_parent() -> list[str]:
    """SIPp dies with us, whatever kills us."""
    return ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []


def argument(raw: str | bytes) -> str:
    """Raw octets as a command line argument that arrives unchanged."""
    return os.fsdecode(raw) if isinstance(raw, bytes) else raw
