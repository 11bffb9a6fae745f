"""Playbacks and recordings, by their id or name. Decides nothing else."""

from typing import Any

from ari_app.ari.requester import Handle, Repository


class Playback(Handle):
    """One playback. PlaybackFinished may never come: keep a deadline and then ask ``get``."""

    async def get(self) -> dict[str, Any]:
        """Gone means over."""
        response = await self.client.request(
            "playbacks.get", {"playback_id": self.id}, key=self.key
        )
        return dict(response.body)

    async def stop(self) -> None:
        """A playback that is over is no error; numbers and digits cannot be stopped (Busy)."""
        await self.client.request("playbacks.stop", {"playback_id": self.id}, key=self.key)


class Playbacks(Repository):
    def handle(self, playback_id: str, *, key: str = "") -> Playback:
        """A handle without asking Asterisk; the key is the call's id."""
        return Playback(self.client, playback_id, key or playback_id)


class LiveRecording(Handle):
    """One recording in progress; its id is its name, which may hold slashes."""

    async def get(self) -> dict[str, Any]:
        response = await self.client.request(
            "recordings.getLive", {"recording_name": self.id}, key=self.key
        )
        return dict(response.body)

    async def stop(self) -> None:
        """End it and keep what was recorded."""
        await self.client.request("recordings.stop", {"recording_name": self.id}, key=self.key)


class Recordings(Repository):
    def handle(self, name: str, *, key: str = "") -> LiveRecording:
        """A handle without asking Asterisk; the key is the call's id."""
        return LiveRecording(self.client, name, key or name)

    async def get_stored(self, name: str) -> dict[str, Any]:
        response = await self.client.request(
            "recordings.getStored", {"recording_name": name}, key=name
        )
        return dict(response.body)

    async def delete_stored(self, name: str) -> None:
        await self.client.request("recordings.deleteStored", {"recording_name": name}, key=name)
