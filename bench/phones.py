"""The agents' phones: one UDP port, one phone per user part, each answers at once, talks, hangs up.

It decides what a phone does and notes when it rang and when it was freed. SIPp cannot stand in
here: it neither refuses a second call to one phone nor tells arrival times to the microsecond.
It must not know which system calls.
"""

import asyncio
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bench.rtp import FRAME_S, VOICE_BYTES, media_address, packet
from bench.sip import Message, audio_offer, bare_address, parse, request, response
from bench.udp import UdpSocket

_REPEAT_S = 0.5
_REPEATS = 20


@dataclass(slots=True)
class _Talk:
    agent: str
    invite: Message
    peer: tuple[str, int]
    answer: bytes
    tag: str
    is_acked: bool = False
    is_ending: bool = False


@dataclass(slots=True)
class PhoneLog:
    """Epoch seconds of what happened, in order."""

    rings: list[tuple[str, float]] = field(default_factory=list)
    freed: list[tuple[str, float]] = field(default_factory=list)
    talks: int = 0
    busy: int = 0
    cut_short: int = 0


class Phones:
    """All phones that Asterisk can reach at `host`:`port`."""

    def __init__(self, host: str, talk_s: Callable[[str], float]) -> None:
        """``talk_s``: how long an agent talks."""
        self.talk_s = talk_s
        self.log = PhoneLog()
        self._talks: dict[str, _Talk] = {}
        self._busy: set[str] = set()
        self._numbers = itertools.count(1)
        self._socket = UdpSocket(host, 0, self._received)
        self._media = UdpSocket(host, 0, self._received)
        self._media.deafen()  # the kernel throws away what the agents would hear
        self.host, self.port = self._socket.address

    def start_log(self) -> PhoneLog:
        """Forget what was; the new log is written from now on."""
        self.log = PhoneLog()
        return self.log

    @property
    def talking(self) -> int:
        return len(self._talks)

    def close(self) -> None:
        self._talks.clear()
        self._socket.close()
        self._media.close()

    def _received(self, data: bytes, peer: tuple[str, int], at: float) -> None:
        message = parse(data)
        if message is None:
            return
        if message.status:
            self._on_response(message)
            return
        match message.method:
            case "INVITE":
                self._on_invite(message, peer, at)
            case "ACK":
                self._on_ack(message)
            case "BYE":
                self._on_bye(message, peer)
            case _:  # CANCEL comes too late for a phone that answers at once; OPTIONS is a ping
                self._reply(message, "200 OK", peer)

    def _on_invite(self, invite: Message, peer: tuple[str, int], at: float) -> None:
        call_id, agent = invite.header("Call-ID"), invite.user
        known = self._talks.get(call_id)
        if known is not None:
            self._socket.send(known.answer, peer)
            return
        self.log.rings.append((agent, at))
        if agent in self._busy:
            self.log.busy += 1
            self._reply(invite, "486 Busy Here", peer)
            return
        tag = f"t{next(self._numbers)}"
        self._reply(invite, "180 Ringing", peer, tag)
        offer = audio_offer(*self._media.address)
        answer = response(invite, "200 OK", tag=tag, contact=self._contact(agent), body=offer)
        self._busy.add(agent)
        self._talks[call_id] = _Talk(agent, invite, peer, answer, tag)
        self._repeat_answer(call_id, _REPEATS)

    def _repeat_answer(self, call_id: str, left: int) -> None:
        talk = self._talks.get(call_id)
        if talk is None or talk.is_acked:
            return
        if left == 0:
            self._end(call_id)
            return
        self._socket.send(talk.answer, talk.peer)
        self._later(_REPEAT_S, self._repeat_answer, call_id, left - 1)

    def _on_ack(self, ack: Message) -> None:
        call_id = ack.header("Call-ID")
        talk = self._talks.get(call_id)
        if talk is not None and not talk.is_acked:
            talk.is_acked = True
            self._later(self.talk_s(talk.agent), self._hang_up, call_id)
            self._speak(call_id, media_address(talk.invite), 0)

    def _speak(self, call_id: str, to: tuple[str, int] | None, number: int) -> None:
        talk = self._talks.get(call_id)
        if talk is None or talk.is_ending or to is None:
            return
        self._media.send(packet(VOICE_BYTES, number, int(talk.tag[1:])), to)
        self._later(FRAME_S, self._speak, call_id, to, number + 1)

    def _hang_up(self, call_id: str) -> None:
        talk = self._talks.get(call_id)
        if talk is None:
            return
        talk.is_ending = True
        self._busy.discard(talk.agent)
        self.log.talks += 1
        self.log.freed.append((talk.agent, time.time()))
        self._repeat_bye(call_id, _REPEATS)

    def _repeat_bye(self, call_id: str, left: int) -> None:
        talk = self._talks.get(call_id)
        if talk is None:
            return
        if left == 0:
            self._end(call_id)
            return
        to = f"{talk.invite.header('To')};tag={talk.tag}"
        bye = request(
            ("BYE", bare_address(talk.invite.header("Contact"))),
            f"{self.host}:{self.port};rport;branch=z9hG4bKb{talk.tag}",
            (to, talk.invite.header("From"), call_id),
            1,
            contact=self._contact(talk.agent),
        )
        self._socket.send(bye, talk.peer)
        self._later(_REPEAT_S, self._repeat_bye, call_id, left - 1)

    def _on_bye(self, bye: Message, peer: tuple[str, int]) -> None:
        self._reply(bye, "200 OK", peer)
        talk = self._talks.get(bye.header("Call-ID"))
        if talk is not None and not talk.is_ending:
            self.log.cut_short += 1
        self._end(bye.header("Call-ID"))

    def _on_response(self, message: Message) -> None:
        if message.method == "BYE" and message.status >= 200:
            self._end(message.header("Call-ID"))

    def _end(self, call_id: str) -> None:
        talk = self._talks.pop(call_id, None)
        if talk is not None and not talk.is_ending:
            self._busy.discard(talk.agent)

    def _reply(
        self, message: Message, status: str, peer: tuple[str, int], tag: str = "phone"
    ) -> None:
        contact = self._contact(message.user)
        self._socket.send(response(message, status, tag=tag, contact=contact), peer)

    def _contact(self, agent: str) -> str:
        return f"sip:{agent}@{self.host}:{self.port}"

    def _later(self, delay_s: float, action: object, *arguments: object) -> None:
        asyncio.get_running_loop().call_later(delay_s, action, *arguments)  # type: ignore[arg-type]
