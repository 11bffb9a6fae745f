"""The example receiver refuses what is not ours, and keeps none of it."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from ari_app.delivery.signature import PREFIX
from tests.delivery.receiver import Program

pytestmark = pytest.mark.asyncio

KEY, OTHERS = bytes(32), bytes(range(32))
SECRET = PREFIX + base64.b64encode(KEY).decode()
EVENT = {"type": "ticket.created", "data": {"ticket_id": "t-1"}}
BODY = json.dumps(EVENT).encode()


@pytest_asyncio.fixture
async def receiver(tmp_path: Path) -> AsyncIterator[Program]:
    program = Program(tmp_path / "events.jsonl", SECRET)
    await program.start()
    yield program
    await program.kill()


def signed(
    body: bytes, *, key: bytes = KEY, event_id: str = "t-1.1", old_s: float = 0.0
) -> dict[str, str]:
    """The headers of Standard Webhooks, made here anew."""
    timestamp = str(int(time.time() - old_s))
    mac = hmac.digest(key, f"{event_id}.{timestamp}.".encode() + body, hashlib.sha256)
    return {
        "webhook-id": event_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
    }


async def post(receiver: Program, body: bytes, headers: dict[str, str]) -> int:
    async with httpx.AsyncClient(trust_env=False, timeout=20) as client:
        return (await client.post(receiver.url, content=body, headers=headers)).status_code


async def test_it_keeps_what_is_ours_and_takes_a_repetition(receiver: Program):
    assert await post(receiver, BODY, signed(BODY)) == 200
    assert await post(receiver, BODY, signed(BODY, old_s=290.0)) == 200
    assert receiver.events() == [EVENT]


async def test_it_refuses_a_signature_that_is_not_of_this_body(receiver: Program):
    forged = json.dumps({**EVENT, "data": {"ticket_id": "t-2"}}).encode()
    good = signed(BODY)
    for body, headers in (
        (BODY, signed(BODY, key=OTHERS)),
        (forged, good),
        (BODY, {**good, "webhook-id": "t-1.2"}),
        (BODY, {**good, "webhook-signature": "v1,"}),
        (BODY, {name: one for name, one in good.items() if name != "webhook-signature"}),
        (BODY, {name: one for name, one in good.items() if name != "webhook-id"}),
    ):
        assert await post(receiver, body, headers) == 401, headers
    assert receiver.events() == []


@pytest.mark.parametrize("old_s", [310.0, -310.0], ids=["old", "of the future"])
async def test_it_refuses_a_signature_of_another_time(receiver: Program, old_s: float):
    assert await post(receiver, BODY, signed(BODY, old_s=old_s)) == 401
    assert await post(receiver, BODY, {**signed(BODY), "webhook-timestamp": "now"}) == 401
    assert receiver.events() == []


@pytest.mark.parametrize(
    "body", [b'{"type": "ticket.cre', b"", b"[]", b'{"type": "ticket.created", "data": {}}']
)
async def test_it_refuses_a_body_that_is_no_event_though_it_is_signed(
    receiver: Program, body: bytes
):
    assert await post(receiver, body, signed(body)) == 422
    assert receiver.events() == []
