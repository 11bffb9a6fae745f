"""What Asterisk holds of ours right now, read for a reconciliation.

Reads only; what a difference means is decided in the core. Never lists channels: one invisible
channel would make that fail for everybody.
"""

import asyncio
import re
from collections.abc import Mapping
from typing import Any, TypeVar

from ari_app.ari.client import Client
from ari_app.ari.errors import Gone
from ari_app.ari.translate import AGENT
from ari_app.core.events import AsteriskSeen
from ari_app.core.phone_number import caller_of
from ari_app.core.values import (
    AgentId,
    BridgeId,
    BridgeSeen,
    CallId,
    LegId,
    LegSeen,
    is_outside,
    is_supervisors,
)

_AGENT_LEG = re.compile(r"\.[as]\d+$")
_OUR_BRIDGE = re.compile(r"^[^.]+\.\d+(\.[bc]|\.s\d+\.b)$")
_ENDPOINT = re.compile(r"^PJSIP/([^-]+)-")
_SAID = re.compile(rf",{AGENT},[^,]+,([^,]+)$")
NO_PHONES: Mapping[AgentId, str] = {}
READS_AT_ONCE = 20
T = TypeVar("T")


async def look(
    client: Client,
    app: str,
    ended: Mapping[CallId, float],
    *,
    is_resync: bool,
    phones: Mapping[AgentId, str] = NO_PHONES,
) -> AsteriskSeen:
    """The app's channels, our bridges, and who of those at these phones is in another call.

    Raises AriError when Asterisk does not answer.
    """
    held = await client.applications.get(app)
    room = asyncio.Semaphore(READS_AT_ONCE)
    # Not a task group: before Python 3.13 it loses a cancellation that comes with an error.
    readings = await asyncio.gather(
        *(_leg(client, leg, room) for leg in held["channel_ids"]), return_exceptions=True
    )
    legs = [leg for reading in readings if (leg := _read(reading)) is not None]
    busy = await asyncio.gather(
        *(_is_elsewhere(client, phone, room) for phone in phones.values()), return_exceptions=True
    )
    bridges = [
        BridgeSeen(BridgeId(bridge["id"]), frozenset(LegId(leg) for leg in bridge["channels"]))
        for bridge in await client.bridges.list()
        if _OUR_BRIDGE.match(bridge["id"])
    ]
    elsewhere = frozenset(a for a, reading in zip(phones, busy, strict=True) if _read(reading))
    return AsteriskSeen(tuple(legs), tuple(bridges), ended, is_resync, elsewhere)


def _read(reading: T | BaseException) -> T:
    if isinstance(reading, BaseException):
        raise reading
    return reading


async def _is_elsewhere(client: Client, phone: str, room: asyncio.Semaphore) -> bool:
    """Whether this phone has a channel that we did not make."""
    async with room:
        try:
            endpoint = await client.endpoints.get(tech="PJSIP", resource=phone)
        except Gone:
            return False
    return any(not _AGENT_LEG.search(channel) for channel in endpoint["channel_ids"])


async def _leg(client: Client, leg: str, room: asyncio.Semaphore) -> LegSeen | None:
    async with room:
        try:
            channel = await client.channels.handle(leg).get()
        except Gone:
            return None
        if channel is None:  # alive, but its texts are not UTF-8: nobody can see or serve it
            await client.channels.handle(leg).hangup()
            return None
    return _seen(leg, channel)


def _agent_of(channel: dict[str, Any]) -> AgentId:
    """Once answered, the leg's own arguments say it; until then, whose phone it is."""
    said = _SAID.search(channel["dialplan"].get("app_data", ""))
    if said is not None:
        return AgentId(said.group(1))
    endpoint = _ENDPOINT.match(channel["name"])
    return AgentId(endpoint.group(1) if endpoint else "unknown")


def _seen(leg: str, channel: dict[str, Any]) -> LegSeen:
    is_up = channel["state"] == "Up"
    if _AGENT_LEG.search(leg):
        return LegSeen(LegId(leg), is_up, _agent_of(channel))
    if is_outside(LegId(leg)) or is_supervisors(leg):
        return LegSeen(LegId(leg), is_up)
    caller = caller_of(channel["caller"]["number"], channel["caller"]["name"])
    return LegSeen(LegId(leg), is_up, caller=caller, dialled=channel["dialplan"]["exten"])
