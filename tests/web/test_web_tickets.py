"""Tickets over HTTP: versions travel as ETags, closed lists are closed, urgent orders ring."""

import json

import pytest

from ari_app.core.commands import Refuse
from ari_app.core.outbound.asked import DutyAsked
from ari_app.tickets.case import Editor
from ari_app.tickets.work_order import Asked, Step
from tests.web.conftest import Api
from tests.web.fakes import MACHINES, TICKET, WORK_ORDER

pytestmark = pytest.mark.asyncio


async def patch(api: Api, body: object, version: str | None = '"2"'):
    headers = {} if version is None else {"If-Match": version}
    token = await api.sign_in()
    return await api.call("PATCH", "/api/v1/tickets/t-1", token=token, json=body, headers=headers)


async def test_an_edit_names_the_version_it_saw_and_learns_the_new_one(api: Api) -> None:
    answer = await patch(api, {"case_type": "投诉", "caller_name": None})
    assert answer.status == 200
    assert answer.headers["ETag"] == '"3"'
    sent = {"case_type": "投诉", "caller_name": None}
    assert api.tickets.asked == [("edit", "t-1", 2, sent, "wang")]
    await patch(api, {"urgency": "急"}, "*")
    assert api.tickets.asked[-1] == ("edit", "t-1", None, {"urgency": "急"}, "wang")


@pytest.mark.parametrize("version", [None, "", '"x"', 'W/"2"', '"²"', '"' + "9" * 20 + '"'])
async def test_without_a_version_nothing_is_overwritten(api: Api, version: str | None) -> None:
    answer = await patch(api, {"urgency": "急"}, version)
    assert (answer.status, (await answer.json())["code"]) == (428, "no_version")
    assert api.tickets.asked == []


@pytest.mark.parametrize(
    "body",
    [
        {"case_type": "抱怨"}, {"urgency": "特急"}, {"disposition": "以后再说"}, {"arrived_at": 1},
        {"category_code": "A1"}, {"topic_tags": ["x"] * 21}, {"confidential": "maybe"},
        {"callback_number": "0;rm"}, {"caller_name": "王" * 81}, {"matter_cause": "a\u0000b"},
    ],
    ids=str,
)  # fmt: skip
async def test_what_is_on_no_list_is_refused_field_by_field(api: Api, body: dict) -> None:
    answer = await patch(api, body)
    assert answer.status == 422
    [name] = body
    assert {error["field"].split(".")[0] for error in (await answer.json())["errors"]} == {name}


async def test_an_urgent_order_rings_the_units_duty_phones(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = await api.sign_in()
    body = {"units": ["housing", "health", "housing"]}
    answer = await api.post("tickets/t-1/dispatch", body, token)
    assert api.tickets.asked[-1] == ("dispatch", "t-1", ["housing", "health"], "", "wang")
    assert api.ask.asked == []
    monkeypatch.setitem(TICKET, "urgency", "紧急")
    answer = await api.post("tickets/t-1/dispatch", body, token)
    assert (await answer.json())["duty_calls"] == {"housing": None, "health": None}
    assert api.ask.asked == [
        DutyAsked("t-1", "housing", "紧急"),
        DutyAsked("t-1", "health", "紧急"),
    ]
    api.ask.refuse = Refuse("no_duty_phone", "没有值班电话。")
    answer = await api.post("tickets/t-1/dispatch", {"units": ["health"]}, token)
    assert answer.status == 200
    assert (await answer.json())["duty_calls"] == {"health": "没有值班电话。"}


async def test_a_ticket_that_becomes_urgent_rings_those_who_have_not_signed(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = await api.sign_in()
    headers = {"If-Match": '"2"'}

    async def edit(**fields: str) -> object:
        answer = await api.call(
            "PATCH", "/api/v1/tickets/t-1", token=token, json=fields, headers=headers
        )
        return (await answer.json()).get("duty_calls")

    assert await edit(matter_cause="燃气泄漏") is None
    assert await edit(urgency="紧急") == {"housing": None}
    assert api.ask.asked == [DutyAsked("t-1", "housing", "紧急")]
    monkeypatch.setitem(WORK_ORDER, "state", "signed")
    assert await edit(urgency="紧急") == {}


async def test_the_citys_program_reports_what_units_do(api: Api) -> None:
    token = MACHINES["city"]
    body = {"reason": "需现场勘查", "until": 99.0}
    await api.post("work-orders/t-1.w1/extend", body, token)
    await api.post("work-orders/t-1.w1/close", {"result": " 已修复 "}, token)
    assert api.tickets.asked == [
        ("step", "t-1.w1", Asked(Step.EXTEND, "需现场勘查", 99.0), "city"),
        ("step", "t-1.w1", Asked(Step.CLOSE, "已修复"), "city"),
    ]


async def test_a_channels_message_is_taken_in_without_an_audit_of_its_words(api: Api) -> None:
    body = {"channel": "sms", "intake_key": "m-1", "caller_number": "13800138000"}
    answer = await api.post("intake", body, MACHINES["intake"])
    assert await answer.json() == {"ticket_id": "i-sms-1", "created": True}
    assert api.tickets.asked == [("take_in", "sms", "m-1", None, {"caller_number": "13800138000"})]
    assert api.audits.written == []
    answer = await api.post("intake", {**body, "channel": "phone"}, MACHINES["intake"])
    assert answer.status == 422


async def test_who_asks_is_known_with_the_call_they_are_on(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api.ask, "agent", lambda _: {"call": "c-9"})
    await api.get("tickets/t-1", await api.sign_in("boss"))
    assert api.tickets.asked[-1] == ("find", "t-1", Editor("boss", True, on_call="c-9"))


async def test_in_lists_a_confidential_callers_number_is_masked_for_others(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(TICKET, "confidential", True)

    async def listed(who: str) -> str:
        answer = await api.get("tickets", await api.sign_in(who))
        return json.loads(await answer.text())["tickets"][0]["caller_number"]

    assert await listed("wang") == "138****8000"
    assert await listed("boss") == "13800138000"
    monkeypatch.setitem(TICKET, "agent_id", "wang")
    assert await listed("wang") == "13800138000"
