"""Many calls at once: SIPp alone, nothing steered, everything timed.

Decides how a crowd of citizens and a room of agents are played, and what is measured of each
call. Joins what citizens and phones saw by the caller's number: each citizen has one of their own.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from ari_app.softphone.citizen import CITIZENS_IP, TRUNK
from ari_app.softphone.phone import PHONES_IP
from ari_app.softphone.sipp import Plan, SipEvent, Sipp
from ari_app.softphone.sound_catcher import SoundCatcher
from ari_app.softphone.udp_ports import Address, free_port
from ari_app.softphone.waiting import NotSeen

FOR_EVER_S = 3600.0


@dataclass(slots=True)
class LoadCall:
    """One citizen's call: instants (epoch seconds) by event name, and the first sound heard."""

    number: str
    times: dict[str, float] = field(default_factory=dict)
    refused_with: int | None = None
    first_audio_at: float | None = None

    @property
    def has_failed(self) -> bool:
        return "answered" not in self.times or self.times.keys().isdisjoint({"released", "hung_up"})


class Load:
    """``async with Load(calls=30, rate=10, hold_s=20) as load: await load.wait_ended(60)``.

    ``hold_s`` is when a citizen hangs up, counted from the answer; None leaves it to the agent.
    With ``catch_audio`` every citizen has a port of its own and the first packet is timed.
    """

    def __init__(
        self,
        *,
        calls: int,
        rate: float,
        hold_s: float | None = None,
        first_number: int = 13800138000,
        dialled: str = "12345",
        server: Address = TRUNK,
        ip: str = CITIZENS_IP,
        catch_audio: bool = True,
    ) -> None:
        numbers = [str(first_number + n) for n in range(calls)]
        self.calls: Mapping[str, LoadCall] = MappingProxyType({n: LoadCall(n) for n in numbers})
        self._rate, self._hold_s = rate, FOR_EVER_S if hold_s is None else hold_s
        self._dialled, self._server, self._ip = dialled, server, ip
        self._catcher = SoundCatcher(ip, calls if catch_audio else 0)
        self._sipp: Sipp | None = None
        self._number_of: dict[str, str] = {}

    async def __aenter__(self) -> "Load":
        ports = self._catcher.open() or [free_port(self._ip)] * len(self.calls)
        plan = Plan(
            scenario="load_citizens",
            local=(self._ip, free_port(self._ip)),
            remote=self._server,
            keys={"dialled": self._dialled},
            text={"HOLD_MS": str(int(self._hold_s * 1000))},
            calls=len(self.calls),
            rate=self._rate,
            fields=[f"{n};{port}" for n, port in zip(self.calls, ports, strict=True)],
            options=("-l", str(len(self.calls))),
        )
        self._sipp = Sipp(plan)
        self._sipp.on_event = self._heard_of
        try:
            await self._sipp.__aenter__()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_exc: object) -> None:
        if self._sipp is not None:
            await self._sipp.__aexit__()
        self._catcher.close()

    @property
    def sipp(self) -> Sipp:
        """The process behind the citizens."""
        if self._sipp is None:
            raise RuntimeError("the load has not begun; use it in an async with")
        return self._sipp

    def _heard_of(self, event: SipEvent) -> None:
        if event.name == "dialled":
            self._number_of[event.call_id] = event.details[0]
        call = self.calls[self._number_of[event.call_id]]
        call.times[event.name] = event.at
        if event.name == "refused":
            call.refused_with = int(event.details[0])

    def count(self, name: str) -> int:
        """How many calls have come this far: dialled, answered, released, ended."""
        return sum(name in call.times for call in self.calls.values())

    async def wait_count(self, name: str, count: int, within_s: float) -> None:
        """Wait until so many calls have come this far."""

        def dead() -> str | None:
            return "SIPp has ended" if self.sipp.exit_code is not None else None

        try:
            await self.sipp.bulletin.until(
                lambda: True if self.count(name) >= count else None,
                within_s=within_s,
                what=f"{count} calls {name}",
                hopeless=dead,
            )
        except NotSeen as missing:
            raise NotSeen(f"{missing}; {self.count(name)} are; {self.sipp.errors()}") from None

    async def wait_ended(self, within_s: float) -> Sequence[LoadCall]:
        """Wait until every call is over; returns those that failed."""
        await self.wait_count("ended", len(self.calls), within_s)
        self._note_audio()
        return [call for call in self.calls.values() if call.has_failed]

    def _note_audio(self) -> None:
        for call, at in zip(self.calls.values(), self._catcher.first_at, strict=False):
            call.first_audio_at = at


@dataclass(frozen=True, slots=True)
class Ring:
    """A phone rang: when, at which account, for which caller."""

    at: float
    account: str
    caller: str
    call_id: str


class LoadPhones:
    """All agents' phones in one process: each call is answered after ``ring_s``, and ended
    ``talk_s`` after that (None leaves it to the citizen). ``address`` is every agent's contact."""

    def __init__(
        self,
        *,
        ring_s: float = 0.05,
        talk_s: float | None = None,
        ip: str = PHONES_IP,
        port: int | None = None,
        server: Address = TRUNK,
    ) -> None:
        self.address: Address = (ip, port or free_port(ip))
        self.rings: list[Ring] = []
        self.answered: dict[str, float] = {}
        self.over: dict[str, float] = {}
        self.most_at_once: dict[str, int] = {}
        self._open: dict[str, str] = {}
        talk_ms = int((FOR_EVER_S if talk_s is None else talk_s) * 1000)
        text = {"RING_MS": str(max(1, int(ring_s * 1000))), "HOLD_MS": str(talk_ms)}
        keys = {"audio_port": str(free_port(ip))}
        self.sipp = Sipp(
            Plan(scenario="load_phones", local=self.address, remote=server, keys=keys, text=text)
        )
        self.sipp.on_event = self._heard_of

    async def __aenter__(self) -> "LoadPhones":
        await self.sipp.__aenter__()
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.sipp.__aexit__()

    def _heard_of(self, event: SipEvent) -> None:
        if event.name == "ringing":
            _ip, _port, to, *rest = event.details
            ring = Ring(event.at, _user(to), _user("|".join(rest)), event.call_id)
            self.rings.append(ring)
            self._open[event.call_id] = ring.account
            at_once = sum(account == ring.account for account in self._open.values())
            best = self.most_at_once.get(ring.account, 0)
            self.most_at_once[ring.account] = max(best, at_once)
        elif event.name == "answered":
            self.answered[event.call_id] = event.at
        elif self._open.pop(event.call_id, None) is not None:
            self.over[event.call_id] = event.at

    def check(self) -> None:
        """Raise when two calls met at one account or SIPp met something unexpected."""
        doubled = {a: n for a, n in self.most_at_once.items() if n > 1}
        if doubled:
            raise AssertionError(f"phones had several calls at once: {doubled}")
        self.sipp.check()


def _user(header: str) -> str:
    found = re.search(r"sips?:([^@>;]*)@", header)
    return found[1] if found else ""
