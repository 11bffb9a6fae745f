"""Who may apply trees and switch the emergency on, what they send and what they are told."""

import pytest

from ari_app.core.rollout import Bounds
from ari_app.web import Order
from ari_app.web.problems import Problem
from ivr.problems import Problem as Finding
from tests.web.conftest import Api
from tests.web.fakes import CALM, OPERATOR
from tests.web.test_web_contract import fits

pytestmark = pytest.mark.asyncio

VERSIONS, EMERGENCY = "flows/versions", "emergency"
LATER = 1763915000.0 + 3600


async def call(api: Api, method: str, path: str, who: str, body: object = None):
    token = who if who in ("", OPERATOR) else await api.sign_in(who)
    return await api.call(method, f"/api/v1/{path}", token=token, json=body)


MESSAGE = {"message": "新菜单"}
ON = {"prompt": "typhoon", "until": LATER}


@pytest.mark.parametrize(
    ("method", "path", "body", "may"),
    [
        ("POST", VERSIONS, MESSAGE, {"chief", OPERATOR}),
        ("POST", "flows/promote", {}, {"chief", OPERATOR}),
        ("POST", "flows/rollback", {}, {"chief", OPERATOR}),
        ("GET", VERSIONS, None, {"boss", "chief", OPERATOR}),
        ("GET", f"{VERSIONS}/2", None, {"boss", "chief", OPERATOR}),
        ("GET", "flows/status", None, {"boss", "chief", OPERATOR}),
        ("GET", EMERGENCY, None, {"boss", "chief", OPERATOR}),
        ("PUT", EMERGENCY, ON, {"boss", "chief", OPERATOR}),
        ("DELETE", EMERGENCY, None, {"boss", "chief", OPERATOR}),
        ("GET", "agent", None, {"wang", "boss", "chief"}),
    ],
)
async def test_each_role_may_do_what_is_its_own(
    api: Api, method: str, path: str, body: object, may: set[str]
):
    for who in ("wang", "boss", "chief", OPERATOR):
        answer = await call(api, method, path, who, body)
        expected = (200, 404) if who in may else (403,)  # nobody here is an agent of the core
        assert answer.status in expected, (who, await answer.text())
    assert (await call(api, method, path, "", body)).status == 401


async def test_the_operators_token_opens_no_desk(api: Api):
    headers = {"Authorization": f"Bearer {OPERATOR}"}
    answer = await api.client.get("/api/v1/desk", headers=headers)
    assert answer.status == 403


async def test_without_an_operators_token_an_empty_one_opens_nothing(api: Api):
    answer = await api.client.get("/api/v1/flows/status", headers={"Authorization": "Bearer  "})
    assert answer.status == 401


async def test_a_version_is_applied_for_everybody_unless_a_canary_is_asked_for(api: Api):
    await call(api, "POST", VERSIONS, "chief", MESSAGE)
    canary = {"percent": 5, "dialled": ["12315"], "max_abandoned": 0.2, "min_calls": 50}
    answer = await call(api, "POST", VERSIONS, "chief", {**MESSAGE, "canary": canary})
    fits("AppliedTrees", await answer.json())
    trial = Order("新菜单", 5, frozenset({"12315"}), Bounds(0.2, 0.05, 50))
    assert api.trees.asked == [
        ("apply", Order("新菜单"), "chief"), ("apply", trial, "chief"),
    ]  # fmt: skip


async def test_only_a_command_on_this_machine_may_say_who_gave_it(api: Api):
    for who in ("chief", OPERATOR):
        await call(api, "POST", "flows/rollback", who, {"author": "lin", "to": 3})
    await call(api, "POST", "flows/promote", OPERATOR, {})
    assert api.trees.asked == [
        ("rollback", "chief", 3), ("rollback", "lin", 3), ("promote", "operator"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        (VERSIONS, {}, "message"),
        (VERSIONS, {"message": "  "}, "message"),
        (VERSIONS, {"message": "x" * 501}, "message"),
        (VERSIONS, {**MESSAGE, "canary": {}}, "canary"),
        (VERSIONS, {**MESSAGE, "canary": {"percent": 101}}, "canary.percent"),
        (VERSIONS, {**MESSAGE, "canary": {"dialled": ["abc"]}}, "canary.dialled.0"),
        (VERSIONS, {**MESSAGE, "files": {}}, "files"),
        ("flows/rollback", {"to": 0}, "to"),
    ],
)
async def test_what_does_not_fit_is_named(api: Api, path: str, body: object, field: str):
    answer = await call(api, "POST", path, "chief", body)
    assert answer.status == 422
    assert [one["field"] for one in (await answer.json())["errors"]] == [field]
    assert api.trees.asked == []


async def test_a_refusal_carries_every_finding_with_its_place(api: Api):
    findings = (
        Finding("config/flows/main.yaml", 9, 8, "W301", "a doubt."),
        Finding("config/flows/main.yaml", 12, 1, "E301", "there is no node 'x'.", "Known: y."),
    )
    api.trees.refuse = Problem(422, "trees_not_fit", "流程有错误。", problems=findings)
    answer = await call(api, "POST", VERSIONS, "chief", MESSAGE)
    body = await answer.json()
    assert (answer.status, body["code"]) == (422, "trees_not_fit")
    fits("ProblemDetails", body)
    assert [one["code"] for one in body["problems"]] == ["E301", "W301"]
    assert body["problems"][0]["hint"] == "Known: y."


async def test_history_status_and_files_have_the_published_shape(api: Api):
    for path, model in (
        (VERSIONS, "TreeHistory"), ("flows/status", "TreesStatus"), (f"{VERSIONS}/2", "TreeFiles"),
    ):  # fmt: skip
        fits(model, await (await call(api, "GET", path, "boss")).json())
    assert (await call(api, "GET", f"{VERSIONS}/two", "boss")).status == 404


async def test_a_supervisor_switches_the_emergency_on_and_off(api: Api):
    answer = await call(api, "PUT", EMERGENCY, "boss", ON)
    fits("EmergencyState", await answer.json())
    offered = await (await call(api, "GET", f"{EMERGENCY}/announcements", "boss")).json()
    fits("Announcements", offered)
    assert [one["prompt"] for one in offered["announcements"]] == ["typhoon"]
    shown = await (await call(api, "GET", EMERGENCY, "boss")).json()
    assert (shown["on"], shown["prompt"], shown["by"]) == (True, "typhoon", "boss")
    off = await (await call(api, "DELETE", EMERGENCY, "boss")).json()
    assert off == CALM
    assert api.trees.asked == [("switch_on", "typhoon", LATER, "boss"), ("switch_off", "boss")]


@pytest.mark.parametrize("until", [None, "tomorrow", float("inf")])
async def test_an_announcement_has_an_end(api: Api, until: object):
    text = '{"prompt": "typhoon", "until": Infinity}' if until == float("inf") else None
    body = None if text else {"prompt": "typhoon"} | ({"until": until} if until else {})
    token = await api.sign_in("boss")
    answer = await api.call("PUT", f"/api/v1/{EMERGENCY}", token=token, json=body, data=text)
    assert answer.status == 422
    assert api.trees.asked == []
