"""The core's commands as requests, and what each refusal means for the call."""

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest

from ari_app.ari.client import Client
from ari_app.ari.errors import TimedOut, Unreachable
from ari_app.ari.execute import AriCommand, Executor
from ari_app.ari.operations import Operation
from ari_app.ari.protocol import Response
from ari_app.core import commands, events
from ari_app.core.values import (
    AgentId,
    BridgeId,
    CallId,
    LegId,
    PlayId,
    agent_leg,
    bridge_of,
    message_of,
    outside_leg,
    snoop_of,
    supervisor_leg,
)

pytestmark = pytest.mark.asyncio

CALL = CallId("hotline-1.1")
LEG = LegId(CALL)
AGENT_LEG = agent_leg(CALL, 1)
PLAY = PlayId(f"{CALL}.p1")
MESSAGE = message_of(CALL, 1)
RECORD = commands.RecordMessage(LEG, MESSAGE, 60.0, 5.5, "#")
OUTSIDE = commands.RingOutside(outside_leg(CALL, 1), CALL, "110", 20.0, "13800138000")
RING = commands.RingAgent(AGENT_LEG, CALL, AgentId("1001"), 20.0, "13800138000")
SNOOP = commands.StartSnoop(snoop_of(supervisor_leg(CALL, 1), 1), AGENT_LEG, whisper=True)


class Asterisk:
    """A Transport that notes each request and answers from a list, then with 204."""

    def __init__(self, *answers: int | Exception, message: str = "no") -> None:
        self._message = message
        self.asked: list[str] = []
        self.args: list[Mapping[str, object]] = []
        self._answers = list(answers)

    async def run(self) -> None: ...

    async def request(
        self, operation: Operation, args: Mapping[str, object], *, key: str, limit_s: float = 2.0
    ) -> Response:
        self.asked.append(operation.name)
        self.args.append(args)
        assert key == CALL, "requests of one call go through one lane"
        answer = self._answers.pop(0) if self._answers else 204
        if isinstance(answer, Exception):
            raise answer
        return Response(
            "1", answer, json.dumps({"message": self._message}) if answer >= 300 else ""
        )


async def carried_out(command: AriCommand, asterisk: Asterisk) -> list[events.Event]:
    posted: list[events.Event] = []
    uri = "sound:{1}/{0}".format
    await Executor(Client(asterisk), "hotline", posted.append, uri).execute(command)
    return posted


@pytest.mark.parametrize(
    ("command", "requests"),
    [
        (commands.Answer(LEG), ["channels.answer"]),
        (commands.Play(LEG, PLAY, (("hello", "en"),)), ["channels.playWithId"]),
        (commands.StopPlay(PLAY), ["playbacks.stop"]),
        (commands.StartMusic(LEG), ["channels.startMoh"]),
        (commands.StopMusic(LEG), ["channels.stopMoh"]),
        (RING, ["channels.originateWithId"]),
        (
            commands.Connect(bridge_of(CALL), (LEG, AGENT_LEG)),
            ["bridges.createWithId", "bridges.addChannel"],
        ),
        (OUTSIDE, ["channels.originateWithId"]),
        (commands.LeaveBridge(LEG, bridge_of(CALL)), ["bridges.removeChannel"]),
        (commands.DropBridge(BridgeId(f"{CALL}.b")), ["bridges.destroy"]),
        (commands.StartHoldMusic(bridge_of(CALL)), ["bridges.startMoh"]),
        (commands.StopHoldMusic(bridge_of(CALL)), ["bridges.stopMoh"]),
        (commands.MuteLeg(AGENT_LEG), ["channels.mute"]),
        (commands.UnmuteLeg(AGENT_LEG), ["channels.unmute"]),
        (commands.PressKeys(LEG, "12#"), ["channels.sendDTMF"]),
        (RECORD, ["channels.record"]),
        (commands.StopMessage(MESSAGE), ["recordings.stop"]),
        (commands.DropMessage(MESSAGE), ["recordings.deleteStored"]),
        (commands.FindMessage(MESSAGE), ["recordings.getLive"]),
        (commands.HangUp(LEG), ["channels.hangup"]),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, list) else "",
)
async def test_each_command_is_these_requests_and_success_needs_no_event(
    command: AriCommand, requests: list[str]
):
    asterisk = Asterisk()
    assert await carried_out(command, asterisk) == []
    assert asterisk.asked == requests


async def test_prompts_are_played_in_one_request_in_their_languages():
    asterisk = Asterisk()
    await carried_out(commands.Play(LEG, PLAY, (("a", "zh_CN"), ("b", "en"))), asterisk)
    assert asterisk.args[0]["media"] == ["sound:zh_CN/a", "sound:en/b"]
    assert asterisk.args[0]["playback_id"] == PLAY


async def test_an_agent_is_rung_as_the_callers_partner_and_no_longer_than_needed():
    asterisk = Asterisk()
    await carried_out(RING, asterisk)
    [args] = asterisk.args
    assert (args["endpoint"], args["originator"]) == ("PJSIP/1001", CALL)
    assert (args["app_args"], args["timeout"]) == (f"agent,{CALL},1001", 25)
    assert args["variables"] == {"PJSIP_HEADER(add,X-Call-Id)": CALL}


async def test_a_phone_that_answers_by_itself_is_told_to():
    asterisk = Asterisk()
    ring = commands.RingAgent(AGENT_LEG, CALL, AgentId("1001"), 8.0, "", auto_answer=True)
    await carried_out(ring, asterisk)
    assert "answer-after=0" in str(asterisk.args[0]["variables"])
    assert asterisk.args[0]["caller_id"] == "anonymous"


@pytest.mark.parametrize(("whisper", "told"), [(True, "out"), (False, "none")])
async def test_a_snoop_hears_both_and_speaks_to_the_agents_phone_or_to_nobody(
    whisper: bool, told: str
):
    asterisk = Asterisk()
    await carried_out(replace(SNOOP, whisper=whisper), asterisk)
    [args] = asterisk.args
    assert (args["channel_id"], args["snoop_id"]) == (AGENT_LEG, SNOOP.snoop)
    assert (args["spy"], args["whisper"], args["app_args"]) == ("both", told, "snoop")


async def test_a_number_outside_is_called_over_the_trunk_and_sees_the_citizens_number():
    asterisk = Asterisk()
    await carried_out(OUTSIDE, asterisk)
    [args] = asterisk.args
    assert (args["endpoint"], args["caller_id"]) == ("PJSIP/110@trunk-out", "13800138000")
    assert (args["app_args"], args["originator"]) == (f"outside,{CALL}", CALL)


@pytest.mark.parametrize(("end_key", "told"), [("#", "#"), ("*", "*"), ("5", "none")])
async def test_a_message_is_recorded_with_a_beep_and_ended_by_a_key_that_asterisk_knows(
    end_key: str, told: str
):
    asterisk = Asterisk()
    await carried_out(commands.RecordMessage(LEG, MESSAGE, 60.0, 5.5, end_key), asterisk)
    [args] = asterisk.args
    assert (args["name"], args["format"], args["beep"]) == (MESSAGE, "wav", True)
    assert (args["max_duration_seconds"], args["max_silence_seconds"]) == (60, 6)
    assert args["terminate_on"] == told


@pytest.mark.parametrize(
    ("command", "status", "posted"),
    [
        (commands.Answer(LEG), 404, [events.LegDown(LEG)]),
        (commands.StartMusic(LEG), 404, [events.LegDown(LEG)]),
        (commands.Play(LEG, PLAY, ()), 404, [events.LegDown(LEG)]),
        (commands.Play(LEG, PLAY, ()), 409, [events.PlayEnded(PLAY, ok=False)]),
        (commands.Play(LEG, PLAY, ()), 500, [events.PlayEnded(PLAY, ok=False)]),
        (RING, 500, [events.RingFailed(AGENT_LEG)]),
        (RING, 409, [events.RingFailed(AGENT_LEG)]),
        (OUTSIDE, 500, [events.RingFailed(OUTSIDE.leg)]),
        (SNOOP, 404, [events.LegDown(SNOOP.snoop)]),
        (SNOOP, 500, [events.LegDown(SNOOP.snoop)]),
        (RECORD, 404, [events.LegDown(LEG)]),
        (RECORD, 409, [events.MessageEnded(MESSAGE, ok=False, reason="not_recorded")]),
        (RECORD, 500, [events.MessageEnded(MESSAGE, ok=False, reason="not_recorded")]),
        (commands.StopMessage(MESSAGE), 404, []),
        (commands.DropMessage(MESSAGE), 404, []),
        (commands.FindMessage(MESSAGE), 404, [events.MessageEnded(MESSAGE)]),
        (commands.LeaveBridge(LEG, bridge_of(CALL)), 422, []),
        (commands.StopHoldMusic(bridge_of(CALL)), 409, []),
        (commands.MuteLeg(AGENT_LEG), 404, []),
        (commands.HangUp(LEG), 404, []),
        (commands.StopPlay(PLAY), 404, []),
        (commands.DropBridge(bridge_of(CALL)), 404, []),
    ],
)
async def test_a_refusal_means_this_for_the_call(
    command: AriCommand, status: int, posted: list[events.Event]
):
    assert await carried_out(command, Asterisk(status)) == posted


async def test_an_agent_is_not_to_blame_for_a_caller_who_has_just_gone():
    gone = Asterisk(400, message="Provided originator channel was not found")
    assert await carried_out(RING, gone) == [events.LegDown(LEG)]
    assert await carried_out(OUTSIDE, Asterisk(404)) == [events.LegDown(LEG)]


@pytest.mark.parametrize("command", [RING, OUTSIDE], ids=["agent", "outside"])
@pytest.mark.parametrize(
    "failure", [TimedOut("x", 2.0), Unreachable("x", "lost"), 400], ids=["late", "away", "other"]
)
async def test_a_phone_is_not_to_blame_when_asterisk_did_not_say_that_it_could_not_be_rung(
    command: commands.RingAgent | commands.RingOutside, failure: int | Exception
):
    failed = events.RingFailed(command.leg, is_phones_fault=False)
    assert await carried_out(command, Asterisk(failure)) == [failed]


SURE = [
    (commands.HangUp(LEG), "channels.hangup"),
    (commands.Answer(LEG), "channels.answer"),
    (commands.StartMusic(LEG), "channels.startMoh"),
    (commands.StartHoldMusic(bridge_of(CALL)), "bridges.startMoh"),
]
"""What is asked for again: a phone must not ring for nobody, and nobody is to wait in silence."""
sure = pytest.mark.parametrize(("command", "request_name"), SURE, ids=[name for _, name in SURE])


@sure
@pytest.mark.parametrize("failure", [TimedOut("x", 2.0), 500], ids=["late", "busy"])
async def test_what_nobody_can_do_without_is_asked_again_when_its_answer_is_lost(
    command: AriCommand, request_name: str, failure: int | Exception
):
    asterisk = Asterisk(failure, failure)
    assert await carried_out(command, asterisk) == []
    assert asterisk.asked == [request_name] * 3


@sure
async def test_what_never_works_ends_without_raising(command: AriCommand, request_name: str):
    asterisk = Asterisk(*[TimedOut("x", 2.0)] * 5)
    assert await carried_out(command, asterisk) == []
    assert asterisk.asked == [request_name] * 3
