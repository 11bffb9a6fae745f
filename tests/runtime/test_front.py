"""What the API sees: the engine's rows, accounts, and lists that say when the database is away."""

import asyncio
from collections.abc import Sequence

import pytest

from ari_app.core.agent import AgentState
from ari_app.core.commands import LaneCommand
from ari_app.core.desk_events import AgentSignedIn
from ari_app.core.records import OpenCall, SaveTicket
from ari_app.core.values import AgentId
from ari_app.passwords import AgentPasswords, Passwords
from ari_app.runtime import front as module
from ari_app.runtime.front import Accounts, Front, Records
from ari_app.runtime.loop import STANDBY, Loop
from ari_app.web.ports import Session, Unavailable
from tests.core.playbook import Playbook, centre
from tests.core.test_calls import WANG, C, ringing
from tests.db.databases import Database
from tests.runtime.fakes import HandClock

pytestmark = pytest.mark.asyncio


def no_commands(commands: Sequence[LaneCommand]) -> None:
    """Nobody carries them out here."""


def front(book: Playbook, *, is_standby: bool = False) -> tuple[Front, Loop]:
    clock = HandClock(book.now)
    loop = Loop(book.engine, clock, no_commands, lambda: None)
    return Front(loop, clock, lambda: is_standby, lambda: {"asterisk": "ok"}), loop


async def test_agents_calls_and_the_open_pop_are_the_engines():
    at, _ = front(ringing(Playbook()))
    [agent] = at.agents()
    own = at.agent("wang")
    assert own is not None
    assert agent.items() <= own.items()
    assert (agent["state"], agent["call"]) == ("offered", C)
    assert [call["call"] for call in at.calls()] == [C]
    pop = at.offer("wang")
    assert pop is not None
    assert (pop["call"], pop["queue"], pop["caller"]["number"]) == (C, "general", "13800138000")
    assert at.status() == {"asterisk": "ok"}


async def test_who_is_not_there_is_none():
    at, _ = front(Playbook())
    assert at.agent("ghost") is None
    assert at.offer("ghost") is None
    assert at.offer("wang") is None


async def test_a_wish_goes_to_the_engine():
    book = Playbook(ready=False)
    at, loop = front(book)
    running = asyncio.create_task(loop.run())
    assert await at.ask(AgentSignedIn(WANG)) is None
    assert book.state("wang") is AgentState.PAUSED
    refused = await at.ask(AgentSignedIn(AgentId("ghost")))
    assert refused is not None
    assert refused.code == "no_such_agent"
    loop.stop()
    await running


async def test_a_standby_refuses_every_wish_without_asking_the_engine():
    at, _ = front(Playbook(), is_standby=True)
    assert await at.ask(AgentSignedIn(WANG)) == STANDBY


async def test_an_account_needs_both_the_configuration_and_a_password():
    passwords = Passwords(
        ari="x",
        agents={name: AgentPasswords(sip="s", api=f"secret of {name}") for name in ("wang", "li")},
    )
    accounts = Accounts(centre({"wang": {}, "zhao": {}}), passwords)
    account = accounts.find("wang")
    assert account is not None
    assert Accounts.hasher.verify(account.password_hash, "secret of wang")
    assert account.role == "agent"
    assert accounts.find("wang") == account, "hashed once"
    assert [accounts.find(name) for name in ("li", "zhao", "", "\x00")] == [None] * 4


async def test_lists_and_sessions_come_from_the_database(db: Database):
    records = Records(db.repo, HandClock(1000.0))
    await db.recorder.write(OpenCall("c1", 1.0, "138", "", "", "12345"))
    await db.recorder.write(OpenCall("c2", 2.0, "139", "", "", "12345"))
    assert [row["call_id"] for row in await records.recent_calls(limit=9)] == ["c2", "c1"]
    assert [row["agent"] for row in await records.recent_calls(limit=9)] == ["", ""]
    await db.recorder.write(SaveTicket("c1", {"agent_id": "1001"}))
    assert [row["agent"] for row in await records.recent_calls(limit=9)] == ["", "1001"]
    [ticket] = await records.recent_tickets(limit=9, caller="138")
    assert ticket["call_id"] == "c1"
    session = Session("hash", "wang", 2000.0)
    await records.add_session(session)
    assert await records.find_session("hash") == session
    await records.delete_session("hash")
    assert await records.find_session("hash") is None
    await records.add_session(session)
    await records.delete_sessions_of(AgentId("wang"))
    assert await records.find_session("hash") is None


async def test_a_database_that_is_away_is_said_so(away: Database):
    records = Records(away.repo, HandClock())
    for reading in (
        records.recent_calls(limit=1),
        records.recent_tickets(limit=1, caller=None),
        records.find_session("hash"),
        records.add_session(Session("hash", "wang", 1.0)),
        records.delete_session("hash"),
    ):
        with pytest.raises(Unavailable):
            await reading


async def test_a_database_that_answers_too_late_is_away(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "READ_LIMIT_S", 0.01)
    with pytest.raises(Unavailable):
        await module._reached(asyncio.get_running_loop().create_future())
