"""Calls that we place, over the API."""

import pytest

from ari_app.core.outbound.asked import (
    CallbackAsked,
    DutyAsked,
    EntryCancelled,
    Visit,
    VisitsAsked,
    VisitsPaused,
)
from tests.web.conftest import Api

pytestmark = pytest.mark.asyncio


async def test_an_agent_sees_who_is_to_be_called_back_and_when(api: Api) -> None:
    answer = await api.get("callbacks", await api.sign_in("wang"))
    [entry] = (await answer.json())["entries"]
    assert (entry["entry_id"], entry["number"]) == ("callback-1", "138****0000")
    assert (entry["state"], entry["due_at"], entry["attempts"]) == ("waiting", 2.0, [])


async def test_an_agent_has_somebody_called_back_with_language_and_skills(api: Api) -> None:
    token = await api.sign_in("wang")
    body = {"number": "13900000000", "ticket_id": "t-1", "language": "en", "needs": {"en": 2}}
    answer = await api.post("callbacks", body, token)
    assert answer.status == 204
    asked = CallbackAsked("13900000000", "t-1", "general", "en", (("en", 2),))
    assert api.ask.asked[-1] == asked


async def test_a_supervisor_sees_the_whole_number_of_who_is_to_be_called_back(api: Api) -> None:
    answer = await api.get("callbacks", await api.sign_in("boss"))
    assert (await answer.json())["entries"][0]["number"] == "13800000000"


@pytest.mark.parametrize(
    ("more", "status", "code", "named"),
    [
        ({"queue": "zz"}, 409, "no_such_queue", "general"),
        ({"needs": {"fr": 1}}, 409, "no_such_skill", "en"),
        ({"needs": {"en": 9}}, 422, "not_valid", "errors"),
        ({"ticket_id": "t-9"}, 404, "no_such_ticket", "工单"),
        ({"not_before": 1e12}, 422, "not_valid", "errors"),
    ],
)
async def test_a_callback_that_nobody_could_make_is_refused_with_what_there_is(
    api: Api, more: dict[str, object], status: int, code: str, named: str
) -> None:
    body = {"number": "13900000000", **more}
    answer = await api.post("callbacks", body, await api.sign_in("wang"))
    said = await answer.json()
    assert (answer.status, said["code"]) == (status, code)
    assert named in said["detail"]
    assert api.ask.asked == []


async def test_no_instant_is_endless(api: Api) -> None:
    token = await api.sign_in("boss")
    for data in ('{"closed_from": 1e999}', '{"closed_from": NaN}'):
        answer = await api.call("POST", "/api/v1/visits", token=token, data=data)
        assert answer.status == 422


async def test_a_number_that_is_none_is_refused(api: Api) -> None:
    token = await api.sign_in("wang")
    assert (await api.post("callbacks", {"number": "police"}, token)).status == 422


async def test_a_supervisor_takes_an_entry_off_the_list_and_an_agent_does_not(api: Api) -> None:
    token = await api.sign_in("boss")
    answer = await api.call("DELETE", "/api/v1/callbacks/callback-1", token=token)
    assert answer.status == 204
    assert api.ask.asked[-1] == EntryCancelled("callback-1", "cancelled by boss")
    assert (
        await api.call("DELETE", "/api/v1/callbacks/callback-1", token=await api.sign_in("wang"))
    ).status == 403


async def test_visits_are_asked_for_by_ticket_or_by_time_but_not_by_both(api: Api) -> None:
    token = await api.sign_in("boss")
    answer = await api.post("visits", {"ticket_ids": ["t-1"]}, token)
    assert await answer.json() == {"asked": 1}
    assert api.ask.asked[-1] == VisitsAsked((Visit("t-1", "13800000000"),))
    assert (await api.post("visits", {"closed_from": 1.0}, token)).status == 200
    assert (await api.post("visits", {"ticket_ids": ["t-2"]}, token)).status == 404
    assert (await api.post("visits", {}, token)).status == 422


async def test_visits_can_be_paused(api: Api) -> None:
    token = await api.sign_in("boss")
    answer = await api.call("PUT", "/api/v1/visits/paused", json={"is_paused": True}, token=token)
    assert await answer.json() == {"is_paused": True}
    assert api.ask.asked[-1] == VisitsPaused(True)


async def test_a_duty_call_is_asked_for_a_ticket_that_there_is(api: Api) -> None:
    token = await api.sign_in("wang")
    missing = await api.post("tickets/nowhere/duty-call", {"unit": "water"}, token)
    assert missing.status == 404
    answer = await api.post("tickets/t-1/duty-call", {"unit": "water"}, token)
    assert answer.status == 204
    assert api.ask.asked[-1] == DutyAsked("t-1", "water")
