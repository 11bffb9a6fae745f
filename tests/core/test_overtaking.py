"""The audit of the journal finds a callback that was offered too early, and no other."""

from typing import Any

from ari_app.core.outbound.overtaking import audit

BACK = "callback-1.1"


def queued(call: str, since: float, *, needs: tuple[str, ...] = (), queue: str = "general") -> Any:
    data = {"since": since, "needs": [[skill, 1] for skill in needs], "priority": 0}
    return {"kind": "call.queued", "call_id": call, "queue": queue, "at": since, "data": data}


def offered(call: str, at: float) -> Any:
    return {"kind": "call.offered", "call_id": call, "queue": "general", "at": at, "data": {}}


def ended(call: str, reason: str) -> Any:
    data = {"reason": reason}
    return {"kind": "offer.ended", "call_id": call, "queue": "general", "at": 9.0, "data": data}


def test_a_callback_offered_before_a_caller_with_an_earlier_place_is_named():
    found = audit([queued("hotline-1.1", 1.0), queued(BACK, 2.0), offered(BACK, 3.0)])
    [one] = found.overtakings
    assert (one.callback.call, one.caller.call, found.offers) == (BACK, "hotline-1.1", 1)


def test_a_callback_with_the_earlier_place_overtakes_nobody():
    assert not audit(
        [queued("hotline-1.1", 2.0), queued(BACK, 1.0), offered(BACK, 3.0)]
    ).overtakings


def test_a_caller_whom_the_reserved_agent_could_not_serve_is_not_overtaken():
    lines = [queued("hotline-1.1", 1.0, needs=("en",)), queued(BACK, 2.0), offered(BACK, 3.0)]
    assert not audit(lines).overtakings
    other = [queued("hotline-1.1", 1.0, queue="urgent"), queued(BACK, 2.0), offered(BACK, 3.0)]
    assert not audit(other).overtakings


def test_a_caller_whose_phone_rings_or_who_has_left_is_not_overtaken():
    rings = [queued("hotline-1.1", 1.0), offered("hotline-1.1", 2.0), queued(BACK, 2.0)]
    assert not audit([*rings, offered(BACK, 3.0)]).overtakings


def test_a_caller_whose_offer_failed_waits_again_at_the_same_place():
    lines = [queued("hotline-1.1", 1.0), offered("hotline-1.1", 2.0)]
    lines += [ended("hotline-1.1", "no_answer"), queued(BACK, 2.0), offered(BACK, 3.0)]
    assert len(audit(lines).overtakings) == 1
