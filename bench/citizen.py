"""One measured citizen: dials, waits for the first sound of the prompt, stays until hung up on.

It notes the first sound of the prompt and the first of the agent's voice. It must not know how
many citizens there are nor which system answers.
"""

import asyncio
import itertools
import time
from dataclasses import dataclass, field

from bench.rtp import PROMPT_BYTES, VOICE_BYTES, is_sound
from bench.sip import Message, audio_offer, bare_address, parse, request, response
from bench.udp import UdpSocket

_REPEAT_S = 0.5
_REPEATS = 10

_numbers = itertools.count(1)


@dataclass(slots=True)
class CitizenLog:
    """Epoch seconds; 0 is never."""

    dialled_at: float = 0.0
    answered_at: float = 0.0
    prompt_at: float = 0.0
    voice_at: float = 0.0
    ended_at: float = 0.0
    refused: int = 0
    # Of a citizen who presses keys: seconds from each key's end to the next prompt.
    reactions: list[float] = field(default_factory=list)
    unheeded: int = 0
    done: asyncio.Event = field(default_factory=asyncio.Event)


class Citizen:
    """A caller at `host` with ports of its own, for one call."""

    def __init__(self, host: str, asterisk: tuple[str, int], number: str, caller: str) -> None:
        self.log = CitizenLog()
        self._asterisk = asterisk
        self._sip = UdpSocket(host, 0, self._received)
        self._rtp = UdpSocket(host, 0, self._heard)
        self._target = f"sip:{number}@{asterisk[0]}:{asterisk[1]}"
        identity = f"{next(_numbers)}-{self._sip.address[1]}"
        self._from = f"<sip:{caller}@{host}>;tag=c{identity}"
        self._to = f"<{self._target}>"
        self._call_id = f"bench-{identity}-{time.time_ns()}@{host}"
        self._contact = f"sip:{caller}@{host}:{self._sip.address[1]}"
        self._branch = f"z9hG4bK{identity}"
        self._is_heard = False

    def dial(self) -> None:
        self.log.dialled_at = time.time()
        self._repeat_invite(_REPEATS)

    async def stay(self, timeout_s: float) -> CitizenLog:
        """Until the call is over; whoever is still there then gives up and counts as refused."""
        try:
            await asyncio.wait_for(self.log.done.wait(), timeout_s)
        except TimeoutError:
            self.log.refused = 408
            self._send("BYE", 2)
            self.log.done.set()
        self._sip.close()
        self._rtp.close()
        return self.log

    def _repeat_invite(self, left: int) -> None:
        if self._is_heard or self.log.done.is_set():
            return
        if left == 0:
            self._end(refused=408)
            return
        self._send("INVITE", 1, audio_offer(*self._rtp.address))
        asyncio.get_running_loop().call_later(_REPEAT_S, self._repeat_invite, left - 1)

    def _send(self, method: str, cseq: int, body: str = "") -> None:
        branch = self._branch if method == "INVITE" else f"{self._branch}{method}{cseq}"
        host, port = self._sip.address
        data = request(
            (method, self._target),
            f"{host}:{port};rport;branch={branch}",
            (self._from, self._to, self._call_id),
            cseq,
            contact=self._contact,
            body=body,
        )
        self._sip.send(data, self._asterisk)

    def _received(self, data: bytes, peer: tuple[str, int], at: float) -> None:
        message = parse(data)
        if message is None:
            return
        if message.status:
            self._on_response(message, at)
            return
        self._sip.send(response(message, "200 OK", tag="x", contact=self._contact), peer)
        if message.method == "BYE":
            self.log.ended_at = at
            self._end()

    def _on_response(self, message: Message, at: float) -> None:
        if message.method != "INVITE":
            return
        self._is_heard = True
        if message.status < 200:
            return
        self._to = message.header("To")
        if message.status >= 300:
            self._send("ACK", 1)
            self._end(refused=message.status)
            return
        self._target = bare_address(message.header("Contact")) or self._target
        self.log.answered_at = self.log.answered_at or at
        self._send("ACK", 1)

    def _heard(self, data: bytes, peer: tuple[str, int], at: float) -> None:
        if not self.log.prompt_at and is_sound(data, PROMPT_BYTES):
            self.log.prompt_at = at
        elif is_sound(data, VOICE_BYTES):
            self.log.voice_at = at
            self._rtp.deafen()

    def _end(self, refused: int = 0) -> None:
        self.log.refused = refused
        self.log.done.set()
