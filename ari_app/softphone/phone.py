"""An agent's telephone: rings, and answers, refuses or stays silent as it is told.

Decides what an agent's hand does. Serves many calls in a row; says when it rang, for whom, and
whether two calls ever reached it at the same time.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from ari_app.softphone.citizen import TRUNK, media_address
from ari_app.softphone.registration import register
from ari_app.softphone.rtp import RtpEndpoint
from ari_app.softphone.sipp import Plan, SipEvent, Sipp
from ari_app.softphone.udp_ports import Address, free_port
from ari_app.softphone.waiting import PATIENCE_S, NotSeen

PHONES_IP = "127.0.0.3"
OVER = {"cancelled", "refused", "released", "hung_up", "ended"}


class Mode(StrEnum):
    """What the phone does when it rings."""

    ANSWER = "answer"
    BUSY = "busy"
    DECLINE = "decline"
    WAIT = "wait"


@dataclass(slots=True)
class PhoneCall:
    """One call at this phone; instants are epoch seconds by event name."""

    call_id: str
    caller: str
    from_header: str
    media: Address | None
    times: dict[str, float] = field(default_factory=dict)

    @property
    def is_over(self) -> bool:
        return bool(OVER & self.times.keys())


class Phone:
    """``async with Phone("1001", mode=Mode.ANSWER) as phone``; the mode may be changed any time."""

    def __init__(
        self,
        agent_id: str,
        *,
        ip: str = PHONES_IP,
        port: int | None = None,
        mode: Mode = Mode.WAIT,
        server: Address = TRUNK,
        rtp: RtpEndpoint | None = None,
    ) -> None:
        self.agent_id = agent_id
        self.address: Address = (ip, port or free_port(ip))
        self.mode = mode
        self.rtp = rtp or RtpEndpoint(ip)
        self.calls: list[PhoneCall] = []
        self.most_at_once = 0
        self._owns_rtp = rtp is None
        self._server = server
        self._sipp: Sipp | None = None

    async def __aenter__(self) -> "Phone":
        if self._owns_rtp:
            await self.rtp.__aenter__()
        plan = Plan(
            scenario="phone",
            local=self.address,
            remote=self._server,
            keys={"audio_port": str(self.rtp.port)},
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
        try:
            if self._sipp is not None:
                await self._sipp.__aexit__()
        finally:
            if self._owns_rtp:
                await self.rtp.__aexit__()

    @property
    def sipp(self) -> Sipp:
        """The process behind this phone."""
        if self._sipp is None:
            raise RuntimeError(f"phone {self.agent_id} is not open; use it in an async with")
        return self._sipp

    async def register(self, password: str, *, expires_s: int = 3600) -> None:
        """Register this phone's address with digest authentication; 0 s takes it back."""
        await register(
            self.agent_id, password, contact=self.address, at=self._server, expires_s=expires_s
        )

    def _heard_of(self, event: SipEvent) -> None:
        if event.name == "ringing":
            self._rings(event)
            return
        call = next((c for c in self.calls if c.call_id == event.call_id), None)
        if call is None:
            return
        call.times.setdefault(event.name, event.at)
        if event.name == "answered" and call.media is not None:
            self.rtp.call(*call.media)

    def _rings(self, event: SipEvent) -> None:
        ip, port, _to, *rest = event.details
        sender = "|".join(rest).strip()
        number = re.search(r"sips?:([^@>;]*)@", sender)
        media = media_address((ip, port)) if port else None
        call = PhoneCall(event.call_id, number[1] if number else "", sender, media)
        call.times["ringing"] = event.at
        self.calls.append(call)
        self.most_at_once = max(self.most_at_once, sum(not c.is_over for c in self.calls))
        self.rtp.forget()
        if self.mode is not Mode.WAIT:
            self.sipp.tell(self.mode.name, call.call_id)

    @property
    def call(self) -> PhoneCall:
        """The newest call."""
        if not self.calls:
            raise NotSeen(f"phone {self.agent_id} has not rung; {self.sipp.errors()}")
        return self.calls[-1]

    async def wait_ringing(self, within_s: float = PATIENCE_S, *, count: int = 1) -> PhoneCall:
        """Wait until the phone has rung for the ``count``-th time in all."""
        what = f"phone {self.agent_id}: ring no. {count}"
        return await self.sipp.bulletin.until(
            lambda: self.calls[count - 1] if len(self.calls) >= count else None,
            within_s=within_s,
            what=what,
        )

    async def wait(
        self, *names: str, within_s: float = PATIENCE_S, call: PhoneCall | None = None
    ) -> float:
        """Wait for an event of this (else the newest) call: answered, cancelled, refused,
        released (the other side ended it), hung_up, ended. Returns its instant."""
        call_id = (call or self.call).call_id
        what = f"phone {self.agent_id}: {' or '.join(names)}"
        event = await self.sipp.wait_event(*names, within_s=within_s, call_id=call_id, what=what)
        return event.at

    async def answer(self, within_s: float = PATIENCE_S) -> float:
        """Take the ringing call; returns the instant of the ACK."""
        self.sipp.tell("ANSWER", self.call.call_id)
        return await self.wait("answered", within_s=within_s)

    async def decline(self) -> None:
        """Refuse the ringing call with 603."""
        self.sipp.tell("DECLINE", self.call.call_id)
        await self.wait("ended")

    async def busy(self) -> None:
        """Refuse the ringing call with 486."""
        self.sipp.tell("BUSY", self.call.call_id)
        await self.wait("ended")

    async def hang_up(self, within_s: float = PATIENCE_S) -> None:
        """End the call that is on."""
        if not self.call.is_over:
            self.sipp.tell("HANGUP", self.call.call_id)
        await self.wait("ended", within_s=within_s)

    def check(self) -> None:
        """Raise when two calls met here or SIPp met something unexpected."""
        if self.most_at_once > 1:
            raise AssertionError(f"phone {self.agent_id} had {self.most_at_once} calls at once")
        self.sipp.check()
