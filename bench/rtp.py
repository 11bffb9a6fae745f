"""Makes and recognises the sounds of the bench: two prompts and the agent's voice; makes keys.

All are square waves in A-law that share no byte, so one look at a packet tells them apart. It
must not know sockets or calls.
"""

import struct

from bench.sip import Message

PROMPT_BYTES = b"\xb0\x30"
OTHER_PROMPT_BYTES = b"\x90\x10"
VOICE_BYTES = b"\xa0\x20"
# Five times the usual length, so that a voice in full costs the bench little.
FRAME_S = 0.1
_FRAME_SAMPLES = 800
_HEADER = struct.Struct("!BBHII")
_ALAW, _KEYS = 8, 101
# As long as a thumb is on a key, in packets of 20 ms; the end is said three times (RFC 4733, 2.5).
KEY_PACKETS = 5
KEY_PACKET_S = 0.02
KEY_ENDS = 3
_KEY_SAMPLES = 160


def wave(sound: bytes, samples: int) -> bytes:
    """500 Hz: eight samples up, eight down."""
    period = sound[:1] * 8 + sound[1:] * 8
    return period * (samples // len(period))


def packet(sound: bytes, number: int, source: int) -> bytes:
    """The `number`th frame of a steady sound."""
    header = _HEADER.pack(0x80, _ALAW, number & 0xFFFF, number * _FRAME_SAMPLES, source)
    return header + wave(sound, _FRAME_SAMPLES)


def key_packet(digit: str, number: int, key: int, source: int) -> bytes:
    """One packet of the `key`th key of a call; from KEY_PACKETS on it says that the key is up."""
    steps = min(number + 1, KEY_PACKETS)
    kind = _KEYS | (0x80 if number == 0 else 0)
    sequence = key * (KEY_PACKETS + KEY_ENDS) + number
    header = _HEADER.pack(0x80, kind, sequence, (key + 1) * _FRAME_SAMPLES * 10, source)
    is_end = 0x80 if number >= KEY_PACKETS else 0
    return header + struct.pack(
        "!BBH", "0123456789*#".index(digit), is_end | 10, steps * _KEY_SAMPLES
    )


def is_sound(data: bytes, sound: bytes) -> bool:
    payload = data[_HEADER.size :]
    return sum(payload.count(byte) for byte in sound) * 2 > len(payload) > 0


def media_address(message: Message) -> tuple[str, int] | None:
    """Where the sender of this offer or answer wants to hear."""
    host, port = "", 0
    for line in message.body.splitlines():
        if line.startswith("c=IN IP4 "):
            host = line.split()[2]
        elif line.startswith("m=audio "):
            port = int(line.split()[1])
    return (host, port) if host and port else None
