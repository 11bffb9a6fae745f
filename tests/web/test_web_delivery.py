"""The outbox over the API."""

import pytest

from tests.web.conftest import Api

pytestmark = pytest.mark.asyncio


async def test_a_supervisor_sees_what_waits_and_what_was_refused(api: Api) -> None:
    token = await api.sign_in("boss")
    answer = await api.get("outbox?limit=5", token)
    assert answer.status == 200
    shown = await answer.json()
    assert (shown["pending"], shown["dead_events"][0]["number"]) == (2, 7)


async def test_an_admin_sends_one_again_and_is_told_when_there_is_none(api: Api) -> None:
    token = await api.sign_in("chief")
    answer = await api.post("outbox/retry", {"number": 7}, token)
    assert (answer.status, await answer.json()) == (200, {"retried": 1, "superseded": 0})
    overtaken = await api.post("outbox/retry", {"number": 6}, token)
    assert (overtaken.status, await overtaken.json()) == (200, {"retried": 0, "superseded": 1})
    missing = await api.post("outbox/retry", {"number": 8}, token)
    assert (missing.status, (await missing.json())["code"]) == (404, "no_such_event")
    assert api.deliveries.retried == [7, 6, 8]
