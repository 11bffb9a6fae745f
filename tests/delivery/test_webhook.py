"""What one answer of the receiver means, and that a receiver can check what it was sent."""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
import respx

from ari_app.delivery.signature import PREFIX, key_of
from ari_app.delivery.webhook import Answer, Event, Receiver, Verdict, Webhook, open_client

pytestmark = pytest.mark.asyncio

URL = "https://tickets.example.gov.cn/hotline"
SECRET = PREFIX + base64.b64encode(bytes(range(32))).decode()
NOW = 1_763_915_003.7
EVENT = Event("t-1.7", "ticket.created", NOW - 3, {"ticket_id": "t-1", "caller_name": "王\ud800"})


@pytest_asyncio.fixture
async def webhook() -> AsyncIterator[Webhook]:
    async with open_client() as client:
        yield Webhook(client, Receiver(URL, key_of(SECRET)))


async def test_the_signature_is_that_of_the_standard_webhooks_specification(
    webhook: Webhook, respx_mock: respx.MockRouter
) -> None:
    route = respx_mock.post(URL).respond(200)
    assert await webhook.send(EVENT, NOW) == Answer(Verdict.TAKEN)
    request = route.calls.last.request
    assert request.headers["webhook-id"] == "t-1.7"
    assert request.headers["idempotency-key"] == '"t-1.7"'
    signed = b"t-1.7." + request.headers["webhook-timestamp"].encode() + b"." + request.content
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert request.headers["webhook-signature"] == f"v1,{wanted}"
    body = json.loads(request.content)
    assert (body["type"], body["data"]["ticket_id"]) == ("ticket.created", "t-1")
    assert body["timestamp"] == "2025-11-23T16:23:20.700+00:00"


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (200, Verdict.TAKEN), (204, Verdict.TAKEN), (409, Verdict.TAKEN),
        (400, Verdict.REFUSED), (413, Verdict.REFUSED), (422, Verdict.REFUSED),
        (401, Verdict.AWAY), (404, Verdict.AWAY), (429, Verdict.AWAY), (503, Verdict.AWAY),
        (302, Verdict.AWAY), (500, Verdict.LATER), (418, Verdict.LATER),
    ],
)  # fmt: skip
async def test_each_answer_has_a_meaning(
    webhook: Webhook, respx_mock: respx.MockRouter, status: int, verdict: Verdict
) -> None:
    respx_mock.post(URL).respond(status, text="why", headers={"location": "http://elsewhere/"})
    answer = await webhook.send(EVENT, NOW)
    assert answer.verdict is verdict
    assert verdict is Verdict.TAKEN or answer.why == f"HTTP {status}: why"


@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ReadTimeout, httpx.ReadError])
async def test_a_receiver_that_does_not_answer_is_away(
    webhook: Webhook, respx_mock: respx.MockRouter, error: type[httpx.TransportError]
) -> None:
    respx_mock.post(URL).mock(side_effect=error("gone"))
    answer = await webhook.send(EVENT, NOW)
    assert answer == Answer(Verdict.AWAY, f"no answer ({error.__name__})")


@pytest.mark.parametrize(("text", "wait_s"), [("30", 30.0), ("99999", 3600.0), ("soon", None)])
async def test_a_receiver_may_say_when_to_come_back(
    webhook: Webhook, respx_mock: respx.MockRouter, text: str, wait_s: float | None
) -> None:
    respx_mock.post(URL).respond(503, headers={"retry-after": text})
    assert (await webhook.send(EVENT, NOW)).wait_s == wait_s


@pytest.mark.parametrize("secret", ["whsec_###", "whsec_c2hvcnQ=", ""])
async def test_a_secret_that_is_none_is_named(secret: str) -> None:
    with pytest.raises(ValueError, match="webhook secret"):
        key_of(secret)
