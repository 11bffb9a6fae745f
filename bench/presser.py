"""A measured citizen who presses keys: as soon as a prompt is recognised the next key follows.

It times each key: from the packet that says that the key is up, before which Asterisk reports
nothing, to the first packet of the next prompt. It must not know who answers.
"""

import asyncio
import random
import time
from typing import Final

from bench.citizen import Citizen
from bench.rtp import (
    KEY_ENDS,
    KEY_PACKET_S,
    KEY_PACKETS,
    OTHER_PROMPT_BYTES,
    PROMPT_BYTES,
    is_sound,
    key_packet,
    media_address,
)
from bench.sip import Message

# The keys of the bench's tree: to the other menu, and to the agents.
OTHER, DESK = "1", "0"
KEYS_A_CALL: Final = 8
# Into a prompt of one second: the caller interrupts it.
_LISTENS_S: Final = (0.1, 0.6)
# Whoever hears nothing for so long asks for an agent, and the key counts as unheeded.
_PATIENCE_S: Final = 5.0

_chance = random.Random(3)


class KeyPresser(Citizen):
    """Hears two prompts in turn, KEYS_A_CALL times, then asks for an agent."""

    def __init__(self, host: str, asterisk: tuple[str, int], number: str, caller: str) -> None:
        super().__init__(host, asterisk, number, caller)
        self._media: tuple[str, int] | None = None
        self._awaited = PROMPT_BYTES
        self._pressed = 0
        self._up_at = 0.0
        self._source = _chance.getrandbits(32)
        self._patience: asyncio.TimerHandle | None = None

    def _on_response(self, message: Message, at: float) -> None:
        if message.method == "INVITE" and 200 <= message.status < 300:
            self._media = media_address(message) or self._media
        super()._on_response(message, at)

    def _heard(self, data: bytes, peer: tuple[str, int], at: float) -> None:
        if self._awaited and is_sound(data, self._awaited):
            if self._up_at:
                self.log.reactions.append(at - self._up_at)
            self._next_key()
        super()._heard(data, peer, at)

    def _next_key(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
        was, self._awaited = self._awaited, b""
        is_last = self._pressed == KEYS_A_CALL
        following = OTHER_PROMPT_BYTES if was == PROMPT_BYTES else PROMPT_BYTES
        delay_s = _chance.uniform(*_LISTENS_S)
        self._later(delay_s, self._press, DESK if is_last else OTHER, b"" if is_last else following)

    def _press(self, digit: str, following: bytes) -> None:
        if self.log.done.is_set():
            return
        key, self._pressed = self._pressed, self._pressed + 1
        for number in range(KEY_PACKETS + KEY_ENDS):
            self._later(number * KEY_PACKET_S, self._send_key, digit, number, key, following)

    def _send_key(self, digit: str, number: int, key: int, following: bytes) -> None:
        if self._media is None or self.log.done.is_set():
            return
        if number == KEY_PACKETS:
            self._up_at, self._awaited = time.time(), following
            if following:
                self._patience = self._later(_PATIENCE_S, self._give_up)
        self._rtp.send(key_packet(digit, number, key, self._source), self._media)

    def _give_up(self) -> None:
        self.log.unheeded += 1
        self._press(DESK, b"")

    @staticmethod
    def _later(delay_s: float, action: object, *arguments: object) -> asyncio.TimerHandle:
        loop = asyncio.get_running_loop()
        return loop.call_later(delay_s, action, *arguments)  # type: ignore[arg-type]
