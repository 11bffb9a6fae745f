"""A real call's ticket: filled in during the talk, over a crash, until its units are done."""

from typing import Any

import pytest

from tests.asterisk.hall import Desk, Hall, eventually

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module")]

CITIZEN = "13800138801"


async def edit(desk: Desk, ticket: str, version: int, **fields: object) -> Any:
    headers = {**desk.headers, "If-Match": f'"{version}"'}
    return await desk._hall.send("PATCH", f"/tickets/{ticket}", fields, headers)


async def test_what_an_agent_fills_in_during_the_talk_outlives_the_call_and_a_crash(hall: Hall):
    desk = await hall.desk("1003")
    async with hall.phone("1003") as phone, hall.calling(CITIZEN, "3") as citizen:
        pop = await desk.wait("offer", within_s=30.0)
        await phone.wait_ringing()
        await desk.wait("connected", within_s=30.0)
        ticket = f"t-{pop['call']}"
        row = await edit(
            desk, ticket, 0, matter_cause="路灯不亮", case_type="求助", language="zh_CN"
        )
        assert row["version"] == 1
        await eventually(lambda: _is_theirs(hall), within_s=30.0, what="not the agent's yet")
        await hall.kill_service()
        await hall.start_service()
        await hall.restored()
        row = await edit(desk, ticket, 1, confidential=True)
        assert (row["version"], row["agent_id"]) == (2, "1003")
        await citizen.hang_up()
    stored = await hall.ticket(CITIZEN)
    assert (stored["outcome"], stored["matter_cause"]) == ("answered", "路灯不亮")
    # The call said en all along, and says so once more at its end.
    assert (stored["language"], stored["confidential"], stored["version"]) == ("zh_CN", True, 2)
    await _handled(hall, desk, ticket)


async def _handled(hall: Hall, desk: Desk, ticket: str) -> None:
    city = {"Authorization": f"Bearer {hall.program('city')}"}
    row = await desk.post(f"/tickets/{ticket}/dispatch", {"units": ["housing", "health"]})
    housing, health = (f"/work-orders/{one['work_order_id']}" for one in row["work_orders"])
    await hall.post(f"{housing}/sign", {}, city)
    await hall.post(f"{housing}/close", {"result": "已修复"}, city)
    await hall.post(f"{health}/return", {"reason": "不属于本单位职责"}, city)
    row = await desk.post(f"/tickets/{ticket}/close", {"disposition": "专班协调"})
    assert [one["state"] for one in row["work_orders"]] == ["closed", "returned"]
    assert row["closed_at"] > row["dispatched_at"] >= row["ended_at"]


async def test_a_second_call_of_the_same_number_is_known_as_a_repeat(hall: Hall):
    desk = await hall.desk("1003")
    channel = {"Authorization": f"Bearer {hall.program('intake')}"}
    number = "13800138802"
    body = {"channel": "wechat", "intake_key": "m-1", "caller_number": number}
    made = await hall.post("/intake", {**body, "matter_cause": "解放路路灯不亮"}, channel)
    hall.taken_in += 1
    async with hall.phone("1003"), hall.calling(number, "3") as citizen:
        pop = await desk.wait("offer", within_s=30.0)
        assert [one["ticket_id"] for one in pop["open_tickets"]] == [made["ticket_id"]]
        await desk.wait("connected", within_s=30.0)
        await citizen.hang_up()
    ticket = f"t-{pop['call']}"
    await eventually(lambda: _is_closed(hall, number), within_s=30.0, what="the call goes on")
    found = await hall.get(f"/tickets/{ticket}/repeats", desk.headers)
    assert [one["ticket_id"] for one in found["repeats"]] == [made["ticket_id"]]
    row = await desk.post(f"/tickets/{ticket}/join", {"repeat_of": made["ticket_id"]})
    assert (row["repeat_of"], row["repeat_count_30d"]) == (made["ticket_id"], 1)


async def _is_theirs(hall: Hall) -> object:
    """It is written a moment after both are told: a crash before that would be another test."""
    async with hall.reading() as repo:
        [row] = await repo.recent_tickets(CITIZEN, 0.0)
    return None if row.fields["agent_id"] == "1003" else row.fields["agent_id"]


async def _is_closed(hall: Hall, number: str) -> object:
    async with hall.reading() as repo:
        rows = await repo.recent_tickets(number, 0.0)
    return None if all(row.outcome or not row.call_id for row in rows) else "still open"
