"""The core's commands as requests to Asterisk.

Decides which request carries out which command and what a refusal means for the call. A channel
that is gone is normal and reported as such; nothing here decides what happens next.
"""

import math
from collections.abc import Callable

import structlog

from ari_app.ari.client import Client
from ari_app.ari.errors import (
    AriError,
    Busy,
    Gone,
    NotCreated,
    TimedOut,
    Unreachable,
    WrongState,
)
from ari_app.ari.translate import AGENT, OUTSIDE, PLACED, SNOOP
from ari_app.core import commands as core
from ari_app.core import events
from ari_app.core.legs import CONNECT_S
from ari_app.core.message import STOPPED_BY
from ari_app.core.values import LegId, call_of

_log = structlog.get_logger()

AUTO_ANSWER = {"PJSIP_HEADER(add,Call-Info)": "<sip:hotline>;answer-after=0"}
"""Understood by Yealink, Grandstream, Snom and JsSIP phones; others ring as usual."""

CALL_ID = "PJSIP_HEADER(add,X-Call-Id)"
"""By which a phone in a page knows whose screen-pop belongs to the ring."""

TRUNK_OUT = "trunk-out"
"""The endpoint in pjsip.conf over which numbers outside are called."""

ANSWER_LIMIT_S = 10.0
"""``answer`` waits for the channel's own thread."""

AriCommand = (
    core.Answer
    | core.Play
    | core.StopPlay
    | core.StartMusic
    | core.StopMusic
    | core.RingAgent
    | core.RingOutside
    | core.DialOut
    | core.StartRinging
    | core.StopRinging
    | core.StartSnoop
    | core.Connect
    | core.LeaveBridge
    | core.StartHoldMusic
    | core.StopHoldMusic
    | core.MuteLeg
    | core.UnmuteLeg
    | core.PressKeys
    | core.DropBridge
    | core.HangUp
    | core.RecordMessage
    | core.StopMessage
    | core.DropMessage
    | core.FindMessage
)

REPEATED = core.HangUp | core.Answer | core.StartMusic | core.StartHoldMusic
"""Asked for again when nobody knows whether it happened; twice is as good as once. A phone must not
ring for nobody, and nobody is to wait in silence."""
TRIES = 3

TalkCommand = (
    core.StartHoldMusic | core.StopHoldMusic | core.MuteLeg | core.UnmuteLeg | core.PressKeys
)
MessageCommand = core.RecordMessage | core.StopMessage | core.DropMessage | core.FindMessage


class Executor:
    """Carries out the commands for Asterisk; posts what went wrong as events."""

    def __init__(
        self,
        client: Client,
        app: str,
        post: Callable[[events.Event], None],
        sound_uri: Callable[[str, str], str],
        shown: str = "",
    ) -> None:
        self._client = client
        self._app = app
        self._post = post
        self._sound_uri = sound_uri
        self.change(shown)

    def change(self, shown: str) -> None:
        """``shown`` is the number that people see whom we call."""
        self._shown = shown or "anonymous"

    async def execute(self, command: AriCommand) -> None:
        """Never raises for anything Asterisk answers."""
        try:
            await (self._surely if isinstance(command, REPEATED) else self._do)(command)
        except Gone as error:
            self._gone(command, error)
        except WrongState as error:
            # 409 and 412 around a hang-up: the event that explains it is on its way.
            _log.debug("ari.too_late", command=type(command).__name__, problem=str(error))
            self._failed(command, error)
        except AriError as error:
            _log.warning("ari.failed", command=type(command).__name__, problem=str(error))
            self._failed(command, error)

    async def _surely(self, command: AriCommand) -> None:
        for _ in range(TRIES - 1):
            try:
                return await self._do(command)
            except (TimedOut, Unreachable, Busy) as error:
                _log.warning("ari.once_more", command=type(command).__name__, problem=str(error))
        await self._do(command)

    async def _do(self, command: AriCommand) -> None:
        client = self._client
        match command:
            case core.Answer(leg):
                args = {"channel_id": leg}
                await client.request(
                    "channels.answer", args, key=command.lane, limit_s=ANSWER_LIMIT_S
                )
            case core.Play(leg, play, prompts):
                media = [self._sound_uri(prompt, language) for prompt, language in prompts]
                channel = client.channels.handle(leg, key=command.lane)
                await channel.play(playback_id=play, media=media)
            case core.StopPlay(play):
                await client.playbacks.handle(play, key=command.lane).stop()
            case core.StartMusic(leg, music):
                await client.channels.handle(leg, key=command.lane).start_moh(moh_class=music)
            case core.StopMusic(leg):
                await client.channels.handle(leg, key=command.lane).stop_moh()
            case core.RingAgent():
                await self._ring(command)
            case core.RingOutside():
                await self._ring_outside(command)
            case core.DialOut():
                await self._dial_out(command)
            case core.StartRinging(leg):
                await client.channels.handle(leg, key=command.lane).ring()
            case core.StopRinging(leg):
                await client.channels.handle(leg, key=command.lane).ring_stop()
            case core.StartSnoop():
                await self._snoop(command)
            case core.Connect():
                await self._connect(command)
            case core.LeaveBridge(leg, bridge):
                handle = client.bridges.handle(bridge, key=command.lane)
                await handle.remove_channel(channel_id=leg)
            case core.DropBridge(bridge):
                await client.bridges.handle(bridge, key=command.lane).destroy()
            case core.HangUp(leg, reason):
                await client.channels.handle(leg, key=command.lane).hangup(reason=reason)
            case (
                core.StartHoldMusic()
                | core.StopHoldMusic()
                | core.MuteLeg()
                | core.UnmuteLeg()
                | core.PressKeys()
            ):
                await self._in_talk(command)
            case (
                core.RecordMessage() | core.StopMessage() | core.DropMessage() | core.FindMessage()
            ):
                await self._message(command)

    async def _ring(self, command: core.RingAgent) -> None:
        await self._client.channels.originate(
            channel_id=command.leg,
            endpoint=f"PJSIP/{command.endpoint or command.agent}",
            app=self._app,
            # The last one tells after a gap who sits at the seat that was rung.
            app_args=f"{AGENT},{command.call},{command.agent}",
            caller_id=command.caller or "anonymous",
            # The core cancels first; this is for the case that the core is gone.
            timeout_s=int(command.ring_s) + 5,
            # Also gives the leg the caller's codec.
            originator=None if command.is_first else command.call,
            variables=_headers(command),
            key=command.lane,
        )

    async def _snoop(self, command: core.StartSnoop) -> None:
        await self._client.channels.handle(command.leg, key=command.lane).snoop(
            snoop_id=command.snoop,
            app=self._app,
            spy="both",
            # Towards the phone of the leg alone: nobody else in its bridge hears it.
            whisper="out" if command.whisper else "none",
            app_args=SNOOP,
        )

    async def _ring_outside(self, command: core.RingOutside) -> None:
        await self._client.channels.originate(
            channel_id=command.leg,
            endpoint=f"PJSIP/{command.number}@{TRUNK_OUT}",
            app=self._app,
            app_args=f"{OUTSIDE},{command.call}",
            caller_id=command.caller or "anonymous",
            timeout_s=int(command.ring_s) + 5,
            originator=command.call,
            key=command.lane,
        )

    async def _dial_out(self, command: core.DialOut) -> None:
        """What is recorded goes through the dialplan, where recording starts; Asterisk does not
        tell us of such a channel by itself."""
        channels, timeout_s = self._client.channels, int(command.ring_s) + 5
        endpoint = f"PJSIP/{command.number}@{TRUNK_OUT}"
        if not command.is_recorded:
            await channels.originate(
                channel_id=command.leg, endpoint=endpoint, app=self._app, app_args=PLACED,
                caller_id=self._shown, timeout_s=timeout_s, key=command.lane,
            )  # fmt: skip
            return
        await channels.originate(
            channel_id=command.leg, endpoint=endpoint, context=PLACED, extension="s", priority=1,
            caller_id=self._shown, timeout_s=timeout_s, key=command.lane,
        )  # fmt: skip
        args = {"application_name": self._app, "event_source": [f"channel:{command.leg}"]}
        await self._client.request("applications.subscribe", args, key=command.lane)

    async def _in_talk(self, command: TalkCommand) -> None:
        client, key = self._client, command.lane
        match command:
            case core.StartHoldMusic(bridge, music):
                await client.bridges.handle(bridge, key=key).start_moh(moh_class=music)
            case core.StopHoldMusic(bridge):
                await client.bridges.handle(bridge, key=key).stop_moh()
            case core.MuteLeg(leg):
                await client.channels.handle(leg, key=key).mute(direction="in")
            case core.UnmuteLeg(leg):
                await client.channels.handle(leg, key=key).unmute(direction="in")
            case core.PressKeys(leg, digits):
                await client.channels.handle(leg, key=key).send_dtmf(dtmf=digits)

    async def _message(self, command: MessageCommand) -> None:
        args = {"recording_name": command.message}
        match command:
            case core.RecordMessage():
                channel = self._client.channels.handle(command.leg, key=command.lane)
                await channel.record(
                    name=command.message,
                    format="wav",
                    max_duration_s=math.ceil(command.max_s),
                    max_silence_s=math.ceil(command.silence_s),
                    if_exists="fail",
                    beep=True,
                    terminate_on=command.end_key if command.end_key in STOPPED_BY else "none",
                )
            case core.StopMessage():
                await self._client.request("recordings.stop", args, key=command.lane)
            case core.DropMessage():
                await self._client.request("recordings.deleteStored", args, key=command.lane)
            case core.FindMessage():
                await self._client.request("recordings.getLive", args, key=command.lane)

    async def _connect(self, command: core.Connect) -> None:
        bridge = await self._client.bridges.create(
            bridge_id=command.bridge, name=command.bridge, key=command.lane
        )
        args = {"bridge_id": bridge.id, "channel": ",".join(command.legs)}
        # No longer than the core waits: what comes next in this lane is the hanging up.
        await self._client.request("bridges.addChannel", args, key=command.lane, limit_s=CONNECT_S)

    def _gone(self, command: AriCommand, error: AriError) -> None:
        match command:
            case core.Answer(leg) | core.StartMusic(leg) | core.StopMusic(leg) | core.Play(leg):
                self._post(events.LegDown(leg))
            case core.RecordMessage(leg):
                self._post(events.LegDown(leg))
            case core.RingAgent() | core.RingOutside():
                self._post(events.LegDown(LegId(command.call)))
            case core.DialOut(leg):
                self._post(events.LegDown(leg))
            case core.FindMessage():
                self._post(events.MessageEnded(command.message))
            case _:
                self._failed(command, error)

    def _failed(self, command: AriCommand, error: AriError) -> None:
        match command:
            case core.Play():
                self._post(events.PlayEnded(command.play, ok=False))
            case core.RecordMessage():
                self._post(events.MessageEnded(command.message, ok=False, reason="not_recorded"))
            case core.RingAgent() | core.RingOutside() | core.DialOut():
                # Otherwise Asterisk is at fault, or the way to it, and would be for every phone.
                is_phones_fault = isinstance(error, NotCreated | WrongState)
                self._post(events.RingFailed(command.leg, is_phones_fault))
            case core.StartSnoop(snoop):
                self._post(events.LegDown(snoop))
            case core.Connect():
                # One of the legs is going: both are looked at when the connection is overdue.
                _log.info("call.not_connected", call_id=call_of(command.bridge))


def _headers(ring: core.RingAgent) -> dict[str, str]:
    return {CALL_ID: ring.call, **(AUTO_ANSWER if ring.auto_answer else {})}
