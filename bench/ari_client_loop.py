"""The same call on ari-client 0.9.0: answer, play, ring a free agent, bridge, hang up.

Runs in a virtual environment of its own, as `python ari_client_loop.py` with what it needs in
BENCH_LOOP as JSON. It must not do more than the library's own examples show.
"""

# mypy: disable-error-code="import-not-found,untyped-decorator"

import asyncio
import json
import logging
import os
import sys
from collections import deque

import ari_client

_WANTED = json.loads(os.environ["BENCH_LOOP"])

logging.disable(logging.WARNING)
client = ari_client.AriClient(
    host=_WANTED["host"], port=_WANTED["port"],
    ari_user=_WANTED["user"], ari_password=_WANTED["password"],
)  # fmt: skip
free: dict[str, deque[str]] = {group: deque(ids) for group, ids in _WANTED["agents"].items()}
waiting: dict[str, deque[str]] = {group: deque() for group in free}
# Both by the caller's channel id; a leg's id is the caller's with a suffix.
group_of: dict[str, str] = {}
agent_of: dict[str, str] = {}
_LEG = ".agent"


@client.on_stasis_start
async def on_start(event: ari_client.StasisStartEvent) -> None:
    if event.args[0] == "agent":
        await connect(event.channel)
        return
    group_of[event.channel.id] = event.args[1]
    await event.channel.answer()
    await event.channel.play(media=_WANTED["prompt"])


@client.on_playback_finished
async def on_played(event: ari_client.PlaybackFinishedEvent) -> None:
    caller = event.playback.target_uri.removeprefix("channel:")
    if caller in group_of:
        waiting[group_of[caller]].append(caller)
        await match(group_of[caller])


async def match(group: str) -> None:
    while free[group] and waiting[group]:
        caller, agent = waiting[group].popleft(), free[group].popleft()
        agent_of[caller] = agent
        await client.ari.originate(
            f"PJSIP/{agent}", channel_id=caller + _LEG, app_args=f"agent,{caller}", timeout=20
        )


async def connect(leg: ari_client.Channel) -> None:
    caller = leg.id.removesuffix(_LEG)
    bridge = await client.ari.create_bridge(type="mixing", bridge_id=f"{caller}.bridge")
    # Several at once, which the library offers, are refused by Asterisk: it sends them as one id.
    await bridge.add_channel(caller)
    await bridge.add_channel(leg.id)


@client.on_channel_destroyed
async def on_destroyed(event: ari_client.ChannelDestroyedEvent) -> None:
    if event.channel.id.endswith(_LEG):
        await over(event.channel.id.removesuffix(_LEG))


async def over(caller: str) -> None:
    """The agent hung up or never answered: the caller goes too, the agent is free again."""
    agent, group = agent_of.pop(caller, None), group_of.pop(caller, None)
    if agent is None or group is None:
        return
    free[group].append(agent)
    await match(group)
    await client.ari.stop_channel(caller)
    await client.ari.stop_bridge(f"{caller}.bridge")


@client.on_stasis_end
async def on_end(event: ari_client.StasisEndEvent) -> None:
    caller = event.channel.id
    if caller in group_of and caller in agent_of:
        await client.ari.stop_channel(caller + _LEG)
    elif group := group_of.pop(caller, None):
        waiting[group].remove(caller)


async def main() -> None:
    await client.connect(app=_WANTED["app"])
    print("ready", flush=True)
    # The other end is closed when the bench is done or has died.
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await client.disconnect()


asyncio.run(main())
