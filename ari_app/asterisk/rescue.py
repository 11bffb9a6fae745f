"""Callers whom a dead service left in its menu or its queue: on to the duty phones.

Asterisk keeps them, with their prompt or their music, for the service to come back. When nobody
hopes for that any more they are sent on. Talks are left alone: they need no service.
"""

import re

import httpx

from ari_app.asterisk.process import ari_auth
from ari_app.settings import Settings

FALLBACK = {"context": "fallback", "extension": "s", "priority": "1"}
LIMIT_S = 5.0
_AGENT_LEG = re.compile(r"\.a\d+$")


async def rescue_callers(settings: Settings) -> int:
    """How many callers were sent to the fallback queue. Raises httpx.HTTPError."""
    async with httpx.AsyncClient(
        base_url=f"{settings.ari_url}/ari/", auth=ari_auth(settings), timeout=LIMIT_S,
        trust_env=False,
    ) as client:  # fmt: skip
        held = await client.get(f"applications/{settings.ari_app}")
        if held.status_code == httpx.codes.NOT_FOUND:
            return 0
        bridges = (await client.get("bridges")).raise_for_status().json()
        talking = {leg for bridge in bridges for leg in bridge["channels"]}
        waiting = [
            leg
            for leg in held.raise_for_status().json()["channel_ids"]
            if leg not in talking and not _AGENT_LEG.search(leg)
        ]
        return sum([await _sent_on(client, leg) for leg in waiting])


async def _sent_on(client: httpx.AsyncClient, leg: str) -> bool:
    """One that cannot be sent on must not keep the others back."""
    try:
        return (await client.post(f"channels/{leg}/continue", params=FALLBACK)).is_success
    except httpx.HTTPError:
        return False
