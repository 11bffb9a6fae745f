"""Drafts over HTTP, the ticket in hand, the agent's own calls, whom one may call."""

import json

import pytest

from tests.web.conftest import Api
from tests.web.fakes import CALL, DRAFT

pytestmark = pytest.mark.asyncio


async def put(api: Api, body: object, who: str = "wang"):
    token = await api.sign_in(who)
    return await api.call("PUT", "/api/v1/tickets/t-1/draft", token=token, json=body)


async def test_a_draft_is_kept_word_for_word_and_found_again(api: Api) -> None:
    fields = {
        "matter_cause": "路灯",
        "category_code": "01-",
        "confidential": True,
        "topic_tags": ["灯"],
    }
    answer = await put(api, {"fields": fields, "seen": 1, "tab": "a1"})
    assert (answer.status, await answer.json()) == (200, DRAFT)
    assert api.tickets.asked == [("keep_draft", "t-1", 1, "a1", fields, "wang")]
    token = await api.sign_in()
    assert await (await api.get("tickets/t-1/draft", token)).json() == DRAFT


@pytest.mark.parametrize(
    "body",
    [
        {"fields": {"x": "y" * 10_001}}, {"fields": {f"f{n}": "y" * 9_000 for n in range(3)}},
        {"fields": {"No Name": "x"}}, {"fields": {"a": {"deep": 1}}}, {"tab": "../x"},
        {"fields": {f"f{n}": "" for n in range(41)}}, {"seen": -1}, {"more": 1},
    ],
    ids=lambda body: str(body)[:40],
)  # fmt: skip
async def test_a_draft_has_bounds(api: Api, body: dict) -> None:
    answer = await put(api, {"fields": {}, "seen": 0, "tab": "a1"} | body)
    assert answer.status == 422
    assert api.tickets.asked == []


async def test_what_is_half_typed_is_not_in_the_audit(api: Api) -> None:
    answer = await put(api, {"fields": {}, "seen": 0, "tab": "a1"}, "boss")
    assert answer.status == 200
    assert api.audits.written == []


async def test_the_ticket_of_the_call_in_hand_comes_with_its_draft(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = await api.sign_in()
    monkeypatch.setattr(api.ask, "agent", lambda _: {"call": None})
    assert await (await api.get("agent/ticket", token)).json() == {"ticket": None, "draft": None}
    monkeypatch.setattr(api.ask, "agent", lambda _: {"call": CALL})
    found = await (await api.get("agent/ticket", token)).json()
    assert (found["ticket"]["ticket_id"], found["draft"]) == ("t-1", DRAFT)
    assert api.tickets.asked[-1][1].on_call == CALL


async def test_an_agent_sees_the_own_calls_and_no_others(api: Api) -> None:
    token = await api.sign_in("li")
    answer = await api.get("agent/calls?limit=7", token)
    assert [one["ticket_id"] for one in (await answer.json())["calls"]] == ["t-1"]
    assert api.tickets.asked == [("served_by", "li", 7)]


async def test_whom_one_may_call_is_listed_with_names_for_people(api: Api) -> None:
    found = json.loads(await (await api.get("directory", await api.sign_in())).text())
    assert found["numbers"][0]["label"] == "公安报警"
    assert found["queues"] == ["general"]
