"""Who may supervise a talk and pause a recording, what the core is asked, what is answered."""

import pytest

from ari_app.core.commands import Refuse
from ari_app.core.desk_events import RecordingAsked, SuperviseAsked
from ari_app.core.values import AgentId, CallId
from tests.core import test_monitor, test_recording
from tests.core.playbook import Playbook
from tests.web.conftest import Api
from tests.web.fakes import CALL
from tests.web.test_web_contract import fits
from tests.web.test_web_desk import SHAPES, greeted, heard

pytestmark = pytest.mark.asyncio

SUPERVISE = f"calls/{CALL}/supervise"
C = CallId(CALL)


@pytest.mark.parametrize("how", ["listen", "whisper", "barge", "take_over", "leave"])
async def test_a_supervisor_asks_for_each_way_with_a_reason(api: Api, how: str) -> None:
    boss = await api.sign_in("boss")
    answer = await api.post(SUPERVISE, {"how": how, "reason": "质检"}, boss)
    assert answer.status == 200
    fits("Supervised", await answer.json())
    assert api.ask.asked == [SuperviseAsked(AgentId("boss"), C, how, "质检")]  # type: ignore[arg-type]
    (row,) = api.audits.written
    assert (row.what, row.subject) == ("POST /api/v1/calls/{call_id}/supervise", CALL)
    assert row.data["body"] == {"how": how, "reason": "质检"}


@pytest.mark.parametrize(
    "body", [{"how": "listen"}, {"how": "spy", "reason": "x"}, {"how": "listen", "reason": " "}]
)
async def test_no_way_and_no_reason_are_refused(api: Api, body: dict[str, str]) -> None:
    boss = await api.sign_in("boss")
    assert (await api.post(SUPERVISE, body, boss)).status == 422
    assert api.ask.asked == []


async def test_an_agent_supervises_nobody_and_the_try_is_audited(api: Api) -> None:
    wang = await api.sign_in("wang")
    answer = await api.post(SUPERVISE, {"how": "listen", "reason": "质检"}, wang)
    assert answer.status == 403
    assert [row.result for row in api.audits.written] == ["403 forbidden"]


async def test_the_cores_refusal_is_shown_and_audited(api: Api) -> None:
    boss = await api.sign_in("boss")
    api.ask.refuse = Refuse("no_right", "没有权限")
    answer = await api.post(SUPERVISE, {"how": "barge", "reason": "质检"}, boss)
    assert (answer.status, (await answer.json())["code"]) == (409, "no_right")
    assert [row.result for row in api.audits.written] == ["409 no_right"]


@pytest.mark.parametrize(("who", "any_call"), [("wang", False), ("boss", True), ("chief", True)])
@pytest.mark.parametrize("verb", ["pause", "resume"])
async def test_an_agent_pauses_the_own_recording_a_supervisor_any(
    api: Api, who: str, verb: str, any_call: bool
) -> None:
    token = await api.sign_in(who)
    answer = await api.post(f"calls/{CALL}/{verb}-recording", token=token)
    assert answer.status == 200
    fits("RecordingSet", await answer.json())
    assert api.ask.asked == [RecordingAsked(AgentId(who), C, verb == "pause", any_call)]
    assert len(api.audits.written) == (1 if any_call else 0)


async def test_a_supervisors_actions_at_a_desk_are_audited_and_an_agents_are_not(api: Api) -> None:
    for who in ("wang", "boss"):
        desk = await greeted(api, who)
        await desk.send_json({"type": "pause_recording", "call": CALL, "ref": 1})
        assert (await heard(desk))["ok"]
        assert RecordingAsked(AgentId(who), C, pause=True) in api.ask.asked
        api.ask.refuse = Refuse("not_now", "以后再试")
        await desk.send_json({"type": "not_ready", "reason": "小休", "ref": 2})
        assert (await heard(desk))["code"] == "not_now"
        api.ask.refuse = None
        await desk.close()
    first, second = api.audits.written
    assert (first.who, first.what, first.subject) == ("boss", "desk pause_recording", CALL)
    assert (second.what, second.result) == ("desk not_ready", "409 not_now")
    assert second.data["body"] == {"reason": "小休"}


async def test_a_desk_action_whose_audit_cannot_be_kept_is_refused(api: Api) -> None:
    desk = await greeted(api, "boss")
    api.audits.error = OSError("disk full")
    await desk.send_json({"type": "ready", "ref": 1})
    assert (await heard(desk))["code"] == "audit_not_written"


def told_as_published(play: Playbook, kind: str) -> list[object]:
    told = [message for message in play.told if message.kind == kind]
    for message in told:
        fits(SHAPES[kind], {**message.data, "type": kind, "seq": 1})
    return [message.data["state"] for message in told]


async def test_where_a_supervisor_is_and_what_is_recorded_is_told_as_published() -> None:
    one = test_monitor.at("listen")
    one.play >> test_monitor.asked("leave")
    assert told_as_published(one.play, "supervision") == ["ringing", "listening", "ended"]
    play = test_recording.talk()
    play >> test_recording.PAUSE << test_recording.MUTE
    play >> test_recording.MUTED
    play >> test_recording.RESUME << test_recording.SPEAK
    play >> test_recording.SPOKEN
    assert told_as_published(play, "recording") == ["paused", "recording"]
