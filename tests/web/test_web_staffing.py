"""What supervisors order about agents' work: who asked what of the core, in whose name."""

import pytest

from ari_app.core.desk_events import (
    AgentAskedMoreWrapUp,
    AgentForced,
    AgentHandedOver,
    AgentSignedIn,
    AgentWrapUpChanged,
    DeskEvent,
    SurgeChanged,
    WrapUpChanged,
)
from ari_app.core.values import AgentId, QueueName
from tests.web.conftest import Api
from tests.web.fakes import OPERATOR, PASSWORD

pytestmark = pytest.mark.asyncio
WANG, SEVEN = AgentId("wang"), AgentId("1007")


@pytest.mark.parametrize(
    ("method", "path", "body", "event"),
    [
        ("PUT", "agents/1007/wrap-up", {"wrap_up_s": 20}, AgentWrapUpChanged(SEVEN, 20.0)),
        ("PUT", "agents/1007/wrap-up", {"wrap_up_s": None}, AgentWrapUpChanged(SEVEN, None)),
        ("PUT", "queues/general/wrap-up", {"wrap_up_s": None},
         WrapUpChanged(QueueName("general"), None)),
        ("PUT", "surge", {"mode": "typhoon"}, SurgeChanged("typhoon", None, "boss")),
        ("PUT", "surge", {"mode": "typhoon", "until": 9e8}, SurgeChanged("typhoon", 9e8, "boss")),
        ("DELETE", "surge", None, SurgeChanged(None, None, "boss")),
    ],
)  # fmt: skip
async def test_a_supervisors_order_reaches_the_core(
    api: Api, method: str, path: str, body: object, event: DeskEvent
) -> None:
    token = await api.sign_in("boss")
    answer = await api.call(method, f"/api/v1/{path}", token=token, json=body)
    assert (answer.status, api.ask.asked[-1]) == (200, event)


async def test_a_forced_state_carries_the_supervisors_name(api: Api) -> None:
    token = await api.sign_in("boss")
    body = {"state": "paused", "reason": "培训"}
    await api.call("PUT", "/api/v1/agents/1001/state", token=token, json=body)
    assert api.ask.asked[-1] == AgentForced(AgentId("1001"), "paused", "培训", "boss")


async def test_an_agent_hands_over_the_own_seat_and_a_supervisor_anybodys(api: Api) -> None:
    token = await api.sign_in("wang")
    await api.call("POST", "/api/v1/agent/hand-over", token=token, json={"to": "1007"})
    assert api.ask.asked[-1] == AgentHandedOver(WANG, SEVEN)
    await api.call("POST", "/api/v1/agent/wrap-up-more", token=token)
    assert api.ask.asked[-1] == AgentAskedMoreWrapUp(WANG)
    token = await api.sign_in("boss")
    path = "/api/v1/agents/1001/hand-over"
    await api.call("POST", path, token=token, json={"to": "1007"})
    assert api.ask.asked[-1] == AgentHandedOver(AgentId("1001"), SEVEN)


async def test_signing_in_names_the_seat_and_whom_one_relieves(api: Api) -> None:
    body = {"agent": "wang", "password": PASSWORD, "seat": "3001", "takes_over": "1007"}
    assert (await api.call("POST", "/api/v1/sign-in", json=body)).status == 200
    assert api.ask.asked[-1] == AgentSignedIn(WANG, "3001", SEVEN)


async def test_commands_on_this_machine_switch_surge_mode(api: Api) -> None:
    body = {"mode": "typhoon", "until": None}
    answer = await api.call("PUT", "/api/v1/surge", token=OPERATOR, json=body)
    assert answer.status == 200
    assert api.ask.asked[-1] == SurgeChanged("typhoon", None, "operator")
