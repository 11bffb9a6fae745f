"""A citizen: dials, listens, presses keys, hangs up.

Decides what a caller on the trunk does and when. Knows nothing of the service it calls.
"""

from collections.abc import Mapping

from ari_app.softphone.rtp import RtpEndpoint
from ari_app.softphone.sipp import Plan, PortTaken, SipEvent, Sipp, argument
from ari_app.softphone.udp_ports import Address, free_port
from ari_app.softphone.waiting import PATIENCE_S

CITIZENS_IP = "127.0.0.2"
TRUNK: Address = ("127.0.0.1", 5060)


class Citizen:
    """One call: ``async with Citizen("13800138000") as citizen: await citizen.dial()``.

    ``name``, ``from_header`` (the whole From value, without tag), ``call_id`` and ``extra_header``
    may be raw octets, for hostile input.
    """

    def __init__(
        self,
        number: str,
        *,
        dialled: str = "12345",
        name: str | bytes = "",
        server: Address = TRUNK,
        ip: str = CITIZENS_IP,
        rtp: RtpEndpoint | None = None,
        from_header: str | bytes | None = None,
        call_id: str | bytes | None = None,
        extra_header: str | bytes = "X-Player: citizen",
    ) -> None:
        self.number = number
        self.rtp = rtp or RtpEndpoint(ip)
        self._owns_rtp = rtp is None
        self._dialled, self._server, self._ip = dialled, server, ip
        self._from = argument(
            from_header if from_header is not None else _from_header(name, number, ip)
        )
        self._call_id = None if call_id is None else argument(call_id)
        self._extra = argument(extra_header)
        self._sipp: Sipp | None = None

    async def __aenter__(self) -> "Citizen":
        if self._owns_rtp:
            await self.rtp.__aenter__()
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
        """The process behind this call."""
        if self._sipp is None:
            raise RuntimeError(f"{self.number} has not dialled yet; call dial() first")
        return self._sipp

    @property
    def call_id(self) -> str:
        """The Call-ID on the wire (octets as latin-1)."""
        return self.sipp.events[0].call_id

    async def dial(self, *, within_s: float = PATIENCE_S) -> SipEvent:
        """Send the INVITE."""
        keys = {
            "dialled": self._dialled,
            "from_header": self._from,
            "extra_header": self._extra,
            "audio_port": str(self.rtp.port),
        }
        for tries_left in (4, 3, 2, 1, 0):
            try:
                await self._start(keys)
                break
            except PortTaken:
                if not tries_left:
                    raise
        return await self.wait("dialled", within_s=within_s)

    async def _start(self, keys: Mapping[str, str]) -> None:
        plan = Plan(
            scenario="citizen",
            local=(self._ip, free_port(self._ip)),
            remote=self._server,
            keys=keys,
            calls=1,
            call_id=self._call_id,
        )
        self._sipp = Sipp(plan)
        self._sipp.on_event = self._heard_of
        await self._sipp.__aenter__()

    def _heard_of(self, event: SipEvent) -> None:
        if event.name == "answered":
            self.rtp.call(*media_address(event.details))

    async def wait(self, *names: str, within_s: float) -> SipEvent:
        """Wait for an event: ringing, answered, refused, released, hung_up, abandoned, ended."""
        who = f"citizen {self.number}: {' or '.join(names)}"
        return await self.sipp.wait_event(*names, within_s=within_s, what=who)

    async def wait_answered(self, within_s: float = PATIENCE_S) -> SipEvent:
        return await self.wait("answered", within_s=within_s)

    async def wait_refused(self, within_s: float = PATIENCE_S) -> int:
        """The SIP code with which the call was refused."""
        return int((await self.wait("refused", within_s=within_s)).details[0])

    async def wait_ended(self, within_s: float = PATIENCE_S) -> SipEvent:
        """The call is over on the wire, whoever ended it, and SIPp had no complaint."""
        event = await self.wait("ended", within_s=within_s)
        await self.sipp.wait_exit(PATIENCE_S)
        self.sipp.check()
        return event

    async def press(self, keys: str) -> None:
        """Press keys (RFC 4733); returns when they left."""
        await self.rtp.press(keys)

    async def hang_up(self, within_s: float = PATIENCE_S) -> None:
        """End the call: BYE after the answer, CANCEL before; returns when it is over."""
        # Before anything came back, SIPp has the INVITE still in its hands.
        await self.wait("trying", "ringing", "answered", "refused", within_s=within_s)
        is_answered = any(event.name == "answered" for event in self.sipp.events)
        if not self.has_ended:
            self.sipp.tell("HANGUP" if is_answered else "ABANDON", self.call_id)
        await self.wait_ended(within_s)

    @property
    def has_ended(self) -> bool:
        return any(event.name in {"released", "ended"} for event in self.sipp.events)


def _from_header(name: str | bytes, number: str, ip: str) -> bytes:
    raw = name if isinstance(name, bytes) else name.encode()
    display = b'"' + raw + b'" ' if raw else b""
    return display + f"<sip:{number}@{ip}>".encode()


def media_address(details: tuple[str, ...]) -> Address:
    """From the two lines of a session description that scenarios log."""
    return details[0].removeprefix("c=IN IP4 "), int(details[1].removeprefix("m=audio "))
