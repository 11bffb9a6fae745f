"""Bridges: making them and moving channels in and out.

Decides the arguments. Bridges outlive our process: name them so that they can be swept.
"""

from collections.abc import Mapping
from typing import Any

from ari_app.ari.requester import Handle, Repository


class Bridge(Handle):
    """One bridge, by its id."""

    async def get(self) -> dict[str, Any]:
        response = await self.client.request("bridges.get", {"bridge_id": self.id}, key=self.key)
        return dict(response.body)

    async def add_channel(
        self,
        *,
        channel_id: str,
        role: str | None = None,
        absorb_dtmf: bool | None = None,
        mute: bool | None = None,
        inhibit_connected_line_updates: bool | None = None,
    ) -> None:
        """Waits for the channel's thread. Success is told by ChannelEnteredBridge, not by this.

        A channel that is in the bridge already leaves it and enters again.
        """
        await self._do(
            "addChannel", channel=channel_id, role=role, absorb_dtmf=absorb_dtmf, mute=mute,
            inhibit_connected_line_updates=inhibit_connected_line_updates,
        )  # fmt: skip

    async def remove_channel(self, *, channel_id: str) -> None:
        """Waits for the channel's thread."""
        await self._do("removeChannel", channel=channel_id)

    async def start_moh(self, *, moh_class: str | None = None) -> None:
        await self._do("startMoh", moh_class=moh_class)

    async def stop_moh(self) -> None:
        await self._do("stopMoh")

    async def destroy(self) -> None:
        await self._do("destroy")

    async def _do(self, verb: str, **args: object) -> None:
        await self.client.request(f"bridges.{verb}", {"bridge_id": self.id, **args}, key=self.key)


class Bridges(Repository):
    """All bridges of the Asterisk, other programs' too."""

    def handle(self, bridge_id: str, *, key: str = "") -> Bridge:
        """A handle without asking Asterisk; the key is the call's id."""
        return Bridge(self.client, bridge_id, key or bridge_id)

    async def create(
        self,
        *,
        bridge_id: str,
        type: str = "mixing",
        name: str | None = None,
        variables: Mapping[str, object] | None = None,
        key: str = "",
    ) -> Bridge:
        """May be repeated. The type of a bridge that exists is not changed."""
        bridge = self.handle(bridge_id, key=key)
        await self.client.request(
            "bridges.createWithId",
            {"bridge_id": bridge_id, "type": type, "name": name, "variables": variables},
            key=bridge.key,
        )
        return bridge

    async def list(self) -> "list[dict[str, Any]]":
        return [dict(item) for item in (await self.client.request("bridges.list", {}, key="")).body]
