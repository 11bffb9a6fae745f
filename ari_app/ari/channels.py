"""Channels: making them and acting on them.

Decides the arguments. Ids are always the caller's own, so that an event that comes before the
answer is recognised and a request can be repeated.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ari_app.ari.errors import Exists, Gone, NotCreated
from ari_app.ari.media import LiveRecording, Playback
from ari_app.ari.requester import Handle, Repository

Variables = Mapping[str, object]


class Channel(Handle):
    """One channel, by its id."""

    async def get(self) -> dict[str, Any] | None:
        """Its snapshot; None for a live channel whose texts are not UTF-8."""
        body = (
            await self.client.request("channels.get", {"channel_id": self.id}, key=self.key)
        ).body
        return body if isinstance(body, dict) else None

    async def answer(self) -> None:
        """Waits for the channel's thread: never while it plays or records."""
        await self._do("answer")

    async def dial(self, *, caller: str | None = None, timeout_s: int) -> None:
        """Ring a created channel; a time-out of 0 would mean none at all."""
        await self._do("dial", caller=caller, timeout=max(1, timeout_s))

    async def hangup(self, *, reason: str | None = None, reason_code: str | None = None) -> None:
        await self._do("hangup", reason=reason, reason_code=reason_code)

    async def ring(self) -> None:
        await self._do("ring")

    async def ring_stop(self) -> None:
        await self._do("ringStop")

    async def play(
        self, *, playback_id: str, media: Sequence[str], lang: str | None = None
    ) -> Playback:
        """Queue media as one playback. Not repeatable: a second request is played as well."""
        await self._do("playWithId", playback_id=playback_id, media=list(media), lang=lang)
        return Playback(self.client, playback_id, self.key)

    async def start_moh(self, *, moh_class: str | None = None) -> None:
        await self._do("startMoh", moh_class=moh_class)

    async def stop_moh(self) -> None:
        await self._do("stopMoh")

    async def mute(self, *, direction: str = "both") -> None:
        await self._do("mute", direction=direction)

    async def unmute(self, *, direction: str = "both") -> None:
        """Asterisk refuses to do this without a direction, whatever its Swagger says."""
        await self._do("unmute", direction=direction)

    async def hold(self) -> None:
        await self._do("hold")

    async def unhold(self) -> None:
        await self._do("unhold")

    async def send_dtmf(self, *, dtmf: str, duration_ms: int | None = None) -> None:
        await self._do("sendDTMF", dtmf=dtmf, duration=duration_ms)

    async def set_variable(
        self, *, variable: str, value: str, report_events: bool | None = None
    ) -> None:
        """Waits for the channel's thread: never while it plays or records."""
        await self._do("setChannelVar", variable=variable, value=value, report_events=report_events)

    async def get_variable(self, *, variable: str) -> str | None:
        """Its value; None if it is not set."""
        try:
            response = await self.client.request(
                "channels.getChannelVar",
                {"channel_id": self.id, "variable": variable},
                key=self.key,
            )
        except Gone as gone:
            if gone.message == "Provided variable was not found":
                return None
            raise
        return str(response.body["value"])

    async def record(
        self,
        *,
        name: str,
        format: str,
        max_duration_s: int | None = None,
        max_silence_s: int | None = None,
        if_exists: str | None = None,
        beep: bool | None = None,
        terminate_on: str | None = None,
    ) -> LiveRecording:
        """Record what this channel sends; not while it is in a bridge."""
        await self._do(
            "record", name=name, format=format, max_duration_seconds=max_duration_s,
            max_silence_seconds=max_silence_s, if_exists=if_exists, beep=beep,
            terminate_on=terminate_on,
        )  # fmt: skip
        return LiveRecording(self.client, name, self.key)

    async def snoop(
        self,
        *,
        snoop_id: str,
        app: str,
        spy: str = "both",
        whisper: str = "none",
        app_args: str | None = None,
    ) -> "Channel":
        await self._do(
            "snoopChannelWithId", snoop_id=snoop_id, app=app, spy=spy, whisper=whisper,
            app_args=app_args,
        )  # fmt: skip
        return Channel(self.client, snoop_id, self.key)

    async def continue_in_dialplan(
        self,
        *,
        context: str | None = None,
        extension: str | None = None,
        priority: int | None = None,
        label: str | None = None,
    ) -> None:
        await self._do(
            "continueInDialplan", context=context, extension=extension, priority=priority,
            label=label,
        )  # fmt: skip

    async def rtp_statistics(self) -> dict[str, Any]:
        """For channels with RTP; a Local channel is refused with 403."""
        response = await self.client.request(
            "channels.rtpstatistics", {"channel_id": self.id}, key=self.key
        )
        return dict(response.body)

    async def _do(self, verb: str, **args: object) -> None:
        await self.client.request(f"channels.{verb}", {"channel_id": self.id, **args}, key=self.key)


class Channels(Repository):
    """There is no list: see operations.py."""

    def handle(self, channel_id: str, *, key: str = "") -> Channel:
        """A handle without asking Asterisk; the key is the call's id."""
        return Channel(self.client, channel_id, key or channel_id)

    async def originate(
        self,
        *,
        channel_id: str,
        endpoint: str,
        app: str | None = None,
        app_args: str | None = None,
        extension: str | None = None,
        context: str | None = None,
        priority: int | None = None,
        caller_id: str | None = None,
        timeout_s: int | None = None,
        other_channel_id: str | None = None,
        originator: str | None = None,
        formats: str | None = None,
        variables: Variables | None = None,
        key: str = "",
    ) -> Channel:
        """Ring an endpoint; the channel enters the app once answered. May be repeated."""
        return await self._make(
            "originateWithId", channel_id, key, endpoint=endpoint, app=app, app_args=app_args,
            extension=extension, context=context, priority=priority, caller_id=caller_id,
            timeout=timeout_s, other_channel_id=other_channel_id, originator=originator,
            formats=formats, variables=variables,
        )  # fmt: skip

    async def create(
        self,
        *,
        channel_id: str,
        endpoint: str,
        app: str,
        app_args: str | None = None,
        other_channel_id: str | None = None,
        originator: str | None = None,
        formats: str | None = None,
        variables: Variables | None = None,
        key: str = "",
    ) -> Channel:
        """Make a channel that enters the app at once and is rung by ``dial``. May be repeated."""
        return await self._make(
            "create", channel_id, key, endpoint=endpoint, app=app, app_args=app_args,
            other_channel_id=other_channel_id, originator=originator, formats=formats,
            variables=variables,
        )  # fmt: skip

    async def _make(self, verb: str, channel_id: str, key: str, **args: object) -> Channel:
        channel = self.handle(channel_id, key=key)
        operation = f"channels.{verb}"
        try:
            await self.client.request(
                operation, {"channel_id": channel_id, **args}, key=channel.key
            )
        except Exists as exists:
            # After one true "exists" Asterisk says so again for every channel that it cannot
            # make on the same connection (a stale errno): look before believing it.
            try:
                await channel.get()
            except Gone:
                raise NotCreated(operation, exists.status, "the channel was not made") from exists
        return channel
