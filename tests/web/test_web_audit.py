"""Whose requests leave a row in the audit, what it says, and who may read it."""

import pytest

from ari_app.core.commands import Refuse
from tests.web.conftest import Api
from tests.web.fakes import OPERATOR
from tests.web.test_web_contract import fits

pytestmark = pytest.mark.asyncio

WRAP_UP = "/api/v1/queues/general/wrap-up"


async def set_wrap_up(api: Api, token: str, body: object) -> int:
    return int((await api.call("PUT", WRAP_UP, token=token, json=body)).status)


async def test_what_a_supervisor_changes_is_written_with_its_result(api: Api) -> None:
    boss = await api.sign_in("boss")
    assert await set_wrap_up(api, boss, {"wrap_up_s": 30}) == 200
    (row,) = api.audits.written
    assert (row.who, row.role, row.result) == ("boss", "supervisor", "200")
    assert (row.what, row.subject) == ("PUT /api/v1/queues/{queue}/wrap-up", "general")
    assert row.data == {"from": "127.0.0.1", "body": {"wrap_up_s": 30}}
    assert row.at == api.clock.at


async def test_commands_on_this_machine_are_audited_too(api: Api) -> None:
    assert await set_wrap_up(api, OPERATOR, {"wrap_up_s": 30}) == 200
    assert [(row.who, row.role) for row in api.audits.written] == [("operator", "operator")]


async def test_what_was_refused_is_written_with_the_refusal(api: Api) -> None:
    boss = await api.sign_in("boss")
    api.ask.refuse = Refuse("no_such_queue", "没有")
    assert await set_wrap_up(api, boss, {"wrap_up_s": 30}) == 409
    assert await set_wrap_up(api, boss, {"wrap_up_s": "long"}) == 422
    api.ask.error = RuntimeError("a bug")
    assert await set_wrap_up(api, boss, {"wrap_up_s": 1}) == 500
    results = [row.result for row in api.audits.written]
    assert results == ["409 no_such_queue", "422 not_valid", "500"]


async def test_an_agent_who_tries_a_supervisors_endpoint_is_written_down(api: Api) -> None:
    wang = await api.sign_in("wang")
    assert await set_wrap_up(api, wang, {"wrap_up_s": 30}) == 403
    assert [(row.who, row.result) for row in api.audits.written] == [("wang", "403 forbidden")]


async def test_what_agents_do_and_what_anybody_reads_is_not_audited(api: Api) -> None:
    wang, boss = await api.sign_in("wang"), await api.sign_in("boss")
    await api.post("agent/ready", token=wang)
    await api.get("agents", token=boss)
    assert api.audits.written == []


async def test_bodies_that_are_not_json_and_secrets_are_not_kept(api: Api) -> None:
    boss = await api.sign_in("boss")
    await api.call("PUT", WRAP_UP, token=boss, data=b"\xff\xfe")
    await set_wrap_up(api, boss, {"password": "x", "deep": [{"token": "y"}], "long": "z" * 900})
    first, second = api.audits.written
    assert first.data["body"] == "2 bytes that are not JSON"
    assert second.data["body"] == {"password": "***", "deep": [{"token": "***"}], "long": "z" * 500}


async def test_an_answer_whose_audit_cannot_be_kept_is_a_refusal(api: Api) -> None:
    boss = await api.sign_in("boss")
    api.audits.error = OSError("disk full")
    answer = await api.call("PUT", WRAP_UP, token=boss, json={"wrap_up_s": 30})
    assert answer.status == 503
    assert (await answer.json())["code"] == "audit_not_written"


async def test_supervisors_read_the_audit_and_agents_do_not(api: Api) -> None:
    boss = await api.sign_in("boss")
    await set_wrap_up(api, boss, {"wrap_up_s": 30})
    answer = await api.get("audit?limit=5&who=boss", boss)
    body = await answer.json()
    fits("AuditRows", body)
    assert [row["who"] for row in body["rows"]] == ["boss"]
    assert (await api.get("audit?who=li", boss)).status == 200
    assert (await api.get("audit?limit=0", boss)).status == 422
    assert (await api.get("audit", await api.sign_in("wang"))).status == 403
