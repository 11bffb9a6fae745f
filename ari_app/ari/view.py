"""What Asterisk holds of ours right now, read for a reconciliation.

Reads only; what a difference means is decided in the core. Never lists channels: one invisible
channel would make that fail for everybody.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from ari_app.ari.client import Client
from ari_app.ari.errors import Gone
from ari_app.core.events import AsteriskSeen
from ari_app.core.phone_number import caller_of
from ari_app.core.values import AgentId, BridgeId, BridgeSeen, CallId, LegId, LegSeen, is_outside

_AGENT_LEG = re.compile(r"\.a\d+$")
_OUR_BRIDGE = re.compile(r"^[^.]+\.\d+\.b$")
_ENDPOINT = re.compile(r"^PJSIP/([^-]+)-")
READS_AT_ONCE = 20
T = TypeVar("T")


async def look(
    client: Client,
    app: str,
    ended: Mapping[CallId, float],
    *,
    is_resync: bool,
    agents: Sequence[AgentId] = (),
) -> AsteriskSeen:
    """The app's channels, our bridges, and which of these agents' phones are in other calls.

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
        *(_is_elsewhere(client, agent, room) for agent in agents), return_exceptions=True
    )
    bridges = [
        BridgeSeen(BridgeId(bridge["id"]), frozenset(LegId(leg) for leg in bridge["channels"]))
        for bridge in await client.bridges.list()
        if _OUR_BRIDGE.match(bridge["id"])
    ]
    elsewhere = frozenset(a for a, reading in zip(agents, busy, strict=True) if _read(reading))
    return AsteriskSeen(tuple(legs), tuple(bridges), ended, is_resync, elsewhere)


def _read(reading: T | BaseException) -> T:
    if isinstance(reading, BaseException):
        raise reading
    return reading


async def _is_elsewhere(client: Client, agent: AgentId, room: asyncio.Semaphore) -> bool:
    """Whether the agent's phone has a channel that we did not make."""
    async with room:
        try:
            endpoint = await client.endpoints.get(tech="PJSIP", resource=agent)
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


def _seen(leg: str, channel: dict[str, Any]) -> LegSeen:
    is_up = channel["state"] == "Up"
    if _AGENT_LEG.search(leg):
        endpoint = _ENDPOINT.match(channel["name"])
        agent = AgentId(endpoint.group(1) if endpoint else "unknown")
        return LegSeen(LegId(leg), is_up, agent)
    if is_outside(LegId(leg)):
        return LegSeen(LegId(leg), is_up)
    caller = caller_of(channel["caller"]["number"], channel["caller"]["name"])
    return LegSeen(LegId(leg), is_up, caller=caller, dialled=channel["dialplan"]["exten"])
